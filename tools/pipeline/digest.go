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
	"strings"
	"sync"
	"time"

	"flowbook/ml/atomicfile"
)

// digests are the SHA-256 of files, remembered with what tells that a file is still the same: size, time of modification and inode.
type digests struct {
	mu    sync.Mutex
	file  string
	known map[string]known
	added bool
}

type known struct {
	Size     int64  `json:"size"`
	Modified int64  `json:"modified"` // Unix nanoseconds
	Inode    uint64 `json:"inode"`
	SHA256   string `json:"sha256"`
}

// settled is how old a file must be for its digest to be remembered: a younger one may change again within the same tick of the
// file system's clock.
const settled = 2 * time.Second

// openDigests reads what earlier runs remembered; a damaged file is as good as none.
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
	now := known{Size: info.Size(), Modified: info.ModTime().UnixNano(), Inode: inode(info)}
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
	if time.Since(info.ModTime()) > settled {
		d.mu.Lock()
		d.known[name], d.added = now, true
		d.mu.Unlock()
	}
	return now.SHA256, nil
}

// MissingError says that a file is not there which a step reads or should have written.
type MissingError struct{ Path string }

func (e *MissingError) Error() string { return e.Path + " is not there" }

// all returns the digests of the files that are meant, by their paths from the root. A pattern that matches nothing is an error, or
// Absent if that is allowed.
func (p *Pipeline) all(d *digests, files []File) (map[string]string, error) {
	sums := map[string]string{}
	for _, f := range files {
		names, err := p.names(f)
		if err != nil {
			return nil, err
		}
		found := false
		for _, name := range names {
			sum, err := d.of(p.path(name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			sums[name], found = sum, true
		}
		switch {
		case !found && !f.Optional:
			return nil, &MissingError{f.Pattern}
		case !found:
			sums[f.Pattern] = Absent
		}
	}
	return sums, nil
}

// names returns the paths of the files that match a pattern, or the path that is none, whether it is there or not.
func (p *Pipeline) names(f File) ([]string, error) {
	if !strings.ContainsAny(f.Pattern, wild) {
		return []string{f.Pattern}, nil
	}
	return fs.Glob(os.DirFS(p.root), f.Pattern)
}

// sum is the hex SHA-256 of texts; their lengths keep them apart.
func sum(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		fmt.Fprintf(h, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
