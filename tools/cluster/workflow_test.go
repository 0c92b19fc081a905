//go:build temporal

package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

// fakeWorker makes runs by pretending to.
type fakeWorker struct {
	mu    sync.Mutex
	tasks []Task
	do    func(ctx context.Context, t Task) (*RunState, error) // nil: writes what its name says
}

const graph = `
title: Graph
steps:
  data:
    command: data
    when: missing
    outputs: [raw.csv]
  split:
    notebook: split.ipynb
    inputs: [raw.csv]
    outputs: ["part_*.csv"]
  each:
    notebook: each.ipynb
    inputs: ["part_{k}.csv"]
    outputs: ["each_{k}.txt"]
    grid: {k: 1..N}
    needs: gpu
  sum:
    command: sum
    inputs: ["each_*.txt"]
  other:
    command: other
    inputs: [note.txt]
`

func specOf(files ...string) Spec {
	s := Spec{Build: "b", Outline: pipeline.Outline{File: "pipeline.yaml", Text: graph, Steps: []string{"data", "split", "each", "sum", "other"}, Files: pipeline.Listing{}, Code: map[string]string{}}}
	for _, name := range s.Outline.Steps {
		s.Outline.Code[name] = "code of " + name
	}
	for _, name := range files {
		s.Files = append(s.Files, fileOf(name))
		s.Outline.Files[name] = fileOf(name).Digest.Hash
	}
	return s
}

func fileOf(name string) store.File {
	return store.File{Path: name, Digest: store.DigestOf([]byte(name))}
}

func (w *fakeWorker) Make(ctx context.Context, t Task) (*RunState, error) {
	w.mu.Lock()
	w.tasks = append(w.tasks, t)
	w.mu.Unlock()
	if w.do != nil {
		if state, err := w.do(ctx, t); state != nil || err != nil {
			return state, err
		}
	}
	state := &RunState{Phase: Ran, Where: activity.GetInfo(ctx).TaskQueue}
	switch t.Job.Step {
	case "data":
		state.Files = []store.File{fileOf("raw.csv")}
	case "split":
		state.Files = []store.File{fileOf("part_1.csv"), fileOf("part_2.csv"), fileOf("part_3.csv")}
	case "each":
		state.Files = []store.File{fileOf(fmt.Sprintf("each_%d.txt", t.Job.At[0])), {Path: pipeline.ExecutedNotebook, Digest: store.DigestOf(nil)}}
	}
	return state, nil
}

// run runs the workflow in memory.
func (w *fakeWorker) run(t *testing.T, spec Spec, change ...func(*testsuite.TestWorkflowEnvironment)) (*State, error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflowWithOptions(Pipeline, workflow.RegisterOptions{Name: workflowName})
	env.RegisterActivityWithOptions(w.Make, activity.RegisterOptions{Name: activityName})
	for _, f := range change {
		f(env)
	}
	env.ExecuteWorkflow(workflowName, spec)
	state := new(State)
	err := env.GetWorkflowError()
	var failed *temporal.ApplicationError
	var stopped *temporal.CanceledError
	switch {
	case err == nil:
		err = env.GetWorkflowResult(state)
	case errors.As(err, &failed) && failed.HasDetails():
		failed.Details(state)
	case errors.As(err, &stopped) && stopped.HasDetails():
		stopped.Details(state)
	}
	return state, err
}

func (s *State) phases() (lines []string) {
	for _, run := range s.Runs {
		lines = append(lines, run.Name+": "+string(run.Phase))
	}
	slices.Sort(lines)
	return lines
}

func TestWorkflow(t *testing.T) {
	w := new(fakeWorker)
	state, err := w.run(t, specOf("note.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"data: ran", "each-k-1: ran", "each-k-2: ran", "each-k-3: ran", "other: ran", "split: ran", "sum: ran"}
	if diff := cmp.Diff(want, state.phases()); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	for _, task := range w.tasks {
		var inputs []string
		for _, f := range task.Inputs {
			inputs = append(inputs, f.Path)
		}
		want := map[string]string{"split": "raw.csv", "each-k-2": "part_2.csv", "sum": "each_1.txt each_2.txt each_3.txt", "other": "note.txt"}[task.Job.Name]
		if got := strings.Join(inputs, " "); want != "" && got != want {
			t.Errorf("%s has the inputs %s", task.Job.Name, got)
		}
	}
	for _, run := range state.Runs {
		if gpu := strings.HasSuffix(run.Where, "-gpu"); gpu != (run.Step == "each") {
			t.Errorf("%s ran on queue %s", run.Name, run.Where)
		}
	}
	// With the data there, it is not made.
	state, err = new(fakeWorker).run(t, specOf("note.txt", "raw.csv"))
	if err != nil || state.phases()[0] != "data: there" {
		t.Errorf("with data: %v, error %v", state.phases(), err)
	}
}

// TestWorkflowFailure has one of a grid fail: the others and another branch end well, what waits
// for it is not run.
func TestWorkflowFailure(t *testing.T) {
	w := &fakeWorker{do: func(_ context.Context, task Task) (*RunState, error) {
		if task.Job.Name != "each-k-2" {
			return nil, nil
		}
		end := RunState{Phase: Failed, Error: "step each-k-2: cell 1, line 2: no", Code: 1, Files: []store.File{fileOf("x")}}
		return nil, temporal.NewNonRetryableApplicationError(end.Error, "run", nil, end)
	}}
	state, err := w.run(t, specOf("note.txt", "raw.csv"))
	if err == nil || !strings.Contains(err.Error(), "2 of 7 runs did not end well: step each-k-2: cell 1, line 2: no") {
		t.Errorf("error %v", err)
	}
	want := []string{"data: there", "each-k-1: ran", "each-k-2: failed", "each-k-3: ran", "other: ran", "split: ran", "sum: not run"}
	if diff := cmp.Diff(want, state.phases()); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// TestWorkflowRetries has a worker die twice.
func TestWorkflowRetries(t *testing.T) {
	deaths := 0
	w := &fakeWorker{do: func(_ context.Context, task Task) (*RunState, error) {
		if task.Job.Name == "split" && deaths < 2 {
			deaths++
			return nil, errors.New("the store is away")
		}
		return nil, nil
	}}
	if state, err := w.run(t, specOf("note.txt")); err != nil || len(state.Runs) != 7 || deaths != 2 {
		t.Errorf("error %v, state %v", err, state)
	}
}

func TestWorkflowMissingInput(t *testing.T) {
	state, err := new(fakeWorker).run(t, specOf("raw.csv"))
	if err == nil || !regexp.MustCompile(`step other: its input note\.txt is not there`).MatchString(err.Error()) || !slices.Contains(state.phases(), "sum: ran") {
		t.Errorf("error %v, %v", err, state.phases())
	}
}

// TestWorkflowCancel cancels while the grid is at the workers, which send the notebooks so far.
func TestWorkflowCancel(t *testing.T) {
	w := &fakeWorker{do: func(ctx context.Context, task Task) (*RunState, error) {
		if task.Job.Step != "each" {
			return nil, nil
		}
		for ctx.Err() == nil {
			activity.RecordHeartbeat(ctx, Beat{})
			time.Sleep(time.Millisecond)
		}
		return nil, temporal.NewCanceledError(RunState{Files: []store.File{fileOf("so far")}})
	}}
	state, err := w.run(t, specOf("note.txt", "raw.csv"), func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(env.CancelWorkflow, time.Second)
	})
	if !temporal.IsCanceledError(err) {
		t.Errorf("error %v", err)
	}
	for _, run := range state.Runs {
		if run.Step == "each" && run.Phase != Stopped { // the files come only from a real server, see TestServers
			t.Errorf("%s: %+v", run.Name, run)
		}
	}
}

// TestWorkflowGoesOn has the server suggest that the history is long enough: the next workflow
// knows what is over and runs the rest.
func TestWorkflowGoesOn(t *testing.T) {
	first := new(fakeWorker)
	var env *testsuite.TestWorkflowEnvironment
	first.do = func(_ context.Context, task Task) (*RunState, error) {
		if task.Job.Step == "split" {
			env.SetContinueAsNewSuggested(true)
		}
		return nil, nil
	}
	_, err := first.run(t, specOf("note.txt"), func(e *testsuite.TestWorkflowEnvironment) { env = e })
	var goesOn *workflow.ContinueAsNewError
	if !errors.As(err, &goesOn) {
		t.Fatalf("error %v", err)
	}
	var spec Spec
	if err := converter.GetDefaultDataConverter().FromPayloads(goesOn.Input, &spec); err != nil {
		t.Fatal(err)
	}
	second := new(fakeWorker)
	state, err := second.run(t, spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Runs) != 7 || len(first.tasks)+len(second.tasks) != 7 || len(second.tasks) != 4 {
		t.Errorf("%d and %d tasks, %v", len(first.tasks), len(second.tasks), state.phases())
	}
}
