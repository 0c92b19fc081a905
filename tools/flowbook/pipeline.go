package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
	"flowbook/tools/pipeline"
	"flowbook/tools/runner"
	"flowbook/tools/store"
)

// pipelineCmd brings everything that notebooks/pipeline.yaml describes up to date.
type pipelineCmd struct {
	Targets []string `arg:"" optional:"" name:"target" help:"Steps of pipeline.yaml, by name or notebook, with those that they wait for; without any, all."`
	Plan    bool     `help:"Say what would run, what the store has, and why; run nothing."`
	Force   bool     `help:"Run the targets although they are up to date."`
	Jobs    int      `short:"j" default:"2" help:"Steps run at the same time."`
	storeFlags
	clusterFlags
}

// Help shows the form of a pipeline file.
func (*pipelineCmd) Help() string {
	return `pipeline.yaml stands in the module's root or in its folder notebooks; flowbook init writes
one. Paths are from the root:

    title: Flows
    steps:
      split:
        command: data split Datasets/flows.csv      # words of a flowbook command, or
        inputs: [Datasets/flows.csv]
        outputs: [Datasets/EditDatasets/split_*.csv]
      each:
        notebook: notebooks/each.ipynb              # a notebook
        inputs: ["Datasets/EditDatasets/split_{split}.csv", "labels.csv?"]  # ? may be missing
        outputs: ["figures/{split}.png"]
        params: {threshold: 95}                     # of its cell tagged parameters
        grid: {split: 1..N}                         # or a list: a run for each value
        when: missing                               # only if its first output is missing
        needs: gpu                                  # only on workers of the queue flowbook-gpu

A step runs after those whose outputs it reads, and if its code, parameters or inputs have changed.
Package dataset notes the files that it opens, and an undeclared one fails the step. A notebook that
may read otherwise (os, net, the clock, a line for the shell, another kernel, a package of another
module that is not known to be pure), or a command that names a file, and that has no inputs, runs
every time and is shared through no store; inputs, an empty list too, say that nothing else counts.`
}

// manyJobs lets all runs that are ready wait for their workers.
const manyJobs = 1 << 16

// Run runs or plans the pipeline and writes the report.
func (c *pipelineCmd) Run(ctx context.Context, con *console) error {
	if c.Jobs < 1 {
		return &usageError{fmt.Errorf("pipeline: --jobs must be at least 1 (got %d)", c.Jobs)}
	}
	shared, err := c.open()
	if err != nil {
		return err
	}
	if err := c.clusterFlags.check(c.Store); err != nil {
		return err
	}
	root, p, err := readPipeline(con)
	if err != nil {
		return err
	}
	view := newPipelineView(con)
	defer view.close()
	p.Notebook = view.runNotebook
	opt := pipeline.Options{Targets: c.Targets, Force: c.Force, Jobs: c.Jobs, Event: view.event}
	if c.Plan {
		if shared != nil {
			x := &store.Executor{Store: shared, Warn: view.warn}
			opt.Stored = x.Has
		}
		return c.plan(ctx, con, p, opt)
	}
	var uploads *store.Executor
	if c.Temporal != "" {
		pending, err := c.submit(ctx, con, view, p, root, shared, &opt)
		if err != nil || pending == nil {
			return err
		}
		defer pending.Close()
		opt.Executor, opt.Jobs = pending, manyJobs // they run elsewhere
	} else if shared != nil {
		uploads = &store.Executor{Store: shared, ReadOnly: c.StoreReadOnly, Warn: view.warn}
		opt.Executor = uploads
	}
	started := time.Now()
	ended := shutdowns.begin()
	runs, err := p.Run(ctx, opt)
	if uploads != nil {
		view.say("storing the runs")
		uploads.Close(ctx)
	}
	view.close()
	ended()
	if err != nil {
		return err
	}
	worst := &worstError{}
	counts := map[pipeline.State]int{}
	for _, run := range runs {
		counts[run.Status]++
		if run.Err != nil {
			worst.add(nil, run.Err)
		}
	}
	if ctx.Err() != nil {
		worst.add(nil, context.Cause(ctx))
	}
	site, err := writePipelineReport(con, root, p, runs)
	if err != nil {
		return err
	}
	var words []string
	for _, status := range []pipeline.State{pipeline.Ran, pipeline.Fetched, pipeline.UpToDate, pipeline.Failed, pipeline.Stopped, pipeline.NotRun} {
		if n := counts[status]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, status))
		}
	}
	out, err := module.State(root, "out")
	if err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "\n%s: %s, %s\n", plural(len(runs), "step"), strings.Join(words, ", "), elapsed(time.Since(started)))
	fmt.Fprintf(con.stdout, "executed notebooks: %s\nreport: %s\n", display(out), display(site))
	if worst.code != exitOK {
		return worst
	}
	return nil
}

// pipelineFile is the pipeline's name, in the module's root or its folder notebooks.
const pipelineFile = "pipeline.yaml"

// findPipeline returns the pipeline file, and the folder from which its paths begin: the module's
// root, or without a module the file's own.
func findPipeline() (root, file string, err error) {
	root, err = module.Root("")
	if err == nil {
		for _, dir := range []string{"", "notebooks"} {
			file = filepath.Join(root, dir, pipelineFile)
			if _, err := os.Stat(file); err == nil {
				return root, file, nil
			}
		}
		return "", "", fmt.Errorf("neither %s nor notebooks/%s is in %s; flowbook init writes one", pipelineFile, pipelineFile, root)
	}
	if !errors.Is(err, module.ErrNone) || os.Getenv(module.EnvRoot) != "" {
		return "", "", err
	}
	start, err := os.Getwd()
	if err != nil {
		return "", "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		file = filepath.Join(at, pipelineFile)
		if _, err := os.Stat(file); err == nil {
			return at, file, nil
		}
		if filepath.Dir(at) == at {
			return "", "", fmt.Errorf("no %s in %s or above, and no module; flowbook init writes one", pipelineFile, start)
		}
	}
}

// plan prints the runs that would be made.
func (c *pipelineCmd) plan(ctx context.Context, con *console, p *pipeline.Pipeline, opt pipeline.Options) error {
	runs, err := p.Plan(ctx, opt)
	if err != nil {
		return err
	}
	width := 0
	for _, run := range runs {
		width = max(width, len(run.Name))
	}
	worst := &worstError{}
	for _, run := range runs {
		why := run.Why
		if run.Err != nil {
			worst.add(nil, run.Err)
			why = run.Err.Error()
		}
		line := fmt.Sprintf("%-*s  %-11s  %s", width, run.Name, run.Status, why)
		fmt.Fprintln(con.stdout, strings.TrimRight(line, " "))
	}
	if worst.code != exitOK {
		return worst
	}
	return nil
}

// runNotebook runs a notebook of the pipeline on the kernel that it names.
func (v *pipelineView) runNotebook(ctx context.Context, nb *notebook.Notebook, opt runner.Options) (*runner.Result, error) {
	t := &target{path: opt.Path, name: opt.Path, dir: opt.Dir, nb: nb}
	v.say("preparing the kernel of " + opt.Path)
	spec, err := t.spec(ctx, "")
	if err != nil {
		return nil, err
	}
	opt.Spec = spec
	return runner.Run(ctx, nb, opt)
}

// explainRun tells of a step that failed: the cell with the code around it where there is one, a
// line otherwise.
func explainRun(w io.Writer, run *pipeline.Run) {
	var cell *pipeline.CellError
	if errors.As(run.Err, &cell) && run.Result != nil {
		t := &target{name: run.Step.Notebook, nb: notebook.New()}
		if nb, err := notebook.ReadFile(run.Executed); err == nil {
			t.nb = nb
		}
		fmt.Fprintf(w, "flowbook: step %s failed at cell %d\n", run.Name, cell.Cell.Number)
		explain(w, t, &cell.Cell)
		return
	}
	fmt.Fprintf(w, "flowbook: %v\n", run.Err)
}

// resultLine is the line about a finished run.
func resultLine(run *pipeline.Run) string {
	words := []string{string(run.Status)}
	if run.Where != "" {
		words[0] += " on " + run.Where
	}
	if run.Result != nil {
		words = append(words, plural(len(run.Result.Cells), "cell"), elapsed(run.Result.Elapsed))
	}
	if (run.Status == pipeline.Ran || run.Status == pipeline.Fetched) && run.Executed != "" {
		words = append(words, display(run.Executed))
	}
	line := run.Name + ": " + strings.Join(words, ", ")
	if run.Why != "" && run.Status != pipeline.UpToDate {
		line += " (" + run.Why + ")"
	}
	return line
}
