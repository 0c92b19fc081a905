package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/parameter"
	"flowbook/tools/runner"
	"flowbook/tools/status"
)

type runCmd struct {
	Notebooks []string `arg:"" name:"nb" sep:"none" help:"Notebooks, folders or globs of notebooks, addresses (http, https, s3, file), or - for standard input."`

	paramFlags `embed:""`

	Output  string `short:"o" type:"address" placeholder:"OUT" help:"Where the executed notebook goes: a file, a folder, an address (http, https, s3, file), or - for standard output; {NAME} in it is the value of a parameter that is set, {{ and }} are braces. Default: .flowbook/out/NAME.ipynb."`
	InPlace bool   `help:"Replace each notebook by its executed form when all of it went well."`

	Papermill   bool   `help:"Take what papermill's users type: NOTEBOOK OUTPUT, parameters that the notebook does not declare (with a warning), the current folder as the cells' working directory."`
	PrepareOnly bool   `negatable:"prepare-execute" help:"Write the notebooks with their parameters, not executed."`
	Language    string `short:"l" placeholder:"NAME" help:"Language that parameters are written in, instead of the notebook's."`
	ReportMode  bool   `negatable:"" help:"Hide the source of all code cells in what is written."`
	StdoutFile  string `type:"output" placeholder:"FILE" help:"Write what the cells print to standard output, as it comes."`
	StderrFile  string `type:"output" placeholder:"FILE" help:"Write what the cells print to standard error, as it comes."`

	JUnit        string `name:"junit" type:"output" placeholder:"FILE" help:"Write a JUnit XML report with a case for each cell."`
	Incremental  bool   `help:"Execute only the cells that a change concerns; the others keep the outputs of an earlier run. Go notebooks only."`
	Watch        bool   `help:"Run incrementally now and after each change of a notebook or of Go code, until interrupted."`
	AllowErrors  bool   `help:"Go on after a failing cell."`
	DryRun       bool   `help:"Check notebooks and parameters and say what would run."`
	HelpNotebook bool   `help:"List the parameters that the notebooks declare."`

	runFlags `embed:""`
}

// runFlags are what run and check have in common.
type runFlags struct {
	Timeout   time.Duration `aliases:"execution-timeout" placeholder:"DURATION" help:"Time a cell may take (90s, 10m, a number of seconds); its metadata may set a shorter one. 0 is no limit."`
	Deadline  time.Duration `placeholder:"DURATION" help:"Time all of a notebook may take."`
	Start     time.Duration `name:"start-timeout" aliases:"start_timeout" placeholder:"DURATION" default:"60s" help:"Time the kernel may take to start (${default})."`
	Jobs      int           `short:"j" default:"1" help:"Notebooks run at the same time."`
	Kernel    string        `short:"k" placeholder:"NAME" help:"Kernelspec to use instead of the notebook's own; gonb is Flowbook's, stock the one that is installed under that name."`
	Offline   bool          `help:"Let Go cells fetch no module: GOPROXY=off. Default: the settings of the go command."`
	Cwd       string        `type:"path" placeholder:"DIR" help:"Working directory of the cells instead of the notebook's folder."`
	Env       []string      `sep:"none" placeholder:"NAME=VALUE" help:"Environment of the kernel."`
	Log       bool          `aliases:"log-output" negatable:"no-log-output" help:"Print the cells' text as it comes."`
	Progress  bool          `name:"progress-bar" default:"true" negatable:"" help:"Show the progress on a terminal."`
	MaxOutput int           `default:"10" placeholder:"MIB" help:"Output that is kept of a cell, in MiB; a cell that puts out 16 times as much fails. 0 is no limit (${default})."`
	Timings   bool          `help:"Measure build and link of Go cells, for the .run.json."`
	Sandbox   bool          `help:"Isolate the kernel: no network, no files but Go's and the module's, nothing kept. Tags and time limits of the notebook have no effect; a cell may take 10m unless --timeout says otherwise."`
	Strict    bool          `help:"Refuse a notebook that is not valid. Default: it is repaired, with a warning."`
	Separate  bool          `help:"Compile each Go cell by itself, as JupyterLab has it done. Default: cells share a program where that cannot change their output."`
}

// Validate refuses, before anything runs, what would fail only in the kernel, or mean nothing without saying so.
func (f *runFlags) Validate() error {
	switch {
	case f.MaxOutput < 0 || f.MaxOutput > 1<<20:
		return fmt.Errorf("--max-output %d: want a number of MiB from 0 to 1048576", f.MaxOutput)
	case f.Timeout < 0 || f.Deadline < 0:
		return fmt.Errorf("--timeout and --deadline must not be negative (got %v, %v)", f.Timeout, f.Deadline)
	case f.Start <= 0:
		return fmt.Errorf("--start-timeout must be positive (got %v)", f.Start)
	case f.Jobs < 1:
		return fmt.Errorf("--jobs must be at least 1 (got %d)", f.Jobs)
	}
	for _, e := range f.Env {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" {
			return fmt.Errorf("--env %s: want NAME=VALUE", e)
		}
	}
	if f.Cwd == "" {
		return nil
	}
	info, err := os.Stat(f.Cwd)
	if err != nil {
		return fmt.Errorf("--cwd %s: %w", display(f.Cwd), atomicfile.Reason(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("--cwd %s: not a directory", display(f.Cwd))
	}
	return nil
}

func (c *runCmd) Run(ctx context.Context, con *console) error {
	if err := c.prepare(); err != nil {
		return err
	}
	if !c.HelpNotebook && !c.DryRun && !c.PrepareOnly {
		defer jupyter.Prepare()()
	}
	targets, err := c.targets(ctx, con)
	if err != nil {
		return err
	}
	switch {
	case c.HelpNotebook:
		return c.help(con, targets)
	case c.DryRun:
		return c.dryRun(con, targets)
	case c.PrepareOnly:
		return c.prepareOnly(ctx, con, targets)
	case c.Watch:
		return c.watch(ctx, con, targets)
	}
	return c.all(ctx, con, targets)
}

// all runs the notebooks, at most Jobs at once.
func (c *runCmd) all(ctx context.Context, con *console, targets []*target) error {
	defer shutdowns.begin()()
	streams, err := c.openStreams(targets)
	if err != nil {
		return err
	}
	results, errs, err := runTargets(ctx, con, c.runFlags, targets, func(ctx context.Context, t *target, p *progress) (*runner.Result, error) {
		warnings, err := c.inject(t)
		if err != nil {
			return nil, err
		}
		opt, err := t.options(ctx, c.runFlags)
		if err != nil {
			return nil, err
		}
		opt.Output, opt.AllowErrors = t.output, c.AllowErrors
		opt.Progress, opt.Log = p.event, streams.log(p.log)
		if c.Incremental || c.Watch {
			if opt.Root, err = t.root(); err != nil {
				return nil, err
			}
			if opt.Cells, err = module.State(opt.Root, "cells"); err != nil {
				return nil, err
			}
		}
		res, err := runner.Run(ctx, t.nb, opt)
		if err != nil {
			return res, err
		}
		res.Warnings = append(warnings, res.Warnings...)
		if err := t.upload(ctx); err != nil {
			return res, err
		}
		if c.InPlace && res.ExitCode() == exitOK {
			if err := t.save(); err != nil {
				return res, err
			}
		}
		return res, nil
	})
	err = cmp.Or(err, streams.close())
	if c.Output == "-" {
		for _, t := range targets {
			if werr := t.nb.Write(con.data); werr != nil && err == nil {
				err = werr
			}
		}
	}
	return worse(con, err, writeReports(con, c.JUnit, "flowbook run", reportPages(targets, results, errs)))
}

// worse returns an error of the runs, or else that of their reports, which is told in any case.
func worse(con *console, runs, reports error) error {
	if runs == nil || reports == nil {
		return cmp.Or(runs, reports)
	}
	fmt.Fprintln(con.stderr, "flowbook:", reports)
	return runs
}

// help prints what the notebooks' parameters cells declare.
func (c *runCmd) help(con *console, targets []*target) error {
	for i, t := range targets {
		params, err := parameter.List(t.nb, t.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if i > 0 {
			fmt.Fprintln(con.stdout)
		}
		if len(params) == 0 {
			fmt.Fprintf(con.stdout, "%s has no parameters: no cell tagged parameters declares any\n", t.name)
			continue
		}
		fmt.Fprintf(con.stdout, "%s: set with -p NAME=VALUE\n", t.name)
		var table bytes.Buffer
		w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
		for _, p := range params {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t\n", p.Name, p.Type, p.Default, p.Help)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		for line := range strings.Lines(table.String()) {
			fmt.Fprintln(con.stdout, strings.TrimRight(line, " \n"))
		}
	}
	return nil
}

// dryRun checks everything that can be checked without a kernel.
func (c *runCmd) dryRun(con *console, targets []*target) error {
	for _, t := range targets {
		warnings, err := c.inject(t)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		for _, w := range warnings {
			fmt.Fprintf(con.stderr, "flowbook: %s: %s\n", t.name, w)
		}
		n, skipped := 0, 0
		for _, cell := range t.nb.Cells {
			switch {
			case cell.Type != notebook.Code:
			case cell.HasTag("skip-execution") || strings.TrimSpace(cell.Source) == "":
				skipped++
			default:
				n++
			}
		}
		fmt.Fprintf(con.stdout, "%s: would run %s and skip %d on kernel %s in %s, into %s\n", t.name, plural(n, "cell"), skipped, t.kernelName(c.Kernel), display(t.workDir(c.Cwd)), t.goal())
		for _, cell := range t.nb.Cells {
			if cell.HasTag("injected-parameters") {
				fmt.Fprintln(con.stdout, "  "+strings.ReplaceAll(cell.Source, "\n", "\n  "))
			}
		}
	}
	return nil
}

// runTargets calls one for each notebook, at most flags.Jobs at once, prints what became of them and returns the worst of it as an error
// that has been printed already.
func runTargets(ctx context.Context, con *console, flags runFlags, targets []*target, one func(context.Context, *target, *progress) (*runner.Result, error)) (results []*runner.Result, errs []error, err error) {
	shown := newProgress(con, targets, flags)
	defer shown.line.close()
	results, errs = make([]*runner.Result, len(targets)), make([]error, len(targets))
	worst := &worstError{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(max(1, flags.Jobs))
	for i, t := range targets {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			var res *runner.Result
			err := t.err
			if err == nil {
				res, err = one(ctx, t, shown.begin(i))
				if err != nil && t.output != "" && strings.Contains(err.Error(), t.output) {
					err = unwritable(err, "set $"+module.EnvState+" to a folder that can be written, or give run another place with -o")
				}
			}
			mu.Lock()
			defer mu.Unlock()
			results[i], errs[i] = res, err
			shown.finish(i, t, res, err)
			worst.add(res, err)
			return nil
		})
	}
	err = group.Wait()
	if ctx.Err() != nil {
		worst.add(nil, context.Cause(ctx))
	}
	if err == nil && worst.code != exitOK {
		err = worst
	}
	return results, errs, err
}

// worstError is the exit status of several runs; what went wrong has been printed where it happened.
type worstError struct{ code int }

func (e *worstError) Error() string { return "" }
func (e *worstError) ExitCode() int { return e.code }

func (e *worstError) add(res *runner.Result, err error) {
	code := exitOK
	if res != nil {
		code = res.ExitCode()
	}
	if err != nil {
		code = exitFailed
		var c exitCoder
		if errors.As(err, &c) {
			code = c.ExitCode()
		}
	}
	e.code = status.WorstExit(e.code, code)
}

// display writes a path for people: relative to where they are if it is below, with slashes.
func display(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			path = rel
		}
	}
	return oneLine(filepath.ToSlash(path))
}

// oneLine shows the line breaks in a name, so that a message stays one line.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace

// load reads the notebook from where it is.
func (t *target) load(ctx context.Context, con *console) (*notebook.Notebook, error) {
	switch {
	case t.from != nil:
		return t.fetch(ctx, con)
	case t.path == "-":
		nb, err := con.largest.Read(con.stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return nb, nil
	}
	nb, err := con.largest.ReadFile(t.path)
	var pe *os.PathError
	if errors.As(err, &pe) {
		return nil, &usageError{fmt.Errorf("read %s: %w", t.name, pe.Err)}
	}
	return nb, err
}
