package module

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tempMark is what the names of unfinished files begin with; a killed writer leaves such a file behind.
const tempMark = ".tmp-"

// IsTemp reports whether name (the last element of a path) is that of a file that WriteFile had not finished.
func IsTemp(name string) bool { return strings.HasPrefix(name, tempMark) }

// WriteFile writes a state file as Replace does. Only the owner can read the file (0600).
func WriteFile(path string, data []byte) error {
	return Replace(path, data, 0o600)
}

// Replace writes a file so that a reader, and a machine that loses power, sees either the old content or the new one: into a
// temporary file of the same folder, synced to the disk, then renamed. An error is an *fs.PathError of that
// file, not of the temporary one.
func Replace(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), tempMark+"*")
	if err != nil {
		return unwritten(path, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return unwritten(path, err)
	}
	return nil
}

// unwritten is package os's error with the name that the caller knows.
func unwritten(path string, err error) error {
	var op *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &op):
		err = op.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &fs.PathError{Op: "write", Path: path, Err: err}
}
