package main

import (
	"context"
	"errors"
	"fmt"

	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

type validateCmd struct {
	Notebooks []string `arg:"" name:"nb" sep:"none" help:"Notebooks, folders or globs of notebooks, or - for standard input."`
}

// Run prints each fault with its place. A notebook with a fault makes the exit status that of an
// invalid file.
func (c *validateCmd) Run(ctx context.Context, con *console) error {
	worst := &worstError{}
	targets, err := unread(c.Notebooks)
	if err != nil {
		return err
	}
	for _, t := range targets {
		n, err := c.one(ctx, con, t)
		if err != nil {
			return err
		}
		if n > 0 {
			worst.code = exitInvalid
		}
	}
	if worst.code != exitOK {
		return worst
	}
	return nil
}

// one checks a notebook, and the settings of the runner in its metadata, and says how many faults it has.
func (c *validateCmd) one(ctx context.Context, con *console, t *target) (int, error) {
	name := t.name
	nb, err := t.load(ctx, con)
	var bad *notebook.Error
	if errors.As(err, &bad) {
		bad.File = ""
		fmt.Fprintf(con.stdout, "%s: %v\n", name, bad)
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	faults, err := notebook.Faults(nb)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	for _, f := range faults {
		where := name
		if i, ok := f.Cell(); ok {
			where += fmt.Sprintf(": cell %d of %d", i+1, len(nb.Cells))
		}
		fmt.Fprintf(con.stdout, "%s: %v\n", where, f)
	}
	settings := runner.SettingFaults(nb)
	for _, f := range settings {
		where := name
		if f.Cell >= 0 {
			where += fmt.Sprintf(": cell %d of %d", f.Cell+1, len(nb.Cells))
		}
		fmt.Fprintf(con.stdout, "%s: %v\n", where, f)
	}
	if len(faults)+len(settings) == 0 {
		fmt.Fprintf(con.stdout, "%s: valid, format 4.%d, %s\n", name, nb.Minor, plural(len(nb.Cells), "cell"))
	}
	return len(faults) + len(settings), nil
}
