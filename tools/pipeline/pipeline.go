// Package pipeline runs notebooks and flowbook commands that depend on each other, and only those
// whose inputs have changed.
//
// A pipeline is a YAML file of steps that list the files they read and write; from that follows
// which step waits for which. Its one convention: a step is up to date when the digest of all that
// it depends on (its key) and the digests of its outputs are those of its last run. Times do not
// count, so that a step which writes the same bytes again makes nothing after it run.
//
//	title: Flows
//	steps:
//	  data:
//	    command: data generate                 # words of the flowbook command line
//	    outputs: [Datasets/27072022.csv]       # paths from the module's root, with slashes
//	    when: missing                          # not run as long as its first output is there, whoever made it
//	  split:
//	    notebook: notebooks/Dataset_Processing.ipynb
//	    inputs: [Datasets/27072022.csv, "Datasets/labels.csv?"]    # ? may be missing
//	    outputs: [Datasets/EditDatasets/split_*.csv]               # all that match
//	  each:
//	    notebook: notebooks/One_Split.ipynb
//	    inputs: ["Datasets/EditDatasets/split_{split}.csv"]
//	    params: {threshold: 95}                # of its cell tagged parameters
//	    grid: {split: 1..N}                    # a run for each; N counts the files that are there
//	    needs: gpu                             # on other machines: only on workers of the queue flowbook-gpu
//
// The key of a notebook is made of its code cells without comments and formatting, its parameters,
// its inputs' bytes, the source of every package of this module that it imports, go.mod, go.sum,
// the Go version and $GOMLX_BACKEND. A change that is not part of it, in a text cell or a comment,
// is carried over to the executed notebook without running it.
//
// A notebook's environment has $FLOWBOOK_READS, in which package dataset notes the files that it
// opened: the step fails if the notebook opened a file of the module that the pipeline does not
// name, because the key does not cover it. Reads by other means are not observed. So a notebook
// whose step lists no inputs and whose cells, or packages of the module, use anything that is not
// known to be pure (os, net, the clock, a line for the shell, a kernel of another language) runs
// every time, and no store shares it; so does a command that names a file. The inputs of a step, an empty list too, are its author's
// word that nothing else counts; so is a cell's metadata "pure" (package runner) for this cell.
package pipeline

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// Pipeline is a pipeline file and how its steps are run.
type Pipeline struct {
	Title string
	Steps []*Step // in the order of the file, which is one in which they can run

	// Command runs words of the flowbook command line; their output goes to the two writers.
	Command func(ctx context.Context, words []string, stdout, stderr io.Writer) error
	// CommandPackages are the packages whose source determines the results of commands.
	CommandPackages []string
	// Notebook runs a notebook with the options that the pipeline has set.
	Notebook func(ctx context.Context, nb *notebook.Notebook, opt runner.Options) (*runner.Result, error)
	// Largest is the limit of the notebooks that are read.
	Largest notebook.Limit

	root string // of the module
	file string // the pipeline's, relative to root with slashes
}

// Run is the result of a step, or of one run of a step with a grid.
type Run struct {
	Step     *Step
	Name     string // of the step; with a grid "name-parameter-value…"
	Status   State
	Why      string         // why it was run, or is out of date
	Where    string         // name of the machine that made it, "" for this one
	Err      error          // why it failed
	Result   *runner.Result // of a notebook that was run
	Executed string         // path of the executed notebook; "" for a command or before the first run
}

// State is the result of a step, or in a plan the expected one. Package status has the statuses of
// cells and notebooks.
type State string

// The states of a step.
const (
	UpToDate State = "up to date"
	Ran      State = "ran"
	Fetched  State = "fetched" // outputs came from a store: somebody else has run it
	Failed   State = "failed"
	Stopped  State = "stopped"     // the context ended while it was run
	NotRun   State = "not run"     // a step before it failed, or the context had ended
	Stale    State = "would run"   // of a plan
	Stored   State = "would fetch" // of a plan: a store has it
	Unsure   State = "may run"     // in a plan: runs if a step before it writes different files
)

// versions are the answers of goVersion: for one process and module they stay the same.
var versions sync.Map

// goVersion asks the go command which toolchain compiles cells in root.
func goVersion(ctx context.Context, root string) (string, error) {
	if version, ok := versions.Load(root); ok {
		return version.(string), nil
	}
	cmd := exec.CommandContext(ctx, "go", "env", "GOVERSION", "GOOS", "GOARCH", "GOAMD64", "GOARM64")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find the Go toolchain that compiles cells: %w (install Go from https://go.dev/dl and put its bin folder on the PATH)", err)
	}
	version := strings.Join(strings.Fields(string(out)), " ")
	versions.Store(root, version)
	return version, nil
}

// path makes a path of the pipeline file one of the operating system.
func (p *Pipeline) path(rel string) string { return filepath.Join(p.root, filepath.FromSlash(rel)) }
