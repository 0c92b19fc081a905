package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/ml/dataset"
)

// splitCmd cuts a flow file into parts.
type splitCmd struct {
	File  string `arg:"" help:"The CSV file to cut."`
	Out   string `type:"output" placeholder:"DIR" help:"Where the parts go (default: the folder EditDatasets beside the file)."`
	Rows  int    `default:"10000" help:"Rows in each part."`
	Force bool   `help:"Overwrite parts that no split has written."`
}

// columns refuses a file of one column: flows have more, and any text has one.
func (c *splitCmd) columns() error {
	if info, err := os.Stat(c.File); err != nil || !info.Mode().IsRegular() {
		return nil // Split tells of the first; a pipe is read only once
	}
	r, err := dataset.Open(c.File)
	if err != nil {
		return nil // as Split tells
	}
	defer r.Close()
	if len(r.Names()) == 1 {
		return fmt.Errorf("split %s: not CSV: its first line has one column", dataset.Rel(c.File))
	}
	return nil
}

// Run writes the parts and prints their paths, one a line.
func (c *splitCmd) Run(ctx context.Context, con *console) error {
	if c.Out == "" {
		c.Out = filepath.Join(filepath.Dir(c.File), "EditDatasets")
	}
	if c.Rows < 1 {
		return &usageError{fmt.Errorf("data split: --rows must be at least 1 (got %d)", c.Rows)}
	}
	if err := isFolder(c.Out); err != nil {
		return err
	}
	if err := c.columns(); err != nil {
		return err
	}
	tick := newTicker(con, "data split: %d of %d MB")
	bad, first := 0, (*dataset.RowError)(nil)
	m, err := dataset.Split(ctx, c.File, c.Out, dataset.SplitOptions{
		Rows: c.Rows, Force: c.Force,
		Progress: func(done, total int64) { tick.show(int(done/1e6), int(total/1e6)) },
		Bad:      func(n int, row *dataset.RowError) { bad, first = n, row },
	})
	tick.end()
	if bad > 0 {
		fmt.Fprintf(con.stderr, "flowbook: data split: warning: train and detect will refuse %s, the first: %v\n", plural(bad, "row"), first)
	}
	var occupied *dataset.OccupiedError
	if errors.As(err, &occupied) {
		return fmt.Errorf("%w: choose another --out, or --force to overwrite", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(con.stdout, "Files saved:")
	for _, p := range m.Parts {
		fmt.Fprintln(con.stdout, dataset.Rel(filepath.Join(c.Out, p.Name)))
	}
	return nil
}
