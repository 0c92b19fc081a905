package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"flowbook/ml/atomicfile"
)

// digests are the SHA-256 of files, remembered with the properties that tell whether a file is
// still the same. Programs set its time of modification as they like, but not, where the system has
// one, the time of its last change.
type digests struct {
	mu    sync.Mutex
	file  string
	known map[string]known
	added bool
}

type known struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"` // Unix nanoseconds
	Changed  int64  `json:"changed"`  // Unix nanoseconds, 0 where the system does not tell
	Inode    uint64 `json:"inode"`
	SHA256   string `json:"sha256"`
}

// stateOf returns the state of a file without its digest.
func stateOf(info fs.FileInfo) known {
	k := known{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	k.Inode, k.Changed = identity(info)
	return k
}

// settled is how old a file must be for its digest to be remembered: a younger one may change again
// within the same tick of the file system's clock.
const settled = 2 * time.Second

// clock is a variable only to make time predictable in tests.
var clock = time.Now

// openDigests reads the digests of earlier runs; a damaged file is as good as none.
func openDigests(file string) *digests {
	d := &digests{file: file, known: map[string]known{}}
	if data, err := os.ReadFile(file); err != nil || json.Unmarshal(data, &d.known) != nil {
		d.known = map[string]known{}
	}
	return d
}

func (d *digests) save() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.added {
		return nil
	}
	for name := range d.known {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			delete(d.known, name)
		}
	}
	data, err := json.Marshal(d.known)
	if err != nil {
		return err
	}
	d.added = false
	return atomicfile.Write(d.file, data, 0o600)
}

// of returns the hex SHA-256 of a file's bytes.
func (d *digests) of(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", filepath.ToSlash(name))
	}
	now := stateOf(info)
	d.mu.Lock()
	old, ok := d.known[name]
	d.mu.Unlock()
	if sum := old.SHA256; ok {
		old.SHA256 = ""
		if old == now {
			return sum, nil
		}
	}
	h := sha256.New()
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 1<<18)); err != nil {
		return "", err
	}
	now.SHA256 = hex.EncodeToString(h.Sum(nil))
	if clock().Sub(time.Unix(0, max(now.Modified, now.Changed))) > settled {
		d.mu.Lock()
		d.known[name], d.added = now, true
		d.mu.Unlock()
	}
	return now.SHA256, nil
}

// MissingError says that a file is not there which a step reads or should have written.
type MissingError struct{ Path string }

func (e *MissingError) Error() string { return e.Path + " is not there" }

// sum is the hex SHA-256 of texts; their lengths keep them apart.
func sum(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
