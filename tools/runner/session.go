package runner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// session is one run: a notebook, its kernel, and where the kernel's messages go.
type session struct {
	nb   *notebook.Notebook
	opt  Options
	res  *Result
	plan []*task // the code cells

	k        *jupyter.Kernel
	gonb     bool
	tasks    map[string]*task    // message id → its cell, also for late output
	counts   map[int]*task       // by the kernel's execution count
	displays map[string][]*piece // display id → where it is shown
	widgets  widgets
	normal   normalizer
	graph    *buildGraph
	before   *task // the cell executed last
	executed int   // cells executed so far: our execution counts
	saver    saver
	unsaved  bool // a cell has been recorded and not saved: that is done while the kernel has the next
	crossed  bool // a cell has updated another's output
	ended    bool // a cell has ended the notebook, and well
	send     sender
	roots    func() []root // the folders that stack traces of Go programs name; asked for once
}

func newSession(nb *notebook.Notebook, opt Options) *session {
	if opt.Quiet == 0 {
		opt.Quiet = 30 * time.Minute
	}
	if opt.IdleWait == 0 {
		opt.IdleWait = 10 * time.Second
	}
	if opt.Grace == 0 {
		opt.Grace = 6 * time.Second
	}
	if opt.MaxOutput == 0 {
		opt.MaxOutput = 10 << 20
	}
	s := &session{
		nb: nb, opt: opt,
		res:      &Result{Path: opt.Path, Output: opt.Output, Status: OK, Kernel: opt.Spec.Name},
		tasks:    map[string]*task{},
		counts:   map[int]*task{},
		displays: map[string][]*piece{},
		saver:    newSaver(opt.Output),
		roots:    sync.OnceValue(func() []root { return goRoots(opt.Dir) }),
	}
	s.widgets.limit = max(opt.MaxOutput, 0)
	s.send = asIs{s}
	return s
}

// cells executes the cells until one stops the run. The kernel is started for the first that needs
// it.
func (s *session) cells(ctx context.Context) error {
	for i, t := range s.plan {
		if ctx.Err() != nil {
			s.res.Stop = context.Cause(ctx)
			return nil
		}
		if t.res.Status == Skipped || s.send.reuse(i) {
			s.progress(t)
			continue
		}
		if s.saver.err != nil {
			return s.saver.err
		}
		if s.k == nil {
			if err := s.start(ctx); err != nil {
				return err
			}
			if err := s.saver.save(s.nb); err != nil {
				return err
			}
		}
		var err error
		if t.source, t.places, err = s.send.compose(i); err != nil {
			return err
		}
		t.res.Status = ""
		s.progress(t)
		s.execute(ctx, t)
		if s.send.refused(i) {
			s.again(ctx, i)
		}
		s.res.Status = s.res.Status.Worst(t.res.Status)
		s.record(t)
		if s.crossed {
			s.saver.forget()
		}
		s.unsaved = true
		s.progress(t)
		if s.ended {
			s.warn("cell %d ended the notebook with exit status 0", t.res.Number)
			return nil
		}
		if t.stops() || t.res.Status.Bad() && !s.opt.AllowErrors {
			return nil
		}
		if err := s.send.executed(i); err != nil {
			return err
		}
	}
	if s.k == nil && s.res.Count(Cached) > 0 { // the notebook says which kernel made its outputs
		if raw := s.send.info(); raw != nil {
			return s.introduce(raw)
		}
		return s.start(ctx)
	}
	return nil
}

// record puts a cell's outputs into the notebook.
func (s *session) record(t *task) {
	count := t.count
	t.cell.ExecutionCount = &count
	s.restores(t)
	t.cell.Outputs = t.out.result(count, s.normalize())
	t.late = false
}

// restores has lost places named after the program that cell t executed.
func (s *session) restores(t *task) {
	s.normal.lost = func(text string) string { return restorePlaces(text, t.lines, s.countOf) }
}

// stored is a text of cell t as the notebook's outputs have it.
func (s *session) stored(t *task, text string) string {
	if !s.gonb {
		return text
	}
	s.restores(t)
	return s.normal.text(text)
}

func (s *session) normalize() func(*notebook.Output) {
	if !s.gonb {
		return nil
	}
	return s.normal.output
}

// finish ends the kernel, takes its last messages, and writes the notebook a last time, and the
// sidecar.
func (s *session) finish() error {
	s.stop()
	if s.widgets.cut {
		s.warn("the state of its widgets was cut at %s", byteSize(s.widgets.limit))
	}
	for _, t := range s.plan {
		if t.out != nil {
			if t.late || s.crossed {
				s.record(t)
				s.saver.forget()
			}
			t.res.Cut = t.out.dropped
			if t.out.lost > 0 {
				s.warn("cell %d: the kernel cut %d characters in two; each is shown as U+FFFD", t.res.Number, t.out.lost)
			}
		}
	}
	if err := s.widgets.store(s.nb); err != nil {
		return fmt.Errorf("widget state: %w", err)
	}
	s.res.Elapsed = time.Since(s.res.Started)
	if err := s.saver.flush(s.nb); err != nil {
		return err
	}
	if err := s.send.finish(); err != nil {
		return err
	}
	if !s.saver.replaces { // beside a device or FIFO is no place for a file
		return nil
	}
	return writeSidecar(SidecarPath(s.opt.Output), s.res)
}

func (s *session) warn(format string, args ...any) {
	s.res.Warnings = append(s.res.Warnings, fmt.Sprintf(format, args...))
}

func (s *session) progress(t *task) {
	if s.opt.Progress != nil {
		s.opt.Progress(Event{Cell: *t.res, Total: len(s.plan)})
	}
}
