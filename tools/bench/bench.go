package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"flowbook/ml/atomicfile"
)

// options are the arguments of a measurement.
type options struct {
	Root    string // the module's
	State   string // the folder of the inputs and of the flowbook command
	Program string // this command, which the Go sides run
	Python  string // the Python command; "" if there is none

	Count int            // rounds: how often each side runs
	Work  *regexp.Regexp // the names of the works to do; nil for all
	Full  bool           // the larger sizes as well
	Huge  bool           // 10,000,000 rows as well
	Out   string         // the folder for go.txt, python.txt and table.txt
}

// tabulate measures, writes the table to w and logs its progress. A side that lacks a package gets
// a line in the table. So does a side that fails, and then the error counts the failures. When the
// context ends, the table holds the measurements made until then.
func tabulate(ctx context.Context, o options, w, log io.Writer) error {
	works := selected(o)
	if len(works) == 0 {
		return fmt.Errorf("no work matches %s", o.Work)
	}
	if err := os.MkdirAll(o.Out, 0o777); err != nil {
		return err
	}
	var all record
	var stopped error
	failed := 0
	for i, work := range works {
		fmt.Fprintf(log, "bench: %s (%d of %d)\n", work.Name, i+1, len(works))
		n, err := all.measure(ctx, o, work)
		if failed += n; err != nil {
			stopped = err
			break
		}
		// After each work, so that even a run that is killed leaves its measurements.
		if err := all.write(o.Out); err != nil {
			return err
		}
	}
	grown := all.growths()
	table := all.table()
	if len(grown) > 0 {
		picture := filepath.Join(o.Out, "growth.png")
		table += "\n" + growthTable(grown) + "drawn in " + picture + "\n"
		if err := growthFigure(grown).SavePNG(picture, 100); err != nil {
			return err
		}
	}
	table += fmt.Sprintf("\n%s/%s, %d processors, %d rounds; the same with confidence intervals:\n  %s\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.Count, benchstat(o))
	if err := errors.Join(all.write(o.Out), atomicfile.Write(filepath.Join(o.Out, "table.txt"), []byte(table), 0o666)); err != nil {
		return err
	}
	if _, err := io.WriteString(w, table); err != nil {
		return err
	}
	if stopped == nil && failed > 0 {
		return fmt.Errorf("%d failed: see the table", failed)
	}
	return stopped
}

// measure runs every side of a work in turn, round by round, and counts the sides that fail. It
// does not try a failed side again. The error is the context's.
func (r *record) measure(ctx context.Context, o options, work Work) (failed int, err error) {
	broken := map[string]bool{}
	if err := work.prepare(ctx, o); err != nil {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		for _, side := range work.Sides {
			r.excuse(work, side, "failed: prepare: "+err.Error())
		}
		return 1, nil
	}
	for range o.Count {
		for _, side := range work.Sides {
			if broken[side.Name] {
				continue
			}
			lines, err := side.run(ctx, o, work.Name)
			if ctx.Err() != nil {
				return failed, context.Cause(ctx)
			}
			r.add(side, lines)
			var missing *missingError
			switch {
			case errors.As(err, &missing):
				r.excuse(work, side, missing.what)
			case err != nil:
				failed++
				r.excuse(work, side, "failed: "+err.Error())
			}
			broken[side.Name] = err != nil
		}
	}
	return failed, nil
}

// benchstat is the command that compares the two files: a column a side, the first one the base.
func benchstat(o options) string {
	name := func(file string) string { return filepath.ToSlash(filepath.Join(o.Out, file)) }
	return "go run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da -col side " + name("go.txt") + " " + name("python.txt")
}

// selected are the works of the options.
func selected(o options) []Work {
	var works []Work
	for _, work := range Works() {
		if (o.Full || !work.Large || work.Huge) && (o.Huge || !work.Huge) && (o.Work == nil || o.Work.MatchString(work.Name)) {
			works = append(works, work)
		}
	}
	return works
}

// missingError names the program or package that a side lacks.
type missingError struct{ what string }

func (e *missingError) Error() string { return "missing: " + e.what }

// missing returns the error of a Go side that lacks something.
func missing(format string, args ...any) error {
	return &missingError{strings.TrimSpace(fmt.Sprintf(format, args...))}
}
