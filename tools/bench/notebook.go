package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
)

// The notebook reads the module's own data; the reference is given the same file.
func splitPath(root string) string {
	return filepath.Join(root, "Datasets", "EditDatasets", "split_1.csv")
}

// flowbook is the path of the flowbook command that readyNotebook builds.
func flowbook(o options) string { return filepath.Join(o.State, "bin", "flowbook") }

// readyNotebook builds the flowbook command and runs the notebook once, so that the kernel exists
// and the build cache holds the packages that cells link. It uses a state folder of its own,
// because goNotebook deletes the memo there.
func readyNotebook(ctx context.Context, o options) error {
	if err := readyPython(o); err != nil {
		return err
	}
	if _, err := os.Stat(splitPath(o.Root)); errors.Is(err, fs.ErrNotExist) {
		return nil // the sides say so
	}
	if err := readyCommand(ctx, o); err != nil {
		return err
	}
	return runNotebook(ctx, o, notebookPath(o.Root))
}

// goNotebook is the command `flowbook run notebooks/Anomaly_Detection.ipynb`, its own start and the
// kernel's included. Side go finds neither a memo nor linked programs: it links and trains. Side
// go-memo finds both as an earlier run left them. Side go-parity finds neither, too, and runs the
// cells that the reference has, without those that go beyond it.
func goNotebook(ctx context.Context, o options, side string, c *clock) error {
	if _, err := os.Stat(splitPath(o.Root)); err != nil {
		return missing("Datasets/EditDatasets/split_1.csv: flowbook data generate and flowbook data split Datasets/27072022.csv make it")
	}
	path := notebookPath(o.Root)
	if side == "go-parity" {
		path = filepath.Join(o.State, "out", "parity.ipynb")
		if err := keepParity(notebookPath(o.Root), path); err != nil {
			return err
		}
	}
	memo := filepath.Join(o.State, "state", "memo")
	if side != "go-memo" {
		if err := errors.Join(os.RemoveAll(memo), os.RemoveAll(programs(o))); err != nil {
			return err
		}
	} else if _, err := os.Stat(memo); err != nil {
		if err := runNotebook(ctx, o, path); err != nil {
			return err
		}
	}
	cpu, start := cpuTime(), time.Now()
	if err := runNotebook(ctx, o, path); err != nil {
		return err
	}
	return c.print(c.work, 1, time.Since(start), cpuTime()-cpu)
}

// programs is the folder in which the sides find linked programs.
func programs(o options) string { return filepath.Join(o.State, "state", "programs") }

func notebookPath(root string) string {
	return filepath.Join(root, "notebooks", "Anomaly_Detection.ipynb")
}

// keepParity writes a notebook with only those cells that correspond to a cell of the original.
func keepParity(from, to string) error {
	nb, err := notebook.ReadFile(from)
	if err != nil {
		return err
	}
	nb.Cells = slices.DeleteFunc(nb.Cells, func(cell *notebook.Cell) bool {
		return !slices.ContainsFunc(cell.Tags(), func(tag string) bool { return strings.HasPrefix(tag, "parity:") })
	})
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return nb.WriteFile(to)
}

// runNotebook runs the command in the notebooks' folder, with a state of its own.
func runNotebook(ctx context.Context, o options, path string) error {
	cmd := exec.CommandContext(ctx, flowbook(o), "run", path, "--cwd", filepath.Join(o.Root, "notebooks"), "-o", filepath.Join(o.State, "out", "go.ipynb"))
	cmd.Env = append(os.Environ(), module.EnvRoot+"="+o.Root, module.EnvState+"="+filepath.Join(o.State, "state"), module.EnvPrograms+"="+programs(o))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("flowbook run: %w: %s", err, lastLine(string(text)))
	}
	return nil
}
