package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
	tasks    map[string]*task    // message id → the cell that sent it, so that late output finds its cell
	counts   map[int]*task       // by the kernel's execution count
	displays map[string][]*piece // display id → where it is shown
	widgets  widgets
	normal   normalizer
	graph    *buildGraph
	executed int // cells executed so far: our execution counts
	saver    saver
	crossed  bool // a cell has updated another's output
	send     sender
}

// task is one code cell on its way.
type task struct {
	cell    *notebook.Cell
	res     *CellResult
	timeout time.Duration
	expect  *regexp.Regexp
	mayFail bool
	pure    []string // metadata "pure"

	source  string  // what is sent
	places  []place // where its lines come from, if it is not the cell's source
	out     *outputs
	count   int // execution count in the notebook
	replied bool
	idle    bool
	reply   reply
	lines   map[int]place // of the main.go of a program that failed: where they come from
	prompt  string        // what it asked on stdin
	asked   bool
	broken  error // a message of its that made no sense
}

type reply struct {
	Status    string   `json:"status"`
	Count     int      `json:"execution_count"`
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

func newSession(nb *notebook.Notebook, opt Options) *session {
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
	}
	s.widgets.limit = max(opt.MaxOutput, 0)
	s.send = asIs{s}
	return s
}

// prepare plans the cells, clears what will be made again and proves that the notebook can be written.
func (s *session) prepare() error {
	var common settings
	if err := s.nb.Metadata.Decode("flowbook", &common); err != nil {
		return fmt.Errorf("metadata flowbook: %w", err)
	}
	var nbmake settings
	if err := s.nb.Metadata.Decode("execution", &nbmake); err != nil {
		return fmt.Errorf("metadata execution: %w", err)
	}
	if s.opt.Sandbox != nil { // whoever wrote the notebook does not decide what is executed, and for how long
		common, nbmake = settings{}, settings{}
	}
	everywhere, err := nbmake.timeout(s.opt.Timeout)
	if err != nil {
		return fmt.Errorf("metadata execution.timeout: %w", err)
	}
	if everywhere, err = common.timeout(everywhere); err != nil {
		return fmt.Errorf("metadata flowbook.timeout: %w", err)
	}
	n := 0
	for _, c := range s.nb.Cells {
		if c.Type == notebook.Code {
			n++
		}
	}
	s.res.Cells = make([]CellResult, 0, n) // tasks point into it
	for i, c := range s.nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		number := len(s.res.Cells) + 1
		s.res.Cells = append(s.res.Cells, CellResult{Index: i, Number: number, ID: c.ID, Line: c.Line, Title: title(c.Source), Status: NotRun})
		marks := readMarkers(c)
		if s.opt.Sandbox != nil {
			marks.skip, marks.mayFail = false, false
		}
		t := &task{cell: c, source: c.Source, res: &s.res.Cells[number-1], mayFail: marks.mayFail}
		var own settings
		if err := c.Metadata.Decode("flowbook", &own); err != nil {
			return fmt.Errorf("cell %d: metadata flowbook: %w", number, err)
		}
		if s.opt.Sandbox != nil {
			own = settings{}
		}
		if t.timeout, err = own.timeout(everywhere); err != nil {
			return fmt.Errorf("cell %d: metadata flowbook.timeout: %w", number, err)
		}
		if bound := s.opt.Timeout; bound > 0 && (t.timeout <= 0 || t.timeout > bound) {
			t.timeout = bound
		}
		t.pure = own.Pure
		if own.ExpectError != "" {
			if t.expect, err = regexp.Compile(own.ExpectError); err != nil {
				return fmt.Errorf("cell %d: metadata flowbook.expect-error: %w", number, err)
			}
		}
		switch {
		case marks.skip:
			t.res.Status = Skipped // its outputs are left alone
		case strings.TrimSpace(c.Source) == "":
			t.res.Status = Skipped
			c.ClearOutputs()
		default:
			c.ClearOutputs()
		}
		s.plan = append(s.plan, t)
	}
	return s.saver.prove()
}

// start starts the kernel.
func (s *session) start(ctx context.Context) error {
	begin := time.Now()
	env := slices.Concat(s.opt.Env, s.send.environment())
	timings := s.opt.Timings && s.opt.Spec.Language == "go"
	if timings {
		env = append(env, graphEnv(s.opt.Spec.Env["GOFLAGS"]))
	}
	var err error
	s.k, err = jupyter.Start(ctx, jupyter.Options{Spec: withoutHistory(s.opt.Spec), Dir: s.opt.Dir, Env: env, Transport: s.opt.Transport,
		Sandbox: s.opt.Sandbox})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			return cause
		}
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // it begins with the kernel's display name; ours is the one to look for
		}
		return &StartError{s.opt.Spec.Name, err}
	}
	s.res.Startup = time.Since(begin)
	s.normal.folders, s.normal.name = ownFolders(s.k.Folder())
	if timings {
		s.graph = &buildGraph{s.k.Folder(), filepath.Join(s.opt.Dir, "..", graphFile)}
	}
	if err := s.send.started(s.k.Info()); err != nil {
		return err
	}
	return s.introduce(s.k.Info())
}

// StartError is a kernel that could not be started.
type StartError struct {
	Kernel string
	Err    error
}

func (e *StartError) Error() string { return fmt.Sprintf("start kernel %s: %v", e.Kernel, e.Err) }
func (e *StartError) Unwrap() error { return e.Err }

// introduce takes up what the kernel says about itself. The version of its language goes to the result and not into the notebook, whose bytes
// must not depend on a patch release.
func (s *session) introduce(raw json.RawMessage) error {
	var info struct {
		Implementation        string          `json:"implementation"`
		ImplementationVersion string          `json:"implementation_version"`
		LanguageInfo          notebook.Object `json:"language_info"`
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return fmt.Errorf("kernel info of %s: %w", s.opt.Spec.Name, err)
	}
	s.gonb = info.Implementation == "gonb"
	s.res.KernelVersion = info.ImplementationVersion
	var name, version string
	if info.LanguageInfo.Decode("name", &name) == nil && info.LanguageInfo.Decode("version", &version) == nil {
		s.res.Language = strings.TrimSpace(name + " " + version)
	}
	info.LanguageInfo.Delete("version")
	if info.LanguageInfo.Len() > 0 {
		if err := s.nb.Metadata.Put("language_info", info.LanguageInfo); err != nil {
			return fmt.Errorf("kernel info of %s: %w", s.opt.Spec.Name, err)
		}
	}
	if s.nb.KernelName() == "" {
		spec := map[string]string{"name": s.opt.Spec.Name, "display_name": s.opt.Spec.DisplayName, "language": s.opt.Spec.Language}
		if err := s.nb.Metadata.Put("kernelspec", spec); err != nil {
			return fmt.Errorf("metadata kernelspec: %w", err)
		}
	}
	if s.gonb {
		s.normal.roots = goRoots(s.opt.Dir)
		s.normal.place = s.countPlace
	}
	return nil
}

// cells executes the cells until one stops the run. The kernel is started for the first that needs it.
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
		if err := s.saver.save(s.nb); err != nil {
			return err
		}
		s.progress(t)
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

// stops reports whether no other cell can follow, whatever the options: the kernel is dead, or still busy with this one.
func (t *task) stops() bool {
	switch t.res.Status {
	case KernelDied, Interrupted:
		return true
	case TimedOut, StdinRequested:
		return !t.replied || !t.idle
	}
	return false
}

// record puts a cell's outputs into the notebook.
func (s *session) record(t *task) {
	count := t.count
	t.cell.ExecutionCount = &count
	s.normal.lost = func(text string) string { return restorePlaces(text, t.lines, s.countOf) }
	t.cell.Outputs = t.out.result(count, s.normalize())
}

func (s *session) normalize() func(*notebook.Output) {
	if !s.gonb {
		return nil
	}
	return s.normal.output
}

// finish ends the kernel, takes what it still sent, and writes the notebook a last time, and the sidecar.
func (s *session) finish() error {
	s.stop()
	if s.widgets.cut {
		s.warn("the state of its widgets was cut at %s", byteSize(s.widgets.limit))
	}
	for _, t := range s.plan {
		if t.out != nil {
			s.record(t)
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

// stop ends the kernel and takes all that it has sent.
func (s *session) stop() {
	if s.k == nil {
		return
	}
	patience := 15 * time.Second
	for _, t := range s.tasks {
		if !t.idle { // it has not heeded an interrupt
			patience = time.Second
		}
	}
	if s.gonb && s.res.Stop == nil && !s.dead() && patience > time.Second {
		s.drain(50 * time.Millisecond) // a large display may come after idle
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.k.Shutdown(ctx); err != nil {
		s.warn("kernel shutdown: %v", err)
	}
	s.drain(5 * time.Second)
}

// drain takes messages until the kernel has said nothing for a while, or its channel is closed.
func (s *session) drain(quiet time.Duration) {
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case m, ok := <-s.k.Messages():
			if !ok {
				return
			}
			s.dispatch(m)
			timer.Reset(quiet)
		case <-timer.C:
			return
		}
	}
}

func (s *session) dead() bool {
	select {
	case <-s.k.Dead():
		return true
	default:
		return false
	}
}

func (s *session) warn(format string, args ...any) {
	s.res.Warnings = append(s.res.Warnings, fmt.Sprintf(format, args...))
}

func (s *session) progress(t *task) {
	if s.opt.Progress != nil {
		s.opt.Progress(Event{*t.res, len(s.plan)})
	}
}
