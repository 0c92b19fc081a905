package atomicfile

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tempPrefix begins the names of temporary files; digits follow.
const tempPrefix = ".tmp-flowbook-"

// IsTemp reports whether name, the last element of a path, is that of a temporary file.
func IsTemp(name string) bool {
	digits, ok := strings.CutPrefix(name, tempPrefix)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// createTemp makes a temporary file and locks it. Unlike os.CreateTemp it leaves the permissions of
// a new file to perm and the umask.
func createTemp(dir string, perm fs.FileMode) (*os.File, error) {
	for tries := 0; ; tries++ {
		name := filepath.Join(dir, tempPrefix+strconv.FormatUint(uint64(rand.Uint32()), 10))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) && tries < 1000 {
			continue
		}
		if err != nil {
			return nil, err
		}
		locked, err := TryLock(f)
		if err != nil || locked && isAt(f, name) { // without locks, abandoned files go by their age
			return f, nil
		}
		// Another program took the file for abandoned between our two calls.
		f.Close()
		os.Remove(name)
	}
}

// isAt reports whether f is still the file of that name.
func isAt(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(mine, there)
}

// swept holds the folders that this process has swept.
var swept sync.Map

func sweepOnce(dir string) {
	if _, done := swept.LoadOrStore(dir, true); !done {
		Sweep(dir)
	}
}

// tooOld is the age at which a temporary file is abandoned where the file system has no locks.
const tooOld = 24 * time.Hour

// Sweep removes the temporary files of killed programs from a folder. Create calls it for the first
// file of each folder. A file that cannot be removed stays: nothing depends on it.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !IsTemp(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(dir, e.Name())
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		locked, err := TryLock(f)
		if err != nil {
			info, err := e.Info()
			locked = err == nil && time.Since(info.ModTime()) > tooOld
		}
		if locked && !closeFirst {
			os.Remove(name)
		}
		f.Close()
		if locked && closeFirst {
			os.Remove(name)
		}
	}
}
