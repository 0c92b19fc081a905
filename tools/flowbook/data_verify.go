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
		fmt.Fprintf(con.stdout, "%s: %d flows, every rule holds\n", name, report.Rows)
		return nil
	}
	for _, b := range report.Rules {
		fmt.Fprintf(con.stdout, "%s: %s: %d rows do not\n", name, b.Rule, b.Rows)
		for _, f := range b.First {
			id := fmt.Sprintf(" (id %d)", f.ID)
			if f.ID < 0 {
				id = ""
			}
			fmt.Fprintf(con.stdout, "  row %d%s: %s\n", f.Row, id, f.What)
		}
	}
	return fmt.Errorf("data verify: %s: %d rules are broken in %d rows read", name, len(report.Rules), report.Rows)
}
