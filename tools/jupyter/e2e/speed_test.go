//go:build unix

package e2e

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// BenchmarkCells measures from execute to idle, cell by cell of Anomaly_Detection, on our kernel and on two without its
// environment in the same minute: GoNB as it comes, which writes debug information and, where a C compiler is there, links XLA;
// and the same without cgo. As it comes GoNB also asks the module proxy about every module at each cell; what that costs
// depends on the network, so the stock kernels are told not to (%noautoget): the ratios are without it. Each kernel is warm: the
// notebook has run on it once. The last cell is left out, for it runs `go run`.
//
// It takes four minutes and more:
//
//	go test ./tools/jupyter/e2e -run xxx -bench Cells -benchtime 2x -timeout 30m
func BenchmarkCells(b *testing.B) {
	module, err := filepath.Abs("../../..")
	if err != nil {
		b.Fatal(err)
	}
	ours, err := jupyter.GoNB(b.Context(), module)
	if err != nil {
		b.Fatal(err)
	}
	nb, err := notebook.ReadFile(filepath.Join(module, "notebooks", "Anomaly_Detection.ipynb"))
	if err != nil {
		b.Fatal(err)
	}
	var cells []*notebook.Cell
	for _, c := range nb.Cells {
		if c.Type == "code" && !strings.Contains(c.Source, "exec.Command") {
			cells = append(cells, c)
		}
	}
	stock := func(cgo string) *jupyter.Spec {
		s := *ours
		s.Env = maps.Clone(ours.Env)
		for _, name := range []string{"GOPROXY", "GOENV"} {
			delete(s.Env, name)
		}
		s.Env["CGO_ENABLED"], s.Env["GOFLAGS"] = cgo, ""
		return &s
	}
	kernels := []struct {
		name string
		spec *jupyter.Spec
	}{{"ours", ours}, {"stock", stock("")}, {"stock without cgo", stock("0")}}
	b.Setenv("FLOWBOOK_STATE", b.TempDir())

	live := make([]*jupyter.Kernel, len(kernels))
	times := make([][]float64, len(kernels))
	perCell := make([][][]float64, len(kernels))
	for i, k := range kernels {
		live[i], err = jupyter.Start(b.Context(), jupyter.Options{Spec: k.spec, Dir: filepath.Join(module, "notebooks")})
		if err != nil {
			b.Fatal(err)
		}
		defer live[i].Shutdown(b.Context())
		if k.spec != ours {
			execute(b, live[i], "%noautoget")
		}
		perCell[i] = make([][]float64, len(cells))
		for _, c := range cells {
			execute(b, live[i], c.Source)
		}
	}
	for b.Loop() {
		for c, cell := range cells {
			for i := range kernels {
				seconds := execute(b, live[i], cell.Source)
				times[i] = append(times[i], seconds)
				perCell[i][c] = append(perCell[i][c], seconds)
			}
		}
	}
	p50 := quantile(times[0], 0.5)
	b.ReportMetric(p50, "s/p50")
	b.ReportMetric(quantile(times[0], 0.95), "s/p95")
	b.ReportMetric(p50/quantile(times[1], 0.5), "ratio-to-stock")
	b.ReportMetric(p50/quantile(times[2], 0.5), "ratio-to-stock-without-cgo")
	var table strings.Builder
	for i, k := range kernels {
		fmt.Fprintf(&table, "%-18s p50 %.3f s, p95 %.3f s\n", k.name, quantile(times[i], 0.5), quantile(times[i], 0.95))
	}
	for c, cell := range cells {
		fmt.Fprintf(&table, "%-12s", cell.ID)
		for i := range kernels {
			fmt.Fprintf(&table, " %7.3f", quantile(perCell[i][c], 0.5))
		}
		table.WriteString("\n")
	}
	fmt.Print(table.String()) // b.Log cuts it
	b.ReportMetric(p50/bare(b, module), "ratio-to-bare-build")
}

// bare measures what a bare `go build` of a program with the notebook's imports takes, with the kernel's settings: the floor of
// every cell that compiles.
func bare(b *testing.B, module string) float64 {
	b.Helper()
	dir := b.TempDir()
	source := `package main

import (
	"fmt"

	"flowbook/ml"
	"flowbook/ml/dataset"
	"flowbook/ml/display"
	"flowbook/ml/figure"
	"flowbook/ml/memo"
	_ "github.com/go-gota/gota/dataframe"
)

var _, _, _, _ = ml.KerasConfig, dataset.Path, figure.New, memo.Do[int, int]

func main() { display.Show(%d); fmt.Println() }
`
	var times []float64
	for i := range 10 {
		main := filepath.Join(dir, "main.go")
		if err := os.WriteFile(main, fmt.Appendf(nil, source, i), 0o644); err != nil {
			b.Fatal(err)
		}
		build := exec.Command("go", "build", "-ldflags=-s", "-o", filepath.Join(dir, "cell"), main)
		build.Dir = module
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOPROXY=off", "GOFLAGS=")
		start := time.Now()
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		times = append(times, time.Since(start).Seconds())
	}
	return quantile(times, 0.5)
}

// execute runs a cell, which must go well, and returns the seconds until reply and idle have come.
func execute(b *testing.B, k *jupyter.Kernel, code string) float64 {
	b.Helper()
	start := time.Now()
	id, err := k.Execute(code, false, true, true)
	if err != nil {
		b.Fatal(err)
	}
	var failure string
	for replied, idle := false, false; !replied || !idle; {
		select {
		case m, ok := <-k.Messages():
			if !ok {
				b.Fatal(k.Death())
			}
			if m.Parent.MsgID != id {
				continue
			}
			content := string(m.Content)
			switch m.Header.MsgType {
			case "execute_reply":
				replied = true
			case "status":
				idle = strings.Contains(content, `"idle"`)
			case "error":
				failure = content
			}
		case <-time.After(5 * time.Minute):
			b.Fatalf("no end after 5 minutes: %s", code)
		}
	}
	if failure != "" {
		b.Fatalf("the cell failed: %s\n%s", failure, code)
	}
	return time.Since(start).Seconds()
}

// quantile is the value below which the share q of the values lies.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
