package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// readyKernels writes the two kernelspecs that both sides start: the python3 of the Python side,
// and the GoNB that go.mod pins.
func readyKernels(ctx context.Context, o options) error {
	gonb, err := jupyter.GoNB(ctx, o.Root)
	if err != nil {
		return err
	}
	if err := writeSpec(o.State, "gonb", gonb); err != nil {
		return err
	}
	return readyPython(o)
}

// readyPython writes the spec of the kernel of that Python.
func readyPython(o options) error {
	if o.Python == "" {
		return nil
	}
	return writeSpec(o.State, "python3", &jupyter.Spec{DisplayName: "Python 3", Language: "python", InterruptMode: "signal",
		Argv: []string{o.Python, "-m", "ipykernel_launcher", "-f", "{connection_file}"}})
}

func specDir(state, name string) string { return filepath.Join(state, "jupyter", "kernels", name) }

func writeSpec(state, name string, spec *jupyter.Spec) error {
	text, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(specDir(state, name), 0o777); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(specDir(state, name), "kernel.json"), text, 0o666)
}

// trivial is a cell of negligible cost, by language, with the number of such cells that measure the
// runner's own cost.
var trivial = map[string]struct {
	source string
	cells  int
}{
	"python3": {"print(1)", 100},
	"gonb":    {"import \"fmt\"\n%%\nfmt.Println(1)", 100},
}

// goRunner runs notebooks of trivial cells. The start is the time of a notebook of one cell: kernel
// up, cell, kernel down. A cell is the time from the start of one to the start of the next, from
// the second on, in a notebook of many; its processor time, which the kernel's is part of, is what
// many cells take more than one. Side go writes the notebook to the disk after each cell, as
// `flowbook run` does, and papermill; side go-in-memory keeps it, as nbclient does.
func goRunner(ctx context.Context, o options, side string, c *clock) error {
	kernel := text(c.work, "kernel")
	spec, err := jupyter.ReadSpec(specDir(o.State, kernel))
	if errors.Is(err, os.ErrNotExist) {
		return missing("kernel %s: no Python", kernel)
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.State, "runner-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	run := func(cells int) (whole, between, cpu time.Duration, err error) {
		var starts []time.Time
		before := cpuTime()
		nb := notebook.New()
		for range cells {
			nb.Cells = append(nb.Cells, notebook.NewCode(trivial[kernel].source))
		}
		nb.AddIDs()
		// Without the programs of earlier runs, which only Go's sides would find.
		opt := runner.Options{Spec: spec, Dir: dir, Path: "trivial.ipynb", Env: []string{module.EnvPrograms + "=off"}, Progress: func(e runner.Event) {
			if e.Cell.Status == "" && e.Quiet == 0 {
				starts = append(starts, time.Now())
			}
		}}
		if side == "go" {
			opt.Output = filepath.Join(dir, "out.ipynb")
		}
		start := time.Now()
		res, err := runner.Run(ctx, nb, opt)
		if err != nil {
			return 0, 0, 0, err
		}
		if bad := res.Bad(); bad != nil {
			return 0, 0, 0, fmt.Errorf("cell %d: %s %v", bad.Number, bad.Status, bad.Error)
		}
		return time.Since(start), starts[len(starts)-1].Sub(starts[min(1, len(starts)-1)]), cpuTime() - before, nil
	}
	if _, _, _, err := run(1); err != nil {
		return err
	}
	start, _, once, err := run(1)
	if err != nil {
		return err
	}
	cells := trivial[kernel].cells
	_, between, cpu, err := run(cells + 2)
	if err != nil {
		return err
	}
	return errors.Join(c.print(strings.Replace(c.work, "Runner", "Runner/start", 1), 1, start, once),
		c.print(strings.Replace(c.work, "Runner", "Runner/cell", 1), cells, between, (cpu-once)*time.Duration(cells)/time.Duration(cells+1)))
}
