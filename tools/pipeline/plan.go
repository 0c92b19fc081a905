package pipeline

import (
	"context"
	"errors"
	"strings"
)

// Plan returns the runs that Run would make, and changes nothing.
func (p *Pipeline) Plan(ctx context.Context, opt Options) ([]*Run, error) {
	selected, targets, err := p.Select(opt.Targets)
	if err != nil {
		return nil, err
	}
	s, err := p.newSession(ctx, opt)
	if err != nil {
		return nil, err
	}
	if opt.Force {
		s.forced = targets
	}
	var runs []*Run
	pending := map[*Step]bool{} // would run, or may
	for _, step := range selected {
		var before []*Step
		for _, other := range step.after {
			if pending[other] {
				before = append(before, other)
			}
		}
		for _, run := range p.expand(disk{p: p}, step) {
			out := s.plan(ctx, run, before)
			pending[step] = pending[step] || out.Status == Stale || out.Status == Stored || out.Status == Unsure
			runs = append(runs, out)
		}
	}
	return runs, s.digests.save()
}

// plan predicts the state of a run after the steps before it, which would run or may run.
func (s *session) plan(ctx context.Context, run *instance, before []*Step) *Run {
	out := &Run{Step: run.Step, Name: run.name, Executed: s.executed(run), Status: UpToDate}
	var names []string
	for _, step := range before {
		names = append(names, step.Name)
	}
	waits := "waits for " + strings.Join(names, ", ")
	v, err := s.judge(run)
	var missing *MissingError
	switch {
	case errors.As(err, &missing) && len(before) > 0:
		out.Status, out.Why = Stale, missing.Error()
		if s.records.read(run.name) != nil {
			out.Status, out.Why = Unsure, waits
		}
	case err != nil:
		out.Status, out.Err = Failed, inStep(run.name, err)
	case len(before) > 0 && !run.Missing && (v.fresh || v.record != nil && onlyFrom(before, compare(v.record.Parts, v.key.parts))):
		out.Status, out.Why = Unsure, waits
	case !v.fresh:
		out.Status, out.Why = Stale, v.why
		// The key depends on the outputs of the steps before.
		if t := s.task(run, out, v); len(before) == 0 && !t.forced && s.opt.Stored != nil && s.opt.Stored(ctx, t) {
			out.Status = Stored
		}
	default:
		out.Why = v.why
	}
	return out
}

// onlyFrom reports whether there are changes and all of them are in files that the steps write, and
// so may be none in the end.
func onlyFrom(steps []*Step, changes []change) bool {
	for _, c := range changes {
		written := false
		for _, step := range steps {
			for _, out := range step.Outputs {
				written = written || overlaps(out, File{Pattern: c.name})
			}
		}
		if !written {
			return false
		}
	}
	return len(changes) > 0
}
