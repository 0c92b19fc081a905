package pipeline

import (
	"context"
	"slices"
)

// Keys returns the runs of the steps with these names, or notebook paths, of all steps without
// names, as tasks that tell their keys. A run with missing inputs has no key; Err holds the reason.
func (p *Pipeline) Keys(ctx context.Context, names []string) ([]*Task, error) {
	_, targets, err := p.Select(names)
	if err != nil {
		return nil, err
	}
	s, err := p.newSession(ctx, Options{})
	if err != nil {
		return nil, err
	}
	var tasks []*Task
	for _, step := range p.Steps {
		if !slices.Contains(targets, step) {
			continue
		}
		for _, run := range p.expand(disk{p: p}, step) {
			out := &Run{Step: step, Name: run.name, Executed: s.executed(run)}
			t := &Task{Run: out, session: s, instance: run, record: s.records.read(run.name)}
			key, err := s.keys.of(run)
			if err != nil {
				out.Err = err
			} else {
				t.Key, t.Parts, t.Source, t.Inputs = key.digest, key.parts, key.source, key.inputs
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, s.digests.save()
}
