//go:build unix

package e2e

import (
	"encoding/json"
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

// BenchmarkCells measures from execute to idle, cell by cell of Anomaly_Detection, on our kernel
// and on two without its environment in the same minute: GoNB as it comes, which writes debug
// information and, where a C compiler is there, links XLA; and the same without cgo. As it comes
// GoNB also asks the module proxy about every module at each cell; what that costs depends on the
// network, so the stock kernels are told not to (%noautoget): the ratios are without it. Each
// kernel is warm: the notebook has run on it once. Beside them stands what `go build` alone takes
// for the main.go of the same cell, with the flags of our kernel and with none, the compiler's work
// of that main.go not being in the build cache, and for an empty main. The last cell is left out,
// for it runs `go run`.
//
// Our time is split by gofront's record of its steps: what comes before the compiler (GoNB's own
// work, goimports, go get), the compiler, the linker, and what comes after it (the program, its
// outputs, GoNB). The program is also run alone, without a kernel.
//
// It takes five minutes and more:
//
//	go test ./tools/jupyter/e2e -run xxx -bench Cells -benchtime 3x -timeout 30m
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
		bin := filepath.Dir(ours.Argv[0]) // with what stands before the go command and goimports
		s.Env["PATH"] = strings.Replace(s.Env["PATH"], bin, filepath.Join(bin, "real"), 1)
		return &s
	}
	kernels := []struct {
		name string
		spec *jupyter.Spec
	}{{"ours", ours}, {"stock", stock("")}, {"stock without cgo", stock("0")}}
	b.Setenv("FLOWBOOK_STATE", b.TempDir())
	ours.Env["GOFLAGS"] += " -debug-actiongraph=" + filepath.Join("..", graphFile)

	live := make([]*jupyter.Kernel, len(kernels))
	for i, k := range kernels {
		live[i], err = jupyter.Start(b.Context(), jupyter.Options{Spec: k.spec, Dir: filepath.Join(module, "notebooks")})
		if err != nil {
			b.Fatal(err)
		}
		defer live[i].Shutdown(b.Context())
		if k.spec != ours {
			execute(b, live[i], "%noautoget")
		}
		for _, c := range cells {
			execute(b, live[i], c.Source)
		}
	}
	bare := newBareBuild(b, live[0])
	const tuned, plain, empty = 3, 4, 5 // columns after the kernels'
	names := []string{"ours", "stock", "stock without cgo", "go build with our flags", "go build", "go build of an empty main"}
	parts := make([][]split, len(cells))
	times := make([][]float64, len(names))
	perCell := make([][][]float64, len(names))
	for i := range perCell {
		perCell[i] = make([][]float64, len(cells))
	}
	note := func(column, cell int, seconds float64) {
		times[column] = append(times[column], seconds)
		perCell[column][cell] = append(perCell[column][cell], seconds)
	}
	for b.Loop() {
		for c, cell := range cells {
			for i := range kernels {
				os.Remove(filepath.Join(live[0].Folder(), graphFile)) // of an earlier build
				start := time.Now()
				note(i, c, execute(b, live[i], cell.Source))
				if i == 0 {
					parts[c] = append(parts[c], readSplit(b, live[0], start, times[0][len(times[0])-1]))
				}
			}
			if strings.Contains(cell.Source, "%%") || strings.Contains(cell.Source, "func ") { // the others leave main.go as it was
				note(tuned, c, bare.build("main.go", "-ldflags=-s"))
				note(plain, c, bare.build("main.go", ""))
				note(empty, c, bare.build("", ""))
			}
		}
	}
	p50 := quantile(times[0], 0.5)
	b.ReportMetric(p50, "s/p50")
	b.ReportMetric(quantile(times[0], 0.95), "s/p95")
	for i, metric := range []string{"ratio-to-stock", "ratio-to-stock-without-cgo", "ratio-to-build-with-our-flags", "ratio-to-build", "ratio-to-empty-build"} {
		b.ReportMetric(p50/quantile(times[i+1], 0.5), metric)
	}
	var table strings.Builder
	for i, name := range names {
		fmt.Fprintf(&table, "%-26s p50 %.3f s, p95 %.3f s\n", name, quantile(times[i], 0.5), quantile(times[i], 0.95))
	}
	fmt.Fprintf(&table, "%-12s  p50     p95     p50 of the others in this order\n", "cell")
	for c, cell := range cells {
		fmt.Fprintf(&table, "%-12s %7.3f %7.3f", cell.ID, quantile(perCell[0][c], 0.5), quantile(perCell[0][c], 0.95))
		for i := 1; i < len(names) && len(perCell[i][c]) > 0; i++ {
			fmt.Fprintf(&table, " %7.3f", quantile(perCell[i][c], 0.5))
		}
		table.WriteString("\n")
	}
	table.WriteString("our time in ms by cell: before the compiler, compiler, linker, after it; and the program alone\n")
	var all []split
	for c, cell := range cells {
		fmt.Fprintf(&table, "%-12s %s\n", cell.ID, medians(parts[c]))
		all = append(all, parts[c]...)
	}
	fmt.Fprintf(&table, "%-12s %s\n", "all", medians(all))
	fmt.Print(table.String()) // b.Log cuts it
}

const graphFile = "split.json"

// split is the time of a cell in seconds, by part.
type split struct{ before, compile, link, after, alone float64 }

// readSplit reads the split of the cell that has just taken these seconds; one without a build is
// all before.
func readSplit(b *testing.B, k *jupyter.Kernel, start time.Time, seconds float64) split {
	b.Helper()
	path := filepath.Join(k.Folder(), graphFile)
	text, err := os.ReadFile(path)
	os.Remove(path)
	var steps []struct {
		Mode                string
		TimeStart, TimeDone time.Time
	}
	if err != nil || json.Unmarshal(text, &steps) != nil {
		return split{before: seconds}
	}
	s := split{before: seconds}
	for _, step := range steps {
		took := step.TimeDone.Sub(step.TimeStart).Seconds()
		switch step.Mode {
		case "build":
			s.before, s.compile = step.TimeStart.Sub(start).Seconds(), took
		case "link":
			s.link, s.after = took, seconds-step.TimeDone.Sub(start).Seconds()
		}
	}
	programs, err := filepath.Glob(filepath.Join(k.Folder(), "gonb_*", "gonb_*"))
	if err != nil || len(programs) != 1 {
		b.Fatalf("the kernel's program: %v %v", programs, err)
	}
	cmd := exec.Command(programs[0])
	cmd.Dir = "../../../notebooks"
	begun := time.Now()
	_ = cmd.Run() // a cell may fail without a kernel
	s.alone = time.Since(begun).Seconds()
	return s
}

// medians are those of each part, in milliseconds.
func medians(all []split) string {
	var out strings.Builder
	for _, part := range []func(split) float64{
		func(s split) float64 { return s.before }, func(s split) float64 { return s.compile }, func(s split) float64 { return s.link },
		func(s split) float64 { return s.after }, func(s split) float64 { return s.alone },
	} {
		var values []float64
		for _, s := range all {
			values = append(values, part(s))
		}
		fmt.Fprintf(&out, " %6.0f", 1000*quantile(values, 0.5))
	}
	return out.String()
}

// bareBuild builds what a kernel has last composed, in a folder like the kernel's.
type bareBuild struct {
	b     *testing.B
	from  string // the kernel's folder
	dir   string
	count int
}

func newBareBuild(b *testing.B, k *jupyter.Kernel) *bareBuild {
	b.Helper()
	found, err := filepath.Glob(filepath.Join(k.Folder(), "gonb_*", "main.go"))
	if err != nil || len(found) != 1 {
		b.Fatalf("the kernel's main.go: %v %v", found, err)
	}
	bare := &bareBuild{b: b, from: filepath.Dir(found[0]), dir: b.TempDir()}
	for _, name := range []string{"go.mod", "go.work"} {
		bare.copy(name, "")
	}
	return bare
}

func (r *bareBuild) copy(name, more string) {
	r.b.Helper()
	text, err := os.ReadFile(filepath.Join(r.from, name))
	if err == nil {
		err = os.WriteFile(filepath.Join(r.dir, name), append(text, more...), 0o644)
	}
	if err != nil {
		r.b.Fatal(err)
	}
}

// build returns the seconds that `go build` takes for the kernel's file main.go; for an empty main
// without one.
func (r *bareBuild) build(file, flags string) float64 {
	r.b.Helper()
	r.count++
	if more := fmt.Sprintf("\n// %d\n", r.count); file != "" {
		r.copy(file, more)
	} else if err := os.WriteFile(filepath.Join(r.dir, "main.go"), []byte("package main\n\nfunc main() {}\n"+more), 0o644); err != nil {
		r.b.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(r.dir, "cell"))
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOPROXY=off", "GOWORK=", "GOFLAGS="+flags)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		r.b.Fatalf("%v\n%s", err, out)
	}
	return time.Since(start).Seconds()
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
