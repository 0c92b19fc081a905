package module

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// observers are called with the path of each data file that this program reads.
var observers struct {
	sync.Mutex
	all   map[*func(path string)]bool
	paths []string // of the files so far
}

// ReadFiles returns the absolute paths of the data files that this program has read so far, each
// once.
func ReadFiles() []string {
	observers.Lock()
	defer observers.Unlock()
	return slices.Clone(observers.paths)
}

// NoteRead tells that this program reads a data file, to who executes the notebook, by the file
// that $FLOWBOOK_READS names, and to the functions that [OnRead] was given. The file need not
// exist.
func NoteRead(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("note that %s is read: %w", path, err)
	}
	observers.Lock()
	if !slices.Contains(observers.paths, abs) {
		observers.paths = append(observers.paths, abs)
	}
	for f := range observers.all {
		(*f)(abs)
	}
	observers.Unlock()
	list := os.Getenv(EnvReads)
	if list == "" {
		return nil
	}
	w, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note that %s is read: %w", path, err)
	}
	_, err = w.WriteString(abs + "\n") // one write, so that lines of several processes do not mix
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("note that %s is read: %w", path, err)
	}
	return nil
}

// OnRead has f called with the absolute path of each data file that this program reads, until stop
// is called.
func OnRead(f func(path string)) (stop func()) {
	observers.Lock()
	defer observers.Unlock()
	if observers.all == nil {
		observers.all = map[*func(path string)]bool{}
	}
	observers.all[&f] = true
	return func() {
		observers.Lock()
		defer observers.Unlock()
		delete(observers.all, &f)
	}
}
