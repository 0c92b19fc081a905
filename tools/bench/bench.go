// Package bench measures the product beside its Python counterparts: the same work on the same data, Go and Python in turn, each time as a
// process of its own, and one table of medians and ratios.
//
//	err := bench.Run(ctx, bench.Options{Root: root, Program: exe, Count: 3, Out: dir}, os.Stdout, os.Stderr)
//
// Both sides print Go's benchmark format, so that benchstat reads what they say; which side a line comes from is its configuration key side:
//
//	side: pandas
//	BenchmarkRead/cols=2/n=100000 3 201234567 ns/op 210000000 cpu-ns/op 145.2 peak-MB
//
// What a process does before the clock starts is not measured: starting, importing, reading the inputs of what is not a reader, one round to
// warm up. Where the whole command is the work (Notebook), its start is part of the time. peak-MB is the largest resident set that the process,
// or any process that it started and waited for, ever had; cpu-ns is the processor time of all of them.
package bench

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

// Options says what to measure, and with what.
type Options struct {
	Root    string // the module's
	State   string // the folder that inputs are made in, and kept
	Program string // the flowbook command, which the Go sides run
	Python  string // the Python command; "" where there is none, which the table says

	Count int            // rounds: how often each side runs
	Work  *regexp.Regexp // the names of the works to do; nil for all
	Full  bool           // the larger sizes as well
	Out   string         // the folder for go.txt, python.txt and table.txt
}

// Run measures and writes the table to w. What goes on is told to log. A side that cannot run for want of a package is a line of the table; a
// side that fails is one, too, and the error says so in the end. A run whose context ends leaves the table of what it had measured.
func Run(ctx context.Context, o Options, w, log io.Writer) error {
	works := selected(o)
	if len(works) == 0 {
		return fmt.Errorf("bench: no work is called like %s", o.Work)
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
		// After each work, so that even a run that is killed leaves what it measured.
		if err := all.write(o.Out); err != nil {
			return err
		}
	}
	table := all.table() + fmt.Sprintf("\n%s/%s, %d processors, %d rounds; the same with confidence intervals:\n  %s\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.Count, benchstat(o))
	if err := errors.Join(all.write(o.Out), atomicfile.Write(filepath.Join(o.Out, "table.txt"), []byte(table), 0o666)); err != nil {
		return err
	}
	if _, err := io.WriteString(w, table); err != nil {
		return err
	}
	if stopped == nil && failed > 0 {
		return fmt.Errorf("bench: %d failed: see the table", failed)
	}
	return stopped
}

// measure lets every side of a work run in turn, round by round, and counts those that fail. A side that could not run is not tried again. The
// error is the context's.
func (r *record) measure(ctx context.Context, o Options, work Work) (failed int, err error) {
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
func benchstat(o Options) string {
	name := func(file string) string { return filepath.ToSlash(filepath.Join(o.Out, file)) }
	return "go run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da -col side " + name("go.txt") + " " + name("python.txt")
}

// selected are the works of the options.
func selected(o Options) []Work {
	var works []Work
	for _, work := range Works() {
		if (o.Full || !work.Large) && (o.Work == nil || o.Work.MatchString(work.Name)) {
			works = append(works, work)
		}
	}
	return works
}

// missingError says what a side lacks.
type missingError struct{ what string }

func (e *missingError) Error() string { return "missing: " + e.what }

// missing is what a Go side returns when it lacks something.
func missing(format string, args ...any) error {
	return &missingError{strings.TrimSpace(fmt.Sprintf(format, args...))}
}
