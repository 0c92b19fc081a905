package cluster

import (
	"time"

	"flowbook/tools/pipeline"
	"flowbook/tools/runner"
	"flowbook/tools/status"
	"flowbook/tools/store"
)

// Format is that of the messages between submitters, workflows and workers. It is a part of the
// workflow's name, so that a worker of another format leaves the workflow to others.
const Format = 1

// Spec is the input of the workflow.
type Spec struct {
	Build   string           `json:"build"` // build id; only workers of the same build make the runs
	Title   string           `json:"title"`
	Outline pipeline.Outline `json:"outline"`
	Files   []store.File     `json:"files,omitempty"` // those of the outline, with their sizes
	Bundle  Bundle           `json:"bundle"`
	Force   []string         `json:"force,omitempty"` // steps that are run although the store has them
	// Runs are the finished runs of the workflow that this one continues.
	Runs []RunState `json:"runs,omitempty"`
}

// Bundle names the sources of a module in the store.
type Bundle struct {
	Digest store.Digest `json:"digest"`
	Root   string       `json:"root"` // the module's folder in the bundle
}

// Task is the input of the activity.
type Task struct {
	Format int          `json:"format"`
	Build  string       `json:"build"`
	Bundle Bundle       `json:"bundle"`
	File   string       `json:"file"` // the pipeline's, from the module's root
	Job    pipeline.Job `json:"job"`
	Inputs []store.File `json:"inputs,omitempty"`
	Force  bool         `json:"force,omitempty"`
}

// Phase is how far a run is.
type Phase string

// The phases of a run.
const (
	Waiting Phase = "waiting" // for a worker, or at one
	There   Phase = "there"   // not needed: when: missing, and the file is there
	Ran     Phase = "ran"
	Fetched Phase = "fetched" // the store had it
	Failed  Phase = "failed"
	Stopped Phase = "stopped"
	NotRun  Phase = "not run" // a run before it failed
)

// RunState is the state of a run in the workflow, and the output of the activity.
type RunState struct {
	Name  string `json:"name"`
	Step  string `json:"step"`
	Key   string `json:"key,omitempty"`
	Phase Phase  `json:"phase"`
	Where string `json:"where,omitempty"` // the worker
	// Files are the files of Outcome.Outputs; of a failed run, the notebook so far.
	Files  []store.File  `json:"files,omitempty"`
	Detail *store.Digest `json:"detail,omitempty"` // of a Detail
	Error  string        `json:"error,omitempty"`  // one line
	Code   int           `json:"code,omitempty"`   // exit status that the error deserves
}

// State is the answer of the workflow's query.
type State struct {
	Runs  []RunState `json:"runs"`
	Steps int        `json:"steps"` // in all
}

// Detail holds the details of a run for people, kept in the store.
type Detail struct {
	Source string         `json:"source,omitempty"` // digest of the notebook's file
	Result *runner.Result `json:"result,omitempty"`
	Cell   bool           `json:"cell,omitempty"` // the error is that of the result's first bad cell
	Error  string         `json:"error,omitempty"`
}

// Beat is the payload of a heartbeat: how far a run is.
type Beat struct {
	Worker string        `json:"worker"`
	Number int           `json:"number"` // of the cell
	Total  int           `json:"total"`
	Title  string        `json:"title"`
	Status status.Status `json:"status,omitempty"` // of a cell that is over
	Quiet  time.Duration `json:"quiet,omitempty"`  // as in runner.Event
}

// Request asks `flowbook step` for a run, on its standard input. When the input ends, the run is
// stopped.
type Request struct {
	File string       `json:"file"`
	Job  pipeline.Job `json:"job"`
}

// Message is a line that `flowbook step` writes to its standard output: one of the three.
type Message struct {
	Cell *Beat   `json:"cell,omitempty"`
	Text string  `json:"text,omitempty"`
	End  *Ending `json:"end,omitempty"`
}

// Ending is the last message.
type Ending struct {
	Outputs   map[string]string `json:"outputs,omitempty"`
	Executed  string            `json:"executed,omitempty"` // path of the executed notebook
	Untouched []string          `json:"untouched,omitempty"`
	Record    store.Record      `json:"record"`
	Detail    Detail            `json:"detail"`
	Code      int               `json:"code,omitempty"`
	Stopped   bool              `json:"stopped,omitempty"`
	// Retry says that the error is this machine's and not the run's.
	Retry bool `json:"retry,omitempty"`
}
