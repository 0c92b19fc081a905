//go:build temporal

package cluster

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

// Names of the workflow, the activity and the query.
var (
	workflowName = "flowbook.pipeline.v" + strconv.Itoa(Format)
	activityName = "flowbook.run"
	queryName    = "state"
)

// atOnce bounds the activities of a workflow that wait for a worker or are at one; the server's own
// bound is 2000.
const atOnce = 500

// manyEvents is where a workflow goes on as a new one: a fifth of the server's limit.
const manyEvents = 10_000

// heartbeat is how long a worker may say nothing before a run is given to another.
const heartbeat = 10 * time.Second

// retry is for failures that are not the run's fault: a dead worker, a lost store, a full disk.
var retry = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second}

// plan is a running workflow.
type plan struct {
	spec  *Spec
	graph *pipeline.Graph

	files   pipeline.Listing        // the files that exist now
	digests map[string]store.Digest // of these files, by path
	runs    []*RunState             // in the order in which they became known
	over    map[string]bool         // steps
	keys    map[string]*RunState    // runs that are not over, by key
	slots   workflow.Semaphore
	drain   bool // no run is started any more, for the workflow goes on as a new one
	err     error
}

// Pipeline is the workflow: it starts each run when those before it are over.
func Pipeline(ctx workflow.Context, spec Spec) (*State, error) {
	graph, err := spec.Outline.Graph()
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), "pipeline", nil)
	}
	p := &plan{
		spec: &spec, graph: graph, files: pipeline.Listing{}, digests: map[string]store.Digest{}, over: map[string]bool{},
		keys: map[string]*RunState{}, slots: workflow.NewSemaphore(ctx, atOnce),
	}
	for _, f := range spec.Files {
		p.files[f.Path], p.digests[f.Path] = f.Digest.Hash, f.Digest
	}
	if err := workflow.SetQueryHandler(ctx, queryName, func() (*State, error) { return p.state(), nil }); err != nil {
		return nil, err
	}
	group := workflow.NewWaitGroup(ctx)
	for _, step := range graph.Selected() {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			p.step(ctx, step)
		})
	}
	group.Wait(ctx)
	switch {
	case p.err != nil:
		return nil, temporal.NewNonRetryableApplicationError(p.err.Error(), "pipeline", nil)
	case ctx.Err() != nil:
		return nil, temporal.NewCanceledError(*p.state())
	case p.drain:
		for _, run := range p.runs {
			if run.good() || run.Phase == Failed {
				spec.Runs = append(spec.Runs, *run)
			}
		}
		return nil, workflow.NewContinueAsNewError(ctx, workflowName, spec)
	}
	state := p.state()
	if message := state.failure(); message != "" {
		return nil, temporal.NewNonRetryableApplicationError(message, "failed", nil, *state)
	}
	return state, nil
}

func (p *plan) state() *State {
	s := &State{Steps: len(p.graph.Selected())}
	for _, run := range p.runs {
		s.Runs = append(s.Runs, *run)
	}
	return s
}

// failure says in one line which runs did not end well.
func (s *State) failure() string {
	bad, first := 0, ""
	for _, run := range s.Runs {
		if !run.good() {
			bad++
			if first == "" {
				first = run.Error
			}
		}
	}
	if bad == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d runs did not end well: %s", bad, len(s.Runs), first)
}

// step waits for the steps before and makes the runs of one.
func (p *plan) step(ctx workflow.Context, step *pipeline.Step) {
	defer func() { p.over[step.Name] = true }()
	before := p.graph.Waits(step)
	err := workflow.Await(ctx, func() bool {
		for _, other := range before {
			if !p.over[other.Name] {
				return false
			}
		}
		return true
	})
	if err != nil || p.drain {
		return
	}
	group := workflow.NewWaitGroup(ctx)
	for _, run := range p.graph.Expand(step, p.files) {
		state := p.known(run.Name)
		if state == nil {
			state = &RunState{Name: run.Name, Step: step.Name, Key: run.Key, Phase: Waiting}
			p.runs = append(p.runs, state)
		} else { // it was over before the workflow went on as this one
			p.wrote(run, state)
			continue
		}
		switch failed := p.failedBefore(before); {
		case failed != "":
			state.Phase, state.Error = NotRun, "step "+failed+" did not end well"
		case run.There:
			state.Phase = There
		case run.Err != nil:
			state.Phase, state.Error, state.Code = Failed, run.Err.Error(), 1
		default:
			group.Add(1)
			workflow.Go(ctx, func(ctx workflow.Context) {
				defer group.Done()
				p.run(ctx, step, run, state)
			})
		}
	}
	group.Wait(ctx)
}

// known returns a run that was over in the workflow that this one goes on from.
func (p *plan) known(name string) *RunState {
	for i := range p.spec.Runs {
		if run := &p.spec.Runs[i]; run.Name == name {
			p.runs = append(p.runs, run)
			return run
		}
	}
	return nil
}

// failedBefore returns a run of the steps that did not end well.
func (p *plan) failedBefore(steps []*pipeline.Step) string {
	for _, run := range p.runs {
		for _, step := range steps {
			if run.Step == step.Name && !run.good() {
				return run.Name
			}
		}
	}
	return ""
}

// run has a worker make one run.
func (p *plan) run(ctx workflow.Context, step *pipeline.Step, run pipeline.Planned, state *RunState) {
	if err := p.slots.Acquire(ctx, 1); err != nil {
		state.Phase = Stopped
		return
	}
	defer p.slots.Release(1)
	// another step makes the same run: wait for its end, then fetch it from the store
	for p.keys[run.Key] != nil {
		other := p.keys[run.Key]
		if err := workflow.Await(ctx, func() bool { return other.over() }); err != nil {
			state.Phase = Stopped
			return
		}
	}
	info := workflow.GetInfo(ctx)
	if p.drain = p.drain || info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > manyEvents; p.drain {
		return
	}
	p.keys[run.Key] = state
	defer delete(p.keys, run.Key)
	task := Task{
		Format: Format, Build: p.spec.Build, Bundle: p.spec.Bundle, File: p.graph.File, Job: run.Job, Force: p.forced(step),
	}
	for _, f := range p.spec.order(run.Inputs) {
		task.Inputs = append(task.Inputs, store.File{Path: f, Digest: p.digests[f]})
	}
	queue := info.TaskQueueName
	if step.Needs != "" {
		queue += "-" + step.Needs
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ActivityID: run.Key, TaskQueue: queue, StartToCloseTimeout: 10 * 24 * time.Hour, HeartbeatTimeout: heartbeat,
		RetryPolicy: retry, WaitForCancellation: true, Summary: summary(step, run.Name),
	})
	var end RunState
	err := workflow.ExecuteActivity(ctx, activityName, task).Get(ctx, &end)
	name, key := state.Name, state.Key
	switch {
	case err == nil:
		*state = end
	default:
		*state = ended(err)
	}
	state.Name, state.Step, state.Key = name, step.Name, key
	p.wrote(run, state)
}

// ended is the state of a run that ended with an error.
func ended(err error) (end RunState) {
	var failed *temporal.ApplicationError
	var stopped *temporal.CanceledError
	switch {
	case errors.As(err, &stopped):
		if stopped.HasDetails() {
			stopped.Details(&end)
		}
		end.Phase = Stopped
	case errors.As(err, &failed) && failed.HasDetails() && failed.Details(&end) == nil:
		end.Phase = Failed
	default:
		end = RunState{Phase: Failed, Error: err.Error(), Code: 1}
	}
	return end
}

// wrote adds a run's outputs to the existing files.
func (p *plan) wrote(run pipeline.Planned, state *RunState) {
	if !state.good() || state.Phase == There {
		return
	}
	outputs := map[string]string{}
	for _, f := range state.Files {
		outputs[f.Path] = f.Digest.Hash
		p.digests[f.Path] = f.Digest
	}
	p.files.Put(run.Writes, outputs)
}

// order returns the paths of inputs that are there, in the same order every time.
func (s *Spec) order(inputs map[string]string) (names []string) {
	for _, name := range workflow.DeterministicKeys(inputs) {
		if inputs[name] != pipeline.Absent {
			names = append(names, name)
		}
	}
	return names
}

func (p *plan) forced(step *pipeline.Step) bool {
	for _, name := range p.spec.Force {
		if name == step.Name {
			return true
		}
	}
	return false
}

// summary is the text for a run in Temporal's web UI.
func summary(step *pipeline.Step, name string) string {
	what := step.Notebook
	if what == "" {
		what = "flowbook " + strings.Join(step.Command, " ")
	}
	return name + ": " + what
}

// over reports whether the run has ended.
func (r RunState) over() bool { return r.Phase != Waiting }

// good reports whether runs that wait for this one can go on.
func (r RunState) good() bool { return r.Phase == There || r.Phase == Ran || r.Phase == Fetched }
