package runner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/runner"
	"flowbook/tools/sandbox"
)

// BenchmarkSandbox runs the same notebooks with and without a sandbox in turn: one of a single
// cell, for the cost of a run, and one of many, for the cost of a cell. It reports the medians of
// the pairs' differences. A run of ours compiles cells together; here each is compiled alone, as
// for nbgrader.
func BenchmarkSandbox(b *testing.B) {
	if _, err := sandbox.Find(); err != nil {
		b.Skip(err)
	}
	spec, err := jupyter.GoNB(b.Context(), "../..")
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	b.Setenv(module.EnvPrograms, "off") // a sandboxed kernel keeps none, so that both sides link
	const cells = 10
	took := func(n int, isolated bool) (run, cell time.Duration) {
		var sources []string
		for i := range n {
			sources = append(sources, fmt.Sprintf("import \"fmt\"\n%%%%\nfmt.Println(%d)", i))
		}
		options := runner.Options{Spec: spec, Dir: dir, Separate: true}
		if isolated {
			policy := spec.Policy(dir)
			options.Sandbox = &policy
		}
		began := time.Now()
		res, err := runner.Run(b.Context(), book(b, sources...), options)
		if err != nil || res.Status != runner.OK {
			b.Fatal(res, err)
		}
		run = time.Since(began)
		for _, c := range res.Cells[1:] {
			cell += c.Phases.Total
		}
		return run, cell
	}
	var perRun, perCell, ratio []float64
	for b.Loop() {
		first := len(perRun)%2 == 0
		one := map[bool]time.Duration{}
		many := map[bool]time.Duration{}
		for _, isolated := range []bool{first, !first} {
			one[isolated], _ = took(1, isolated)
			_, many[isolated] = took(cells, isolated)
		}
		perRun = append(perRun, float64(one[true]-one[false])/1e6)
		perCell = append(perCell, float64(many[true]-many[false])/1e6/(cells-1))
		ratio = append(ratio, 100*(float64(many[true])/float64(many[false])-1))
	}
	median := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	b.ReportMetric(median(perRun), "ms/run")
	b.ReportMetric(median(perCell), "ms/cell")
	b.ReportMetric(median(ratio), "%/cell")
}
