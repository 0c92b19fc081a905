package main

import (
	"context"
	"fmt"
	"path/filepath"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// verifyCmd checks a file of flows against itself.
type verifyCmd struct {
	File string `arg:"" help:"A CSV file of flows with NFStream's 89 columns."`
}

// Run prints nothing but a line when all is well; else each broken rule with the first rows that
// break it, and the status is 1.
func (c *verifyCmd) Run(ctx context.Context, con *console) error {
	var columns []string
	for _, f := range dataset.Columns() {
		columns = append(columns, f.Name)
	}
	r, err := dataset.Open(filepath.Clean(c.File), columns...)
	if err != nil {
		return err
	}
	defer r.Close()
	tick := newTicker(con, "data verify: %d of %d MB")
	report, err := flowmeter.Verify(r, func(done, total int64) {
		if ctx.Err() != nil {
			r.Close() // the error of the next read is not why it ended
		}
		tick.show(int(done/1e6), int(total/1e6))
	})
	tick.end()
	if ctx.Err() != nil {
		return fmt.Errorf("data verify: %w", context.Cause(ctx))
	}
	if err != nil {
		return err
	}
	name := dataset.Rel(c.File)
	if report.OK() {
		fmt.Fprintf(con.stdout, "%s: %s, every rule holds\n", name, plural(int(report.Rows), "flow"))
		return nil
	}
	for _, b := range report.Rules {
		do := "do"
		if b.Rows == 1 {
			do = "does"
		}
		fmt.Fprintf(con.stdout, "%s: %s: %s %s not\n", name, b.Rule, plural(int(b.Rows), "row"), do)
		for _, f := range b.First {
			id := fmt.Sprintf(" (id %d)", f.ID)
			if f.ID < 0 {
				id = ""
			}
			fmt.Fprintf(con.stdout, "  row %d%s: %s\n", f.Row, id, f.What)
		}
	}
	are := "are"
	if len(report.Rules) == 1 {
		are = "is"
	}
	return fmt.Errorf("data verify: %s: %s %s broken in %s read", name, plural(len(report.Rules), "rule"), are, plural(int(report.Rows), "row"))
}
