// Package atomicfile writes files that hold either their old content or the new one, never a part.
//
// A file is written under a temporary name in its own folder, flushed to the disk and then renamed.
// An error leaves the old file as it was, also when the disk is full. The rules for the path:
//
//   - An existing file keeps its permissions and, where the system allows it, its owner. A new file
//     gets the given permissions less the umask.
//   - A symbolic link keeps its target: the file that it leads to is replaced, or made.
//   - A device, FIFO or other file that is no regular one is written into, because a rename would
//     put a regular file in its place. A block device is refused.
//
// A killed program leaves its temporary file behind. The next one that writes into the folder
// removes it: writers hold a lock on their temporary file, so a file without a holder is abandoned.
//
//	err := atomicfile.Write("model.json", text, 0o666)
//
// Errors are *fs.PathError with the path as the caller gave it. The package is a leaf, and small,
// because notebook cells link it.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the content of path by data, or makes the file.
func Write(path string, data []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}

// File is the new content of a path while it is written. It implements io.Writer.
type File struct {
	path   string   // as the caller gave it
	file   *os.File // nil after Commit and Discard
	temp   string   // the temporary file; "" where path itself is written into
	target string   // the name that temp gets
	ready  bool     // Finish has succeeded
}

// Create begins to write path. The caller ends with Commit, or gives up with Discard.
func Create(path string, perm fs.FileMode) (*File, error) {
	d, err := lookUp(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	w := &File{path: path, target: d.target}
	if d.inPlace {
		w.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return nil, pathError(path, err)
		}
		return w, nil
	}
	sweepOnce(filepath.Dir(d.target))
	if w.file, err = createTemp(filepath.Dir(d.target), perm); err != nil {
		return nil, pathError(path, err)
	}
	w.temp = w.file.Name()
	if d.info != nil {
		keepOwner(w.file, d.info)
		if err := w.file.Chmod(d.info.Mode().Perm()); err != nil {
			w.Discard()
			return nil, pathError(path, err)
		}
	}
	return w, nil
}

// Write appends to the new content.
func (w *File) Write(b []byte) (int, error) {
	n, err := w.file.Write(b)
	if err != nil {
		return n, pathError(w.path, err)
	}
	return n, nil
}

// Finish flushes the new content to the disk. Path still has the old content, so that the caller
// can take steps that must precede the change. Commit calls Finish where the caller has not.
func (w *File) Finish() error {
	if w.ready {
		return nil
	}
	if w.temp != "" { // a pipe has nothing to flush and says so with an error
		if err := w.file.Sync(); err != nil {
			w.Discard()
			return pathError(w.path, err)
		}
	}
	w.ready = true
	return nil
}

// Commit gives path the new content.
func (w *File) Commit() error {
	if err := w.Finish(); err != nil {
		return err
	}
	defer w.Discard() // removes the temporary file where the rename failed
	if w.temp == "" || closeFirst {
		err := w.file.Close()
		w.file = nil
		if err != nil {
			return pathError(w.path, err)
		}
		if w.temp == "" {
			return nil
		}
	}
	if err := os.Rename(w.temp, w.target); err != nil {
		return pathError(w.path, err)
	}
	w.temp = ""
	return nil
}

// Discard gives up: path keeps the old content. After Commit it does nothing, so it can be
// deferred. Bytes that a device or FIFO has received cannot be taken back.
func (w *File) Discard() {
	if w.file != nil && closeFirst {
		w.file.Close()
		w.file = nil
	}
	if w.temp != "" {
		os.Remove(w.temp)
		w.temp = ""
	}
	if w.file != nil { // until here its lock keeps others from taking the file for abandoned
		w.file.Close()
		w.file = nil
	}
}

// Replaces reports whether Write replaces path in one step. It does not where path is a device, a
// FIFO or another file that is written into: there, all that is written becomes visible.
func Replaces(path string) bool {
	d, err := lookUp(path)
	return err != nil || !d.inPlace
}

// Reason takes the path out of an error of package os, for messages that name it already.
func Reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// pathError names the path that the caller knows instead of the temporary one.
func pathError(path string, err error) error {
	return &fs.PathError{Op: "write", Path: path, Err: Reason(err)}
}
