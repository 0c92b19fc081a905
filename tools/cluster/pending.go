//go:build temporal

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"flowbook/tools/pipeline"
	"flowbook/tools/runner"
	"flowbook/tools/status"
)

// Pending is a pipeline that workers run. As a pipeline.Executor it waits for each run and puts its
// outputs into this module.
type Pending struct {
	ID string

	s      *Submitter
	c      client.Client
	cancel context.CancelFunc
	over   chan struct{}
	ask    sync.Once // to cancel

	mu      sync.Mutex
	changed chan struct{} // closed at each news
	state   State
	beats   map[string]Beat // by key, of runs that a worker has
	err     error           // why the workflow has no end state
}

var _ pipeline.Executor = (*Pending)(nil)

// often is how soon the server is asked again.
const often = 300 * time.Millisecond

func (s *Submitter) follow(c client.Client, id string) *Pending {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Pending{ID: id, s: s, c: c, cancel: cancel, over: make(chan struct{}), changed: make(chan struct{})}
	go func() {
		defer close(p.over)
		p.watch(ctx)
	}()
	return p
}

// Close stops following; the workers go on.
func (p *Pending) Close() {
	p.cancel()
	<-p.over
	p.c.Close()
}

// watch asks for news until the workflow is over.
func (p *Pending) watch(ctx context.Context) {
	silent := false
	for ctx.Err() == nil {
		closed, err := p.look(ctx)
		if closed {
			p.end(ctx)
			return
		}
		if err != nil && ctx.Err() == nil && !silent {
			p.s.Say("warning: " + (&AddressError{p.s.Server, plainly(p.s.Server, err)}).Error() + "; asking again")
		}
		silent = err != nil
		select {
		case <-time.After(often):
		case <-ctx.Done():
		}
	}
}

// look asks once.
func (p *Pending) look(ctx context.Context) (closed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	described, err := p.c.DescribeWorkflow(ctx, p.ID, "")
	if err != nil {
		return false, err
	}
	d := described.RawResponse
	if d.WorkflowExecutionInfo.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return true, nil
	}
	beats := pendingBeats(d)
	var state State
	answer, err := p.c.QueryWorkflow(ctx, p.ID, "", queryName)
	if err == nil {
		err = answer.Get(&state)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats = beats
	if err == nil { // no worker answers otherwise: the server knows how far its runs are
		p.state = state
	}
	p.tell()
	return false, nil
}

// tell wakes who waits for news. p.mu is held.
func (p *Pending) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func pendingBeats(d *workflowservice.DescribeWorkflowExecutionResponse) map[string]Beat {
	beats := map[string]Beat{}
	for _, a := range d.PendingActivities {
		if a.State != enumspb.PENDING_ACTIVITY_STATE_STARTED {
			continue
		}
		var beat Beat
		if a.HeartbeatDetails != nil {
			converter.GetDefaultDataConverter().FromPayloads(a.HeartbeatDetails, &beat)
		}
		beats[a.ActivityId] = beat
	}
	return beats
}

// end takes the state with which the workflow ended.
func (p *Pending) end(ctx context.Context) {
	var state State
	err := p.c.GetWorkflow(ctx, p.ID, "").Get(ctx, &state)
	var failed *temporal.ApplicationError
	var stopped *temporal.CanceledError
	switch {
	case errors.As(err, &failed) && failed.HasDetails() && failed.Details(&state) == nil:
		err = nil
	case errors.As(err, &stopped) && stopped.HasDetails() && stopped.Details(&state) == nil:
		err = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats = nil
	if err != nil {
		p.err = fmt.Errorf("pipeline %s: %w", p.ID, plainly(p.s.Server, err))
	} else {
		p.state = state
	}
	p.tell()
}

// Wait waits until the pipeline is over.
func (p *Pending) Wait(ctx context.Context) error {
	select {
	case <-p.over:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// RunError reports a run that failed on a worker for a reason other than a failed cell.
type RunError struct {
	Message string
	Code    int
}

func (e *RunError) Error() string { return e.Message }

// ExitCode is that of the same failure on this machine.
func (e *RunError) ExitCode() int { return e.Code }

// toStop is how long a stopped pipeline is waited for.
const toStop = 15 * time.Second

// Execute waits for a run and puts its files into this module.
func (p *Pending) Execute(ctx context.Context, t *pipeline.Task, tell func(pipeline.Event)) (*pipeline.Outcome, error) {
	state, err := p.await(ctx, t, tell)
	if err != nil {
		return nil, err
	}
	did := &pipeline.Outcome{Status: pipeline.Ran, Where: state.Where}
	var detail Detail
	if state.Detail != nil {
		text, err := p.s.Store.Bytes(context.WithoutCancel(ctx), *state.Detail)
		if err == nil {
			err = json.Unmarshal(text, &detail)
		}
		if err != nil {
			return nil, fmt.Errorf("what worker %s says of it: %w", state.Where, err)
		}
	}
	did.Result, did.Source = detail.Result, detail.Source
	if did.Result != nil && state.Phase != Fetched {
		for _, cell := range did.Result.Cells { // heartbeats tell of few
			if cell.Status != runner.NotRun {
				tell(pipeline.Event{Run: t.Run, Kind: pipeline.CellEvent, Cell: runner.Event{Cell: cell, Total: len(did.Result.Cells)}})
			}
		}
	}
	if state.Phase == Failed || state.Phase == Stopped {
		if err := p.placeNotebook(context.WithoutCancel(ctx), t, state); err != nil {
			return did, err
		}
		did.Status = ""
		switch {
		case ctx.Err() != nil:
			return did, context.Cause(ctx)
		case detail.Cell && did.Result != nil && did.Result.Bad() != nil:
			return did, &pipeline.CellError{Step: t.Run.Name, Cell: *did.Result.Bad()}
		case state.Phase == Stopped:
			return did, &RunError{"step " + t.Run.Name + ": pipeline " + p.ID + " was canceled", status.ExitInterrupted}
		}
		return did, &RunError{state.Error, max(1, state.Code)}
	}
	placed, err := p.s.Store.Place(ctx, t, state.Files)
	if err != nil {
		return did, err
	}
	did.Outputs = placed.Outputs
	if state.Phase == Fetched {
		did.Status = pipeline.Fetched
	}
	return did, nil
}

// await waits until a run is over, and tells how it gets on.
func (p *Pending) await(ctx context.Context, t *pipeline.Task, tell func(pipeline.Event)) (RunState, error) {
	started := false
	var last Beat
	stopping := ctx.Done()
	var patience <-chan time.Time
	for {
		p.mu.Lock()
		changed, err := p.changed, p.err
		i := slices.IndexFunc(p.state.Runs, func(r RunState) bool { return r.Key == t.Key })
		var state RunState
		if i >= 0 {
			state = p.state.Runs[i]
		}
		beat, running := p.beats[t.Key]
		p.mu.Unlock()
		switch {
		case err != nil:
			return RunState{}, err
		case i >= 0 && state.over():
			return state, nil
		}
		if running && !started {
			started = true
			tell(pipeline.Event{Run: t.Run, Kind: pipeline.StartEvent})
			if beat.Worker != "" {
				tell(pipeline.Event{Run: t.Run, Kind: pipeline.TextEvent, Text: "on " + beat.Worker})
			}
		}
		if running && beat != last && beat.Number > 0 {
			cell := runner.CellResult{Number: beat.Number, Title: beat.Title}
			tell(pipeline.Event{Run: t.Run, Kind: pipeline.CellEvent, Cell: runner.Event{Cell: cell, Total: beat.Total, Quiet: beat.Quiet}})
		}
		last = beat
		select {
		case <-changed:
		case <-p.over:
			p.mu.Lock()
			known := slices.ContainsFunc(p.state.Runs, func(r RunState) bool { return r.Key == t.Key && r.over() })
			err := p.err
			p.mu.Unlock()
			switch {
			case err != nil:
				return RunState{}, err
			case known:
			case ctx.Err() != nil:
				return RunState{}, context.Cause(ctx)
			default:
				return RunState{}, fmt.Errorf("pipeline %s has no such run: this module has changed since it was submitted", p.ID)
			}
		case <-stopping:
			stopping, patience = nil, time.After(toStop)
			p.ask.Do(func() {
				short, cancel := context.WithTimeout(context.Background(), toStop)
				defer cancel()
				p.c.CancelWorkflow(short, p.ID, "")
			})
		case <-patience:
			return RunState{}, context.Cause(ctx)
		}
	}
}

// placeNotebook puts the executed notebook, as far as it came, where a local run leaves it.
func (p *Pending) placeNotebook(ctx context.Context, t *pipeline.Task, state RunState) error {
	for _, f := range state.Files {
		if f.Path != pipeline.ExecutedNotebook || t.Run.Executed == "" {
			continue
		}
		dir, remove, err := t.Stage()
		if err != nil {
			return err
		}
		defer remove()
		file := filepath.Join(dir, "notebook")
		if err := p.s.Store.Fetch(ctx, f.Digest, file); err != nil {
			return err
		}
		return os.Rename(file, t.Run.Executed)
	}
	return nil
}
