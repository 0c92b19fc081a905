package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"
)

// saver writes the notebook after each cell without keeping the next one waiting for the disk: one
// write at a time, and of the states to write meanwhile only the last. Each write is atomic, so
// the file is always a notebook as it was after some cell.
type saver struct {
	path     string     // "" to write nothing
	replaces bool       // a device or FIFO takes the notebook only once, at the end
	busy     chan error // of the write under way; nil if there is none
	next     bool       // the notebook has changed since it began
	err      error      // of a write that failed; nothing is written after it
	draft    notebook.Draft
	text     []byte        // of the last write, to be used again
	hurry    chan struct{} // closed when the write under way is waited for
}

// pause is the least time between the begins of two writes: quick cells would otherwise spend much
// of their time on files that nobody reads.
const pause = 50 * time.Millisecond

func newSaver(path string) saver {
	return saver{path: path, replaces: path != "" && atomicfile.Replaces(path)}
}

// prove returns the error that writing the notebook would have now, and leaves the file as it is:
// an output that is also the input keeps its cells' outputs until the kernel is up.
func (v *saver) prove() error {
	if !v.replaces {
		return nil
	}
	f, err := atomicfile.Create(v.path, 0o666)
	if err != nil {
		return fmt.Errorf("write %s: %w", v.path, atomicfile.Reason(err))
	}
	f.Discard()
	return nil
}

// save has the notebook as it is now written, soon, and returns the error of an earlier write.
func (v *saver) save(nb *notebook.Notebook) error {
	if !v.replaces || v.err != nil {
		return v.err
	}
	if v.busy != nil {
		select {
		case v.err = <-v.busy:
			v.busy = nil
			if v.err != nil {
				return v.err
			}
		default:
			v.next = true
			return nil
		}
	}
	v.next = false
	text, err := v.draft.Append(v.text[:0], nb)
	if err != nil {
		v.err = fmt.Errorf("write %s: %w", v.path, err)
		return v.err
	}
	v.text = text
	done, hurry := make(chan error, 1), make(chan struct{})
	v.busy, v.hurry = done, hurry
	go func() {
		rest := time.After(pause)
		err := v.write(text)
		select {
		case <-rest:
		case <-hurry:
		}
		done <- err
	}()
	return nil
}

// write writes the notebook, and makes its folder again if that has been removed since the run
// began, by git clean for instance: a long run is worth more.
func (v *saver) write(text []byte) error {
	err := atomicfile.Write(v.path, text, 0o666)
	if !v.replaces || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(v.path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(v.path, text, 0o666)
}

// forget has all cells encoded again: an output has changed after its cell was recorded.
func (v *saver) forget() { v.draft = notebook.Draft{} }

// written handles the end of a write: it starts another one if the notebook has changed since the
// last began.
func (v *saver) written(nb *notebook.Notebook, err error) {
	v.busy, v.err = nil, err
	if err == nil && v.next {
		v.err = v.save(nb)
	}
}

// wait returns when no write is under way.
func (v *saver) wait() {
	if v.busy != nil {
		close(v.hurry)
		v.err = <-v.busy
		v.busy = nil
	}
}

// flush writes the notebook and returns when it is on the disk.
func (v *saver) flush(nb *notebook.Notebook) error {
	v.wait()
	if v.path == "" || v.err != nil {
		return v.err
	}
	v.next = false
	text, err := v.draft.Append(v.text[:0], nb)
	if err == nil {
		err = atomicfile.Reason(v.write(text))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", v.path, err)
	}
	return nil
}
