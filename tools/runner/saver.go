package runner

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/tools/notebook"
)

// saver writes the notebook after each cell without keeping the next one waiting for the disk: one write at a time, and of what was to be
// written meanwhile only the last. Each write is atomic, so the file is always a notebook as it was after some cell.
type saver struct {
	path string
	busy chan error // of the write under way; nil if there is none
	next bool       // the notebook has changed since it began
	err  error      // of a write that failed; nothing is written after it
}

// save has the notebook as it is now written, soon, and returns the error of an earlier write.
func (v *saver) save(nb *notebook.Notebook) error {
	if v.path == "" || v.err != nil {
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
	go func() { done <- WriteAtomic(v.path, b.Bytes()) }()
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
		return fmt.Errorf("write %s: %w", v.path, pathError(err))
	}
	return nil
}

// unfinished is what the names begin with under which path is written before it gets its own; those of Notebook.WriteFile do so too.
func unfinished(path string) string { return "." + filepath.Base(path) + "." }

// sweep removes what killed runs have left of the files beside path. What is younger than a minute may belong to another run. Nothing depends on
// it, so a folder that cannot be read stays as it is.
func sweep(path string) {
	if path == "" {
		return
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return
	}
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), unfinished(path))
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
