package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/tools/parquet"
)

// convertCmd turns a CSV file of flows into Parquet, or the other way round.
type convertCmd struct {
	In    string `arg:"" help:"The file to read, .csv or .parquet."`
	Out   string `arg:"" type:"output" help:"The file to write, .parquet or .csv."`
	Force bool   `help:"Overwrite the file to write when it is there."`
}

// Run goes by the names' endings.
func (c *convertCmd) Run(ctx context.Context, con *console) error {
	from, to := strings.ToLower(filepath.Ext(c.In)), strings.ToLower(filepath.Ext(c.Out))
	if from == to || from != ".csv" && from != ".parquet" || to != ".csv" && to != ".parquet" {
		return &usageError{fmt.Errorf("data convert: from %q to %q: one must end in .csv, the other in .parquet", c.In, c.Out)}
	}
	if _, err := os.Stat(c.Out); err == nil && !c.Force {
		return fmt.Errorf("%s is there: choose another name, or --force to overwrite it", dataset.Rel(c.Out))
	}
	in, err := os.Open(c.In)
	if err != nil {
		return fmt.Errorf("read %s: %w", dataset.Rel(c.In), atomicfile.Reason(err))
	}
	defer in.Close()
	tick := newTicker(con, "data convert: %[1]d rows")
	progress := func(rows int) { tick.show(rows, 0) }
	note := ""
	rows := 0
	_, err = writeAtomic(c.Out, func(w io.Writer) (err error) {
		if from == ".parquet" {
			rows, err = parquet.ToCSV(ctx, in, dataset.Rel(c.In), w, progress)
			return err
		}
		written, err := parquet.FromCSV(ctx, in, dataset.Rel(c.In), w, progress)
		rows = written.Rows
		if !written.Exact {
			note = "; the values are kept, but CSV made from it will spell some of it differently"
		}
		return err
	}, nil)
	tick.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "%s: %s%s\n", dataset.Rel(c.Out), plural(int(rows), "row"), note)
	return nil
}
