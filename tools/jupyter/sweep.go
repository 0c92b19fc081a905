package jupyter

import (
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"flowbook/ml/atomicfile"
)

// runFolder is the form of the names that newFolder gives.
var runFolder = regexp.MustCompile(`^fb[a-z2-7]{8}$`)

// hold locks a run folder for as long as the process lives, so that nobody sweeps it.
func hold(folder string) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if _, err := atomicfile.TryLock(f); err != nil { // without locks, sweeping is off as well
		f.Close()
		return nil, nil
	}
	return f, nil
}

var swept sync.Once

// sweepRuns removes the remains of runs whose runner and supervisor were both killed: the processes
// of their kernels and their folders. A folder is such a run's if it has the form of a name, a
// connection file, no process that holds its lock, and the age at which a supervisor has long taken
// that.
func sweepRuns(base string, age time.Duration) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.IsDir() || !runFolder.MatchString(e.Name()) || time.Since(info.ModTime()) < age {
			continue
		}
		folder := filepath.Join(base, e.Name())
		if files, err := filepath.Glob(filepath.Join(folder, "kernel-*.json")); err != nil || len(files) == 0 {
			continue
		}
		f, err := os.Open(folder)
		if err != nil {
			continue // another user's
		}
		if locked, err := atomicfile.TryLock(f); err == nil && locked {
			killMarked(folder, 2*time.Second)
			_ = removeFolder(folder) // the next run tries again
		}
		f.Close()
	}
}
