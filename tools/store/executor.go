package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"flowbook/tools/pipeline"
)

// Executor fetches what the store has and makes the rest on this machine, whose results it stores in the background. Whatever is
// wrong with the store, a run that can be made here is made: Warn is told, once for each kind of trouble.
type Executor struct {
	Store    *Store
	ReadOnly bool // store nothing
	Warn     func(line string)

	mu      sync.Mutex
	warned  map[string]bool
	deaf    bool // the store does not answer: it is left alone from then on
	refuses bool // it takes no more entries

	uploads sync.WaitGroup
	slots   chan struct{}
	left    int           // uploads that are not over
	stop    chan struct{} // closed when the uploads must end
	halt    sync.Once     // closes it

	patience time.Duration // how long Close waits once the pipeline is stopped; 0 means 5 s
}

// parallel bounds the uploads at one time.
const parallel = 2

// Execute fetches a run, or makes it.
func (x *Executor) Execute(ctx context.Context, t *pipeline.Task, tell func(pipeline.Event)) (*pipeline.Outcome, error) {
	private := t.Private()
	if private == "" && !t.Forced() && !x.is(&x.deaf) {
		did, err := x.Fetch(ctx, t)
		if err == nil {
			return did, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		x.note(t.Run.Name, err)
	}
	started := time.Now()
	did, err := t.Execute(ctx, tell)
	if err != nil || private != "" || x.ReadOnly || x.is(&x.deaf) || x.is(&x.refuses) {
		return did, err
	}
	if len(did.Untouched) > 0 {
		x.warn("untouched", fmt.Sprintf("warning: step %s is not stored: %s was there before it, and it has not written it", t.Run.Name, did.Untouched[0]))
		return did, nil
	}
	x.upload(t, did, time.Since(started))
	return did, nil
}

// Has reports whether the store has a run. Trouble is told as Execute tells it, and means that it has not.
func (x *Executor) Has(ctx context.Context, t *pipeline.Task) bool {
	if t.Private() != "" || x.is(&x.deaf) {
		return false
	}
	_, err := x.Store.Result(ctx, t.Key)
	x.note(t.Run.Name, err)
	return err == nil
}

// Fetch puts the files of a run that the store has into their places. ErrMissing says that it has none.
func (x *Executor) Fetch(ctx context.Context, t *pipeline.Task) (*pipeline.Outcome, error) {
	r, err := x.Store.Result(ctx, t.Key)
	if err != nil {
		return nil, err
	}
	did, err := x.Store.Place(ctx, t, r.Outputs())
	if did != nil {
		did.Source, did.Reads = r.Record.Source, r.Record.Reads
	}
	return did, err
}

// Outputs returns the files under their names in Outcome.Outputs.
func (r *Result) Outputs() (files []File) {
	for _, f := range r.Files {
		if f.Path == executedPath {
			f.Path = pipeline.ExecutedNotebook
		}
		files = append(files, f)
	}
	return files
}

// Place puts blobs into the places of a run's outputs, by their names in Outcome.Outputs, after all of them are there and right.
func (s *Store) Place(ctx context.Context, t *pipeline.Task, files []File) (*pipeline.Outcome, error) {
	dir, remove, err := t.Stage()
	if err != nil {
		return nil, err
	}
	defer remove()
	outputs, staged := map[string]string{}, map[string]string{}
	for _, f := range files {
		name, digest := f.Path, f.Digest
		if !t.Declares(name) {
			return nil, &EntryError{s.name, t.Key, fmt.Errorf("it has %s, which is no output of the run", name)}
		}
		outputs[name] = digest.Hash
		staged[name] = filepath.Join(dir, strconv.Itoa(len(staged)))
		if err := s.Fetch(ctx, digest, staged[name]); errors.Is(err, ErrMissing) {
			return nil, &EvictedError{s.name, name, digest}
		} else if err != nil {
			return nil, err
		}
	}
	if lacks := t.Complete(outputs); lacks != "" {
		return nil, &EntryError{s.name, t.Key, fmt.Errorf("it lacks %s", lacks)}
	}
	if err := t.Place(outputs, staged); err != nil {
		return nil, err
	}
	return &pipeline.Outcome{Status: pipeline.Fetched, Outputs: outputs}, nil
}

// EvictedError names a file that an entry lists and the store no longer has.
type EvictedError struct {
	Store, Name string
	Digest      Digest
}

func (e *EvictedError) Error() string {
	return fmt.Sprintf("store %s: it no longer has %s (%s)", e.Store, e.Name, e.Digest.Hash)
}

// upload stores a run in the background.
func (x *Executor) upload(t *pipeline.Task, did *pipeline.Outcome, took time.Duration) {
	x.mu.Lock()
	if x.slots == nil {
		x.slots = make(chan struct{}, parallel)
		x.stop = make(chan struct{})
	}
	x.left++
	x.mu.Unlock()
	x.uploads.Go(func() {
		x.slots <- struct{}{}
		defer func() { <-x.slots }()
		select {
		case <-x.stop:
			return // Close says how many are left
		default:
		}
		ctx, cancel := context.WithCancel(context.Background()) // an upload outlives the pipeline's context
		defer cancel()
		go func() {
			select {
			case <-x.stop:
				cancel()
			case <-ctx.Done():
			}
		}()
		var err error
		if ctx.Err() == nil && !x.is(&x.refuses) && !x.is(&x.deaf) {
			err = x.Store.Publish(ctx, RecordOf(t, did, took), did.Outputs, t.Path)
		}
		if ctx.Err() != nil {
			return
		}
		x.mu.Lock()
		x.left--
		x.mu.Unlock()
		x.note(t.Run.Name, err)
	})
}

// RecordOf returns the record of a run that was made here.
func RecordOf(t *pipeline.Task, did *pipeline.Outcome, took time.Duration) Record {
	return Record{
		Format: recordFormat, Key: t.Key, Step: t.Run.Name, Notebook: t.Run.Step.Notebook, Command: t.Run.Step.Command,
		Source: did.Source, Parts: t.Parts, Reads: did.Reads, Go: runtime.Version(), Seconds: took.Seconds(),
	}
}

// Publish stores what a run has written: first its files, then its entry.
func (s *Store) Publish(ctx context.Context, record Record, outputs map[string]string, path func(name string) string) error {
	files, err := s.PutOutputs(ctx, outputs, path)
	if err != nil {
		return err
	}
	return s.PutRun(ctx, record, files)
}

// PutRun stores the entry of a run whose files are in the store.
func (s *Store) PutRun(ctx context.Context, record Record, files []File) error {
	r := &Result{Record: record}
	for _, f := range files {
		if f.Path == pipeline.ExecutedNotebook {
			f.Path = executedPath
		}
		r.Files = append(r.Files, f)
	}
	return s.PutResult(ctx, r)
}

// PutOutputs stores the files of a run. Their names, and those of the files that it returns, are those of Outcome.Outputs.
func (s *Store) PutOutputs(ctx context.Context, outputs map[string]string, path func(name string) string) (files []File, err error) {
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if outputs[name] == pipeline.Absent {
			continue
		}
		d, err := s.PutFile(ctx, outputs[name], path(name))
		if err != nil {
			return nil, err
		}
		files = append(files, File{name, d})
	}
	return files, nil
}

// Close waits until all is stored; once ctx is over, no longer than 5 s. It may be called again.
func (x *Executor) Close(ctx context.Context) {
	over := make(chan struct{})
	go func() { x.uploads.Wait(); close(over) }()
	select {
	case <-over:
		return
	case <-ctx.Done():
	}
	select {
	case <-over:
		return
	case <-time.After(cmp.Or(x.patience, 5*time.Second)):
	}
	x.halt.Do(func() {
		close(x.stop)
		<-over
		x.mu.Lock()
		defer x.mu.Unlock()
		x.Warn(fmt.Sprintf("warning: %d of the runs are not stored: the pipeline was stopped", x.left))
	})
}

// note tells of trouble, and leaves the store alone where more of it is certain.
func (x *Executor) note(run string, err error) {
	var refused *RefusedError
	var wrong *WrongError
	var evicted *EvictedError
	var changed *ChangedError
	var entry *EntryError
	var stray *pipeline.StrayError
	switch {
	case err == nil || errors.Is(err, ErrMissing):
	case errors.As(err, &refused):
		x.set(&x.refuses)
		x.warn("refused", "warning: "+err.Error()+"; nothing more is stored")
	case errors.As(err, &wrong), errors.As(err, &evicted):
		x.warn("blob", "warning: "+err.Error()+"; step "+run+" runs here")
	case errors.As(err, &changed), errors.As(err, &stray):
		x.warn("files", "warning: step "+run+": "+err.Error())
	case errors.As(err, &entry):
		x.warn("entry", "warning: "+err.Error()+"; step "+run+" runs here")
	default:
		x.set(&x.deaf)
		x.warn("deaf", "warning: "+err.Error()+"; going on without the store")
	}
}

func (x *Executor) warn(kind, line string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.warned[kind] {
		return
	}
	if x.warned == nil {
		x.warned = map[string]bool{}
	}
	x.warned[kind] = true
	x.Warn(line)
}

func (x *Executor) is(flag *bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return *flag
}

func (x *Executor) set(flag *bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	*flag = true
}
