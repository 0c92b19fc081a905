package module

import (
	"fmt"
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
	if err := Replace(path, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// Replace writes a file so that a reader, and a machine that loses power, sees either the old content or the new one: into a
// temporary file of the same folder, synced to the disk, then renamed. The error does not say what was to be written.
func Replace(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), tempMark+"*")
	if err != nil {
		return err
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
	}
	return err
}
