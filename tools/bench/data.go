package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"

	"flowbook/ml/dataset"
)

func workers() int { return runtime.GOMAXPROCS(0) }

// goRead reads the file into a Frame: two columns, or all, typed by the schema.
func goRead(_ context.Context, o options, _ string, c *clock) error {
	path := flowsPath(o.State, number(c.work, "n"))
	var columns []string
	if number(c.work, "cols") == 2 {
		columns = []string{packetsColumn, timeColumn}
	}
	return c.loop(c.work, nil, func() error { // each time from the file, which dataset.Read need not do
		_, err := dataset.Options{Columns: columns}.Read(path)
		return err
	})
}

// goSplit cuts the file into parts of 10,000 rows, over and over into one folder.
func goSplit(ctx context.Context, o options, _ string, c *clock) error {
	dir, err := os.MkdirTemp(o.State, "split-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return c.loop(c.work, nil, func() error {
		_, err := dataset.Split(ctx, flowsPath(o.State, number(c.work, "n")), dir, dataset.SplitOptions{Rows: dataset.PartRows, Force: true})
		return err
	})
}

// goGenerate makes flows into a file.
func goGenerate(ctx context.Context, o options, _ string, c *clock) error {
	dir, err := os.MkdirTemp(o.State, "generate-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return c.loop(c.work, func() error { return nil }, func() error {
		f, err := os.Create(filepath.Join(dir, "flows.csv"))
		if err != nil {
			return err
		}
		defer f.Close()
		return generate(ctx, f, number(c.work, "n"))
	})
}
