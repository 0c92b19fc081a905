package runner

import (
	"bytes"
	"fmt"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"
)

// saver writes the notebook after each cell without keeping the next one waiting for the disk: one write at a time, and of what was to be
// written meanwhile only the last. Each write is atomic, so the file is always a notebook as it was after some cell.
type saver struct {
	path     string     // "" to write nothing
	replaces bool       // a device or FIFO takes the notebook only once, at the end
	busy     chan error // of the write under way; nil if there is none
	next     bool       // the notebook has changed since it began
	err      error      // of a write that failed; nothing is written after it
}

func newSaver(path string) saver {
	return saver{path: path, replaces: path != "" && atomicfile.Replaces(path)}
}

// prove returns the error that writing the notebook would have now, and leaves the file as it is: an
// output that is also the input keeps its cells' outputs until the kernel is up.
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
	var b bytes.Buffer
	if err := nb.Write(&b); err != nil {
		return fmt.Errorf("write %s: %w", v.path, err)
	}
	done := make(chan error, 1)
	v.busy = done
	go func() { done <- atomicfile.Write(v.path, b.Bytes(), 0o666) }()
	return nil
}

// written takes the end of a write; the notebook is written again if it has changed since that began.
func (v *saver) written(nb *notebook.Notebook, err error) {
	v.busy, v.err = nil, err
	if err == nil && v.next {
		v.err = v.save(nb)
	}
}

// wait returns when no write is under way.
func (v *saver) wait() {
	if v.busy != nil {
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
	if err := nb.WriteFile(v.path); err != nil {
		return fmt.Errorf("write %s: %w", v.path, atomicfile.Reason(err))
	}
	return nil
}
