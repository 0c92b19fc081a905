//go:build temporal

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

// maker makes the runs of a worker.
type maker struct {
	name    string // of the worker, for people
	build   string
	program []string // `flowbook step`
	store   *store.Store
	trees   *trees
	say     func(format string, args ...any)

	mu       sync.Mutex
	verified map[string]bool // go.sum files whose modules have been verified
}

// later is how soon a run that this worker leaves to others may be tried again.
const later = 2 * time.Second

// another is the error for a run that another worker must make.
func (m *maker) another(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	m.say("%s; left to others", text)
	return temporal.NewApplicationErrorWithOptions(m.name+": "+text, "another worker", temporal.ApplicationErrorOptions{NextRetryDelay: later})
}

// Make is the activity: one run.
func (m *maker) Make(ctx context.Context, t Task) (*RunState, error) {
	switch {
	case t.Format != Format:
		return nil, m.another("run %s has message format %d, this flowbook knows %d", t.Job.Name, t.Format, Format)
	case t.Build != m.build:
		return nil, m.another("run %s is of flowbook %s, this worker is %s", t.Job.Name, t.Build, m.build)
	}
	if !t.Job.Private && !t.Force {
		state, err := m.stored(ctx, t)
		if state != nil || err != nil {
			return state, err
		}
	}
	beat := &beater{last: Beat{Worker: m.name}}
	defer beat.start(ctx)()
	root, release, err := m.trees.take(ctx, t.Bundle, t.Inputs)
	if err != nil {
		return nil, m.trouble(ctx, err)
	}
	defer release()
	if err := m.verify(ctx, root); err != nil {
		return nil, m.trouble(ctx, err)
	}
	m.say("%s: starts", t.Job.Name)
	started := time.Now()
	work, stop := stoppable(ctx)
	defer stop()
	end, err := perform(work, m.program, root, Request{t.File, t.Job}, func(msg Message) {
		if msg.Cell != nil {
			msg.Cell.Worker = m.name
			beat.tell(ctx, *msg.Cell)
		}
	})
	if err != nil {
		return nil, m.trouble(ctx, err)
	}
	return m.finish(ctx, t, root, end, time.Since(started))
}

// stored returns the state of a run that the store has, with all its files; nil if it has not.
func (m *maker) stored(ctx context.Context, t Task) (*RunState, error) {
	r, err := m.store.Result(ctx, t.Job.Key)
	var entry *store.EntryError
	if errors.Is(err, store.ErrMissing) || errors.As(err, &entry) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, f := range r.Files {
		if there, err := m.store.Has(ctx, f.Digest); err != nil || !there {
			return nil, err
		}
	}
	m.say("%s: the store has it", t.Job.Name)
	return m.state(ctx, Fetched, r.Outputs(), Detail{Source: r.Record.Source})
}

func (m *maker) state(ctx context.Context, phase Phase, files []store.File, detail Detail) (*RunState, error) {
	text, err := json.Marshal(detail)
	if err != nil {
		return nil, err
	}
	d, err := m.store.PutBytes(ctx, text)
	if err != nil {
		return nil, err
	}
	return &RunState{Phase: phase, Where: m.name, Files: files, Detail: &d}, nil
}

// finish stores a run's files and reports its end.
func (m *maker) finish(ctx context.Context, t Task, root string, end *Ending, took time.Duration) (*RunState, error) {
	if end.Retry {
		return nil, m.another("%s", end.Detail.Error)
	}
	path := func(name string) string {
		if name == pipeline.ExecutedNotebook {
			return end.Executed
		}
		return filepath.Join(root, filepath.FromSlash(name))
	}
	if end.Detail.Error != "" {
		return nil, m.failed(ctx, t, end, path)
	}
	files, err := m.store.PutOutputs(ctx, end.Outputs, path)
	if err != nil {
		return nil, err
	}
	if !t.Job.Private {
		if first, err := m.stored(ctx, t); first != nil && !t.Force || err != nil {
			return first, err // another worker, which was thought dead, has been faster
		}
		if err := m.store.PutRun(ctx, end.Record, files); err != nil {
			return nil, err
		}
	}
	m.say("%s: ran in %.1f s", t.Job.Name, took.Seconds())
	return m.state(ctx, Ran, files, end.Detail)
}

// failed stores the notebook so far and returns the error of a run that failed or was stopped.
func (m *maker) failed(ctx context.Context, t Task, end *Ending, path func(string) string) error {
	if ctx.Err() == nil && !end.Stopped && full(m.trees.dir) {
		return m.another("the disk is full")
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var files []store.File
	if end.Executed != "" {
		if sum, err := sumOf(end.Executed); err == nil {
			if files, err = m.store.PutOutputs(keep, map[string]string{pipeline.ExecutedNotebook: sum}, path); err != nil {
				return err
			}
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	state, err := m.state(keep, Failed, files, end.Detail)
	if err != nil {
		return err
	}
	state.Error, state.Code = end.Detail.Error, end.Code
	m.say("%s: %s", t.Job.Name, end.Detail.Error)
	if end.Stopped {
		if ctx.Err() == nil {
			return m.another("run %s was stopped: this worker ends", t.Job.Name)
		}
		return temporal.NewCanceledError(*state)
	}
	return temporal.NewNonRetryableApplicationError(state.Error, "run", nil, *state)
}

// trouble is an error of this machine or of the store: the run is tried again.
func (m *maker) trouble(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	m.say("%v", err)
	return fmt.Errorf("%s: %w", m.name, err)
}

// verify has the go command compare the modules on this machine with go.sum, once for each go.sum.
func (m *maker) verify(ctx context.Context, root string) error {
	sum, err := sumOf(filepath.Join(root, "go.sum"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	stamp := filepath.Join(m.trees.dir, "verified-"+sum)
	if _, err := os.Stat(stamp); err == nil || m.verified[sum] {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "verify")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod verify: %w: %s", err, out)
	}
	m.verified[sum] = true
	return os.WriteFile(stamp, nil, 0o600)
}

// stoppable ends with the activity, and when the worker is asked to end.
func stoppable(ctx context.Context) (context.Context, func()) {
	work, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			cancel()
		case <-work.Done():
		}
	}()
	return work, cancel
}

// beater sends heartbeats.
type beater struct {
	mu   sync.Mutex
	last Beat
}

// start sends a heartbeat every second until the returned function is called.
func (b *beater) start(ctx context.Context) func() {
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			b.mu.Lock()
			last := b.last
			b.mu.Unlock()
			activity.RecordHeartbeat(ctx, last)
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

func (b *beater) tell(ctx context.Context, beat Beat) {
	b.mu.Lock()
	b.last = beat
	b.mu.Unlock()
	activity.RecordHeartbeat(ctx, beat)
}

// full reports whether a file cannot be written below dir because the disk is full.
func full(dir string) bool {
	f, err := os.CreateTemp(dir, "space-*")
	if err == nil {
		_, err = f.Write(make([]byte, 1<<20))
		f.Close()
		os.Remove(f.Name())
	}
	return err != nil && !errors.Is(err, fs.ErrNotExist) && strings.Contains(err.Error(), "space")
}
