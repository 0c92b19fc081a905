package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"flowbook/ml/atomicfile"
	"flowbook/tools/jupyter"
	"flowbook/tools/runner"
)

// Executor makes a run that is not up to date: it leaves the run's files as Task.Execute, which
// makes it on this machine, leaves them. A slow execution announces itself with a StartEvent.
// Execute is called by several goroutines at once. With an error, the outcome describes the part of
// the run that was made, or is nil.
type Executor interface {
	Execute(ctx context.Context, t *Task, tell func(Event)) (*Outcome, error)
}

// Task is a run that is not up to date.
type Task struct {
	Run    *Run
	Why    string            // why it is not up to date
	Key    string            // hex SHA-256 of all that decides the outputs; the same on every machine
	Parts  []Part            // the parts of the key
	Source string            // digest of the notebook's file, "" for a command
	Inputs map[string]string // digests by path, Absent for an optional one that is not there

	session  *session
	instance *instance
	record   *record // of the run before, nil if there is none
	forced   bool
}

// ExecutedNotebook stands in Outcome.Outputs for the executed notebook, which has no path in the
// module.
const ExecutedNotebook = "the executed notebook"

// Absent stands for the digest of an optional file that is not there.
const Absent = "absent"

// Outcome is the result of a run.
type Outcome struct {
	Status    State             // Ran or Fetched
	Where     string            // name of the machine that made it, "" for this one
	Result    *runner.Result    // of a notebook that was run here
	Outputs   map[string]string // digests by path, Absent for an optional one that is not there
	Source    string            // digest of the notebook's file that was executed
	Reads     []string          // files that the notebook has opened, by path
	Untouched []string          // outputs that existed before the run and that it did not write
}

// Forced reports whether the user wants the run made again although it is up to date.
func (t *Task) Forced() bool { return t.forced }

// Changes says in which parts the run differs from the last one that was complete on this machine.
func (t *Task) Changes() (words []string) {
	if t.record == nil {
		return nil
	}
	for _, c := range compare(t.record.Parts, t.Parts) {
		words = append(words, c.name+" "+c.what)
	}
	return words
}

// Private returns the reason why the run's outputs are of no use to other machines, "" if they are:
// only of a command and of a Go notebook whose reads are known is everything known that decides
// their results.
func (t *Task) Private() string {
	if t.instance.Notebook != "" {
		nb, err := t.session.p.Largest.ReadFile(t.session.p.path(t.instance.Notebook))
		if err != nil {
			return err.Error()
		}
		if name := nb.KernelName(); name != "" && !jupyter.Ours(name) {
			return "the packages of its kernel " + name + " are not part of its key"
		}
	}
	why, err := t.session.keys.doubt(t.instance.Step)
	if err != nil {
		return err.Error()
	}
	return why
}

// Execute makes the run on this machine.
func (t *Task) Execute(ctx context.Context, tell func(Event)) (*Outcome, error) {
	s, run := t.session, t.instance
	tell(Event{Run: t.Run, Kind: StartEvent})
	did := &Outcome{Status: Ran, Source: t.Source}
	before := t.there()
	var err error
	if run.Notebook != "" {
		progress := func(e runner.Event) { tell(Event{Run: t.Run, Kind: CellEvent, Cell: e}) }
		did.Result, err = s.runNotebook(ctx, run, t.Run.Executed, progress)
		if err == nil {
			did.Reads, err = s.reads(run)
		}
	} else {
		lines := &lineWriter{say: func(line string) { tell(Event{Run: t.Run, Kind: TextEvent, Text: line}) }}
		err = s.p.Command(ctx, run.Command, lines, lines)
		lines.flush()
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("step %s: %w", run.name, err)
		}
	}
	if err != nil {
		return did, err
	}
	did.Outputs, err = s.written(run)
	var missing *MissingError
	if errors.As(err, &missing) {
		return did, &UnwrittenError{run.name, missing.Path}
	}
	after := t.there()
	for name := range did.Outputs {
		if was, ok := before[name]; ok && was == after[name] {
			did.Untouched = append(did.Untouched, name)
		}
	}
	slices.Sort(did.Untouched)
	return did, err
}

// UnwrittenError names an output that a run should have written.
type UnwrittenError struct{ Step, Path string }

func (e *UnwrittenError) Error() string { return "step " + e.Step + " has not written " + e.Path }

// there returns the state by which to see whether a file that the run should write is written anew.
func (t *Task) there() map[string]known {
	files := map[string]known{}
	for _, f := range t.instance.outputs {
		names, err := t.session.p.names(f)
		if err != nil {
			continue // running it will say so
		}
		for _, name := range names {
			if info, err := os.Stat(t.Path(name)); err == nil {
				files[name] = stateOf(info)
			}
		}
	}
	return files
}

// Path is where a file of Outcome.Outputs lies on this machine.
func (t *Task) Path(name string) string {
	if name == ExecutedNotebook {
		return t.Run.Executed
	}
	return t.session.p.path(name)
}

// Declares reports whether the run may write a file of this name.
func (t *Task) Declares(name string) bool {
	return name == ExecutedNotebook && t.Run.Executed != "" || declares(t.instance.outputs, name)
}

// Complete adds the optional outputs that are not there. It returns the first output that must be
// there and is not, "" if all are.
func (t *Task) Complete(outputs map[string]string) (lacks string) {
	if _, ok := outputs[ExecutedNotebook]; !ok && t.Run.Executed != "" {
		return ExecutedNotebook
	}
	for _, f := range t.instance.outputs {
		found := false
		for name := range outputs {
			found = found || matches(f.Pattern, name)
		}
		switch {
		case !found && !f.Optional:
			return f.Pattern
		case !found:
			outputs[f.Pattern] = Absent
		}
	}
	return ""
}

// Stage returns an empty folder for the files of the run before they are put into their places, and
// a function that removes it.
func (t *Task) Stage() (dir string, remove func(), err error) {
	dir = filepath.Join(t.session.state, stageFolder, t.instance.name)
	if err := os.RemoveAll(dir); err != nil {
		return "", nil, err
	}
	return dir, func() { os.RemoveAll(dir) }, os.MkdirAll(dir, 0o700)
}

// stageFolder holds fetched files; those of a killed pipeline are removed when the next one has the
// lock.
const stageFolder = "fetched"

// StrayError names a file that stands in the way of another machine's outputs: only a run here may
// decide on it.
type StrayError struct{ Path string }

func (e *StrayError) Error() string {
	return e.Path + " is in the way: the run did not write it, and it matches one of the run's outputs"
}

// Place puts staged files, by their names in outputs, where the run would have written them, and
// removes files of the run's last record that are not among them. A file that matches an output and
// is in no record is a *StrayError, and all files stay unchanged.
func (t *Task) Place(outputs, staged map[string]string) error {
	var names, old []string
	for _, f := range t.instance.outputs {
		found, err := t.session.p.names(f)
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	for _, name := range names {
		if digest, ok := outputs[name]; ok && digest != Absent {
			continue
		}
		digest, err := t.session.digests.of(t.Path(name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if t.record == nil || t.record.Outputs[name] != digest {
			return &StrayError{name}
		}
		old = append(old, name)
	}
	for _, name := range old {
		if err := os.Remove(t.Path(name)); err != nil {
			return err
		}
	}
	for name, file := range staged {
		if err := os.MkdirAll(filepath.Dir(t.Path(name)), 0o755); err != nil {
			return err
		}
		if err := move(file, t.Path(name)); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// move renames a file, or copies it where the target is on another file system or is no ordinary
// file.
func move(from, to string) error {
	info, err := os.Lstat(to)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Mode().IsRegular() {
		if os.Rename(from, to) == nil {
			return nil
		}
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := atomicfile.Create(to, 0o644)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Commit()
}
