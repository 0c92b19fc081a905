package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Run brings the targets up to date and returns each run's result, in the order of the steps. The
// error says why the pipeline itself could not be run; that of a step is in its Run. A step that
// fails stops those that wait for it, no others; when ctx ends, no more are started.
func (p *Pipeline) Run(ctx context.Context, opt Options) ([]*Run, error) {
	selected, targets, err := p.Select(opt.Targets)
	if err != nil {
		return nil, err
	}
	s, err := p.newSession(ctx, opt)
	if err != nil {
		return nil, err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := os.RemoveAll(filepath.Join(s.state, stageFolder)); err != nil {
		return nil, err
	}
	if opt.Force {
		s.forced = targets
	}
	runs, err := (&schedule{session: s, steps: selected, over: map[*Step][]*Run{}, left: map[*Step]int{}}).run(ctx)
	return runs, errors.Join(err, s.digests.save())
}

// schedule is the state of a Run.
type schedule struct {
	*session
	steps []*Step

	mu   sync.Mutex
	over map[*Step][]*Run // of steps that are expanded: their runs, in order
	left map[*Step]int    // how many of those runs are not over
	done int
}

// run starts the runs that are ready until nothing is left.
func (s *schedule) run(ctx context.Context) ([]*Run, error) {
	type ended struct{ step *Step }
	ends := make(chan ended)
	running := 0
	var queue []func()
	names := map[string]bool{}
	for {
		for _, step := range s.steps {
			if _, expanded := s.over[step]; expanded || !s.ready(step) {
				continue
			}
			instances := s.p.expand(disk{p: s.p}, step)
			s.mu.Lock()
			s.over[step], s.left[step] = make([]*Run, len(instances)), len(instances)
			s.mu.Unlock()
			for i, run := range instances {
				if names[strings.ToLower(run.name)] {
					return nil, s.p.errorAt(step.Line, "two runs would be named %s", run.name)
				}
				names[strings.ToLower(run.name)] = true
				out := &Run{Step: step, Name: run.name, Executed: s.executed(run)}
				s.over[step][i] = out
				queue = append(queue, func() {
					s.one(ctx, run, out)
					ends <- ended{step}
				})
			}
		}
		for len(queue) > 0 && running < max(1, s.opt.Jobs) {
			go queue[0]()
			queue, running = queue[1:], running+1
		}
		if running == 0 {
			break
		}
		e := <-ends
		running--
		s.mu.Lock()
		s.left[e.step]--
		s.mu.Unlock()
	}
	var runs []*Run
	for _, step := range s.steps {
		runs = append(runs, s.over[step]...)
	}
	return runs, nil
}

// ready reports whether all that a step waits for is over.
func (s *schedule) ready(step *Step) bool {
	for _, before := range step.after {
		if !slices.Contains(s.steps, before) {
			continue
		}
		if _, expanded := s.over[before]; !expanded || s.left[before] > 0 {
			return false
		}
	}
	return true
}

// one makes a run if it is needed and possible.
func (s *schedule) one(ctx context.Context, run *instance, out *Run) {
	defer func() {
		s.mu.Lock()
		s.done++
		s.mu.Unlock()
		s.tell(Event{Run: out, Kind: EndEvent})
	}()
	if name := s.failedBefore(run.Step); name != "" {
		out.Status, out.Why = NotRun, "step "+name+" did not end well"
		return
	}
	if ctx.Err() != nil {
		out.Status, out.Why = NotRun, "the pipeline was stopped"
		return
	}
	v, err := s.judge(run)
	if err == nil && v.fresh {
		out.Status, out.Why = UpToDate, v.why
		err = s.refresh(run, v)
	} else if err == nil {
		out.Status, out.Why = Ran, v.why
		err = s.perform(ctx, run, out, v, s.tell)
	}
	if err != nil {
		out.Status, out.Err = Failed, inStep(run.name, err)
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) {
			out.Status = Stopped
		}
	}
}

// inStep names the step in an error that does not.
func inStep(name string, err error) error {
	var missing *MissingError
	if errors.As(err, &missing) {
		return &stepError{name, errors.New("its input " + missing.Path + " is not there, and no step before it makes it")}
	}
	var cell *CellError
	var undeclared *UndeclaredError
	if errors.As(err, &cell) || errors.As(err, &undeclared) || strings.HasPrefix(err.Error(), "step "+name) {
		return err
	}
	return &stepError{name, err}
}

// stepError is an error with the step that it happened in.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return "step " + e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// failedBefore returns the name of a run that a step waits for and that was not brought up to date.
func (s *schedule) failedBefore(step *Step) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, before := range step.after {
		for _, run := range s.over[before] {
			if run.Status == Failed || run.Status == Stopped || run.Status == NotRun {
				return run.Name
			}
		}
	}
	return ""
}

// tell adds the counts to an event and passes it on, one at a time.
func (s *schedule) tell(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Done, e.Total = s.done, max(len(s.steps), s.known())
	s.session.tell(e)
}

// known is the number of runs of the steps that are expanded, and one for each of the others.
func (s *schedule) known() int {
	n := len(s.steps) - len(s.over)
	for _, runs := range s.over {
		n += len(runs)
	}
	return n
}
