// Command bench measures Flowbook beside its Python counterparts: each side does the same work on
// the same data in a process of its own, in turn, and one table shows medians and ratios.
//
//	go run ./tools/bench --work Read --count 5
//	go run ./tools/bench --full
//
// Without Python the table holds Go's half. Both sides print Go's benchmark format, so that
// benchstat can read it; the configuration key side names the source of a line:
//
//	side: pandas
//	BenchmarkRead/cols=2/n=100000 3 201234567 ns/op 210000000 cpu-ns/op 145.2 peak-MB
//
// The clock does not run while a process starts, imports, reads its inputs (unless reading is the
// work) and warms up by one round. The works Train, Detect and Notebook measure a whole command and
// include its start. peak-MB is the largest resident set that the process, or any process that it started and
// waited for, ever had; cpu-ns is the processor time of all of them.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"syscall"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/status"
)

func main() {
	jupyter.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command: it never calls os.Exit, so tests call it as a function.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := command(ctx, args, stdout, stderr)
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return status.ExitOK
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "bench:", err)
		return status.ExitUsage
	}
	fmt.Fprintln(stderr, "bench:", err)
	return status.ExitFailed
}

// usageError is an error in the arguments.
type usageError struct{ error }

// command parses the arguments and measures. With the arguments one SIDE WORK STATE it does a
// single work once: tabulate starts such a process for each round of a Go side.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	count := flags.Int("count", 3, "`rounds`: how often each side does each work")
	work := flags.String("work", "", "do only works whose name matches this `regexp`: Read, Split, Generate, Train, Detect, Fit, Predict, Figure, Notebook, Runner")
	full := flags.Bool("full", false, "measure the larger sizes as well, up to 1,000,000 rows; needs 3 GB of disk")
	huge := flags.Bool("huge", false, "measure 10,000,000 rows as well, where memory does not hold all of them; needs 15 GB of disk")
	out := flags.String("out", "", "write go.txt, python.txt, table.txt, record.json and growth.png into this `folder` (default .flowbook/bench)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stdout)
			flags.PrintDefaults()
			return err
		}
		return &usageError{fmt.Errorf("%w (see go run ./tools/bench --help)", err)}
	}
	root, err := module.Root("")
	if err != nil {
		return &usageError{fmt.Errorf("the Python sides and the notebooks are in Flowbook's module: %w", err)}
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	o := options{Root: root, Program: exe, Count: *count, Full: *full, Huge: *huge}
	if flags.NArg() == 4 && flags.Arg(0) == "one" {
		o.State = flags.Arg(3)
		return doWork(ctx, o, flags.Arg(1), flags.Arg(2), stdout)
	}
	if flags.NArg() > 0 {
		return &usageError{fmt.Errorf("unexpected argument %s", flags.Arg(0))}
	}
	if o.State, err = module.State(root, "bench"); err != nil {
		return err
	}
	o.Out = cmp.Or(*out, o.State)
	if o.Count < 1 {
		return &usageError{fmt.Errorf("--count must be at least 1 (got %d)", o.Count)}
	}
	if o.Work, err = regexp.Compile(*work); err != nil {
		return &usageError{fmt.Errorf("--work: %w", err)}
	}
	o.Python = python()
	return tabulate(ctx, o, stdout, stderr)
}

// python returns the path of the Python command: $FLOWBOOK_PYTHON, else the python3 on the PATH,
// else "".
func python() string {
	path, err := exec.LookPath(cmp.Or(os.Getenv("FLOWBOOK_PYTHON"), "python3"))
	if err != nil {
		return ""
	}
	return path
}
