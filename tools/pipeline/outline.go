package pipeline

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// Outline is the description of a pipeline's runs, without its sources and its data: from it and
// the digests of files alone, one can find the runs that are ready, and each run's key.
type Outline struct {
	File  string   `json:"file"` // name of the pipeline file
	Text  string   `json:"text"` // its contents
	Steps []string `json:"steps"`
	// Code holds, by step, the digest of the key parts that all its runs share.
	Code    map[string]string `json:"code"`
	Private []string          `json:"private,omitempty"` // steps whose runs the store cannot share
	Files   Listing           `json:"files"`             // files that no step makes
}

// Outline returns the outline of the steps with these names, of all steps without names, and of
// those that they wait for.
func (p *Pipeline) Outline(ctx context.Context, names []string) (*Outline, error) {
	selected, _, err := p.Select(names)
	if err != nil {
		return nil, err
	}
	s, err := p.newSession(ctx, Options{})
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(p.path(p.file))
	if err != nil {
		return nil, err
	}
	o := &Outline{File: p.file, Text: string(text), Code: map[string]string{}, Files: Listing{}}
	tree := disk{p, s.digests}
	for _, step := range selected {
		o.Steps = append(o.Steps, step.Name)
		code, _, err := s.keys.code(step)
		if err != nil {
			return nil, inStep(step.Name, err)
		}
		o.Code[step.Name] = digestOf(code)
		if (&Task{session: s, instance: &instance{Step: step}}).Private() != "" {
			o.Private = append(o.Private, step.Name)
		}
		there := step.Missing && tree.has(step.Outputs[0].Pattern)
		for _, f := range step.Inputs {
			f.Pattern = blank(f.Pattern)
			if err := o.add(tree, f, selected); err != nil {
				return nil, err
			}
		}
		for _, f := range step.Outputs {
			if there {
				f.Optional = true
				if err := o.add(tree, f, nil); err != nil {
					return nil, err
				}
			}
		}
	}
	return o, s.digests.save()
}

// add lists the existing files that match f, except those that one of makers writes.
func (o *Outline) add(t disk, f File, makers []*Step) error {
	names, err := t.match(f)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !t.has(name) || slices.ContainsFunc(makers, func(s *Step) bool { return s.makes(name) }) {
			continue
		}
		digest, err := t.of(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		o.Files[name] = digest
	}
	return nil
}

// makes reports whether a file is one of the step's outputs.
func (s *Step) makes(name string) bool {
	for _, f := range s.Outputs {
		f.Pattern = blank(f.Pattern)
		if matches(f.Pattern, name) {
			return true
		}
	}
	return false
}

// Graph is an outline that has been read.
type Graph struct {
	*Outline
	p        *Pipeline
	selected []*Step
}

// Graph reads the outline.
func (o *Outline) Graph() (*Graph, error) {
	p := &Pipeline{file: o.File}
	if err := p.parse([]byte(o.Text)); err != nil {
		return nil, err
	}
	selected, _, err := p.Select(o.Steps)
	return &Graph{o, p, selected}, err
}

// Title is the pipeline's.
func (g *Graph) Title() string { return g.p.Title }

// Selected returns the steps, in an order in which they can run.
func (g *Graph) Selected() []*Step { return g.selected }

// Waits returns the selected steps that a step waits for.
func (g *Graph) Waits(s *Step) (before []*Step) {
	for _, other := range s.after {
		if slices.Contains(g.selected, other) {
			before = append(before, other)
		}
	}
	return before
}

// Job is one run of an outline.
type Job struct {
	Step    string            `json:"step"`
	At      []int             `json:"at,omitempty"` // its place in the step's grid
	Name    string            `json:"name"`
	Key     string            `json:"key"`
	Inputs  map[string]string `json:"inputs,omitempty"`
	Private bool              `json:"private,omitempty"` // the store is not asked for it
}

// Planned is a run that may be made now, unless Err says why it cannot.
type Planned struct {
	Job
	Writes []File
	There  bool // it need not be made: when: missing, and the first output is there
	Err    error
}

// Expand returns the runs of a step; all that the step waits for is over, and files are the
// existing files.
func (g *Graph) Expand(s *Step, files Listing) (runs []Planned) {
	for _, run := range g.p.expand(files, s) {
		job := Planned{Job: Job{Step: s.Name, At: run.at, Name: run.name, Private: slices.Contains(g.Private, s.Name)}, Writes: run.outputs}
		job.There = s.Missing && files.has(s.Outputs[0].Pattern)
		if !job.There {
			var rest []Part
			if job.Inputs, job.Err = all(files, run.inputs); job.Err == nil {
				rest, job.Err = restOf(run, job.Inputs)
			}
			if job.Err != nil {
				job.Err = inStep(run.name, job.Err)
			}
			job.Key = keyOf(g.Code[s.Name], rest)
		}
		runs = append(runs, job)
	}
	return runs
}

// KeyError says that this machine would name a run by another key than the one that asks for it.
type KeyError struct{ Name string }

func (e *KeyError) Error() string {
	return "step " + e.Name + " has another key here: this machine's Go version or its environment ($GOMLX_BACKEND) is another"
}

// Make makes one run on this machine, up to date or not, and keeps no record of it. Its inputs must
// be there.
func (p *Pipeline) Make(ctx context.Context, job Job, tell func(Event)) (*Task, *Outcome, error) {
	i := slices.IndexFunc(p.Steps, func(s *Step) bool { return s.Name == job.Step })
	if i < 0 || len(p.Steps[i].Grid) != len(job.At) {
		return nil, nil, &TargetError{job.Step, nil}
	}
	s, err := p.newSession(ctx, Options{})
	if err != nil {
		return nil, nil, err
	}
	run := p.at(p.Steps[i], job.At)
	key, err := s.keys.of(run)
	if err != nil {
		return nil, nil, inStep(run.name, err)
	}
	if key.digest != job.Key {
		return nil, nil, &KeyError{run.name}
	}
	out := &Run{Step: run.Step, Name: run.name, Status: Ran, Executed: s.executed(run)}
	t := &Task{Run: out, Key: key.digest, Parts: key.parts, Source: key.source, Inputs: key.inputs, session: s, instance: run}
	did, err := t.Execute(ctx, tell)
	if err != nil {
		err = inStep(run.name, err)
	}
	return t, did, err
}

// Data reports whether a path is one that a step reads or writes, and no source.
func (g *Graph) Data(name string) bool {
	for _, s := range g.p.Steps {
		if s.makes(name) || s.reads(name) {
			return true
		}
	}
	return false
}

// reads reports whether a file is one of the step's inputs.
func (s *Step) reads(name string) bool {
	for _, f := range s.Inputs {
		f.Pattern = blank(f.Pattern)
		if matches(f.Pattern, name) {
			return true
		}
	}
	return false
}
