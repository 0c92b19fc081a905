package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/runner"
)

// Options say which steps to run, and how.
type Options struct {
	Targets []string // steps, by name or notebook; with the steps they depend on; empty for all
	Force   bool     // run the targets although they are up to date
	Jobs    int      // runs at the same time, at least 1
	// Executor makes the runs that are not up to date; nil makes them on this machine.
	Executor Executor
	Event    func(Event)
	// Stored reports for a plan whether Executor would find the result of a run that is stale and
	// not forced; nil finds none.
	Stored func(context.Context, *Task) bool
}

// Event tells how the pipeline gets on. Events come one at a time.
type Event struct {
	Run   *Run
	Kind  EventKind
	Cell  runner.Event // of CellEvent
	Text  string       // of TextEvent: a line
	Done  int          // runs that are over
	Total int          // runs that are known of
}

// EventKind is the kind of an Event.
type EventKind int

// The kinds of events.
const (
	StartEvent EventKind = iota // a run starts
	CellEvent                   // one of its cells starts or ends
	TextEvent                   // a line of its output; Run is nil for one of the pipeline's own
	EndEvent                    // it is over, or needs not run
)

// session is one use of the pipeline: running or planning.
type session struct {
	p       *Pipeline
	opt     Options
	state   string // folder of the pipeline's state
	out     string // folder of executed notebooks
	records records
	digests *digests
	keys    *keys
	forced  []*Step
}

func (p *Pipeline) newSession(ctx context.Context, opt Options) (*session, error) {
	s := &session{p: p, opt: opt}
	var err error
	if s.state, err = module.State(p.root, "pipeline"); err != nil {
		return nil, err
	}
	if s.out, err = module.State(p.root, "out"); err != nil {
		return nil, err
	}
	for _, sub := range []string{"steps", "reads"} {
		if _, err := module.State(p.root, "pipeline", sub); err != nil {
			return nil, err
		}
	}
	s.records = records(filepath.Join(s.state, "steps"))
	s.digests = openDigests(filepath.Join(s.state, "digests.json"))
	s.keys, err = newKeys(ctx, p, s.digests)
	return s, err
}

// executed is where a run's notebook is written.
func (s *session) executed(run *instance) string {
	if run.Notebook == "" {
		return ""
	}
	return filepath.Join(s.out, run.name+".ipynb")
}

// verdict is the state of a run before it is made.
type verdict struct {
	fresh  bool // nothing to do
	why    string
	key    *key // nil for a file that counts whoever made it
	record *record
}

// judge finds out whether a run is up to date.
func (s *session) judge(run *instance) (verdict, error) {
	if run.Missing {
		first := run.outputs[0].Pattern
		if _, err := os.Stat(s.p.path(first)); err == nil {
			return verdict{fresh: true, why: first + " is there"}, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return verdict{}, err
		}
		key, err := s.keys.of(run)
		return verdict{why: first + " is missing", key: key}, err
	}
	key, err := s.keys.of(run)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{key: key, record: s.records.read(run.name)}
	switch {
	case v.record == nil:
		v.why = "no complete run yet"
	case v.record.Key != key.digest:
		v.why = describe(compare(v.record.Parts, key.parts))
	case slices.Contains(s.forced, run.Step):
		v.why = "forced"
	default:
		if v.why, err = s.damage(run, v.record); v.why == "" && err == nil {
			v.why, err = s.keys.doubt(run.Step)
		}
		if err != nil {
			return v, err
		}
		v.fresh = v.why == ""
	}
	return v, nil
}

// damage says which of the files that a run wrote is no longer as it was left.
func (s *session) damage(run *instance, rec *record) (string, error) {
	now, err := s.written(run)
	var missing *MissingError
	if errors.As(err, &missing) {
		return missing.Error(), nil
	}
	if err != nil {
		return "", err
	}
	for name, digest := range rec.Outputs {
		if now[name] != digest {
			return name + " is not as it was written", nil
		}
	}
	for name := range now {
		if _, ok := rec.Outputs[name]; !ok {
			return name + " was not written by it", nil
		}
	}
	return "", nil
}

// written returns the digests of the files that a run has written, the executed notebook among
// them.
func (s *session) written(run *instance) (map[string]string, error) {
	sums, err := all(disk{s.p, s.digests}, run.outputs)
	if err != nil {
		return nil, err
	}
	if executed := s.executed(run); executed != "" {
		sum, err := s.digests.of(executed)
		if errors.Is(err, os.ErrNotExist) {
			return nil, &MissingError{ExecutedNotebook}
		}
		if err != nil {
			return nil, err
		}
		sums[ExecutedNotebook] = sum
	}
	return sums, nil
}

// task is a run that is not up to date by the verdict.
func (s *session) task(run *instance, out *Run, v verdict) *Task {
	return &Task{Run: out, Why: v.why, Key: v.key.digest, Parts: v.key.parts, Source: v.key.source, Inputs: v.key.inputs,
		session: s, instance: run, record: v.record, forced: slices.Contains(s.forced, run.Step)}
}

// perform makes a run that is not up to date and keeps its record.
func (s *session) perform(ctx context.Context, run *instance, out *Run, v verdict, tell func(Event)) error {
	if err := s.records.remove(run.name); err != nil {
		return err
	}
	t := s.task(run, out, v)
	var did *Outcome
	var err error
	if s.opt.Executor != nil {
		did, err = s.opt.Executor.Execute(ctx, t, tell)
	} else {
		did, err = t.Execute(ctx, tell)
	}
	if did != nil {
		out.Result, out.Where = did.Result, did.Where
		if did.Status != "" {
			out.Status = did.Status
		}
	}
	if err != nil || run.Missing {
		return err
	}
	rec := &record{Key: t.Key, Parts: t.Parts, Outputs: did.Outputs, Source: did.Source}
	if err := s.records.write(run.name, rec); err != nil {
		return err
	}
	return s.refresh(run, verdict{key: v.key, record: rec})
}

// refresh carries a change of text over to the executed notebook of a run that is up to date.
func (s *session) refresh(run *instance, v verdict) error {
	if v.record == nil || v.key.source == v.record.Source {
		return nil
	}
	if err := carryOver(s.p.Largest, s.p.path(run.Notebook), s.executed(run), run.assignments); err != nil {
		return err
	}
	sums, err := s.written(run)
	if err != nil {
		return err
	}
	rec := *v.record
	rec.Outputs, rec.Source = sums, v.key.source
	return s.records.write(run.name, &rec)
}

// lock waits for other pipelines of this module.
func (s *session) lock(ctx context.Context) (func(), error) {
	name := filepath.Join(s.state, "lock")
	soon, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	unlock, err := module.Lock(soon, name)
	cancel()
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		s.tell(Event{Kind: TextEvent, Text: "waiting for another pipeline of this module"})
		unlock, err = module.Lock(ctx, name)
	}
	if err != nil && ctx.Err() == nil { // of the file, not of the waiting
		err = fmt.Errorf("%w (set $%s to a folder that can be written)", err, module.EnvState)
	}
	return unlock, err
}

func (s *session) tell(e Event) {
	if s.opt.Event != nil {
		s.opt.Event(e)
	}
}

// lineWriter passes on complete lines.
type lineWriter struct {
	rest []byte
	say  func(string)
}

var _ io.Writer = (*lineWriter)(nil)

func (w *lineWriter) Write(b []byte) (int, error) {
	w.rest = append(w.rest, b...)
	for {
		i := slices.IndexFunc(w.rest, func(c byte) bool { return c == '\n' || c == '\r' })
		if i < 0 {
			return len(b), nil
		}
		if i > 0 {
			w.say(string(w.rest[:i]))
		}
		w.rest = w.rest[i+1:]
	}
}

func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.say(string(w.rest))
		w.rest = nil
	}
}

// matches reports whether a path is one that a pattern means.
func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok || pattern == name
}

// Known returns a Run without a Status for each run that there would be now, to show the results of
// earlier ones.
func (p *Pipeline) Known() []*Run {
	s := &session{p: p}
	var runs []*Run
	if out, err := module.State(p.root, "out"); err == nil {
		s.out = out
	}
	for _, step := range p.Steps {
		for _, run := range p.expand(disk{p: p}, step) {
			runs = append(runs, &Run{Step: step, Name: run.name, Executed: s.executed(run)})
		}
	}
	return runs
}
