package memo

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

// sizeLimit is how many bytes the store holds, resultLimit how many a single result may have.
const sizeLimit = 1 << 30

var resultLimit = 256 << 20 // tests lower it

// store is a folder of results, one file each, named by their keys. A file's modification time is
// when it was last used.
type store struct {
	dir   string
	limit int64
}

// magic begins every file; its number is that of the form that encode writes.
const magic = "flowbook memo 1\n"

func (s store) path(key string) string { return filepath.Join(s.dir, key) }

// read returns the bytes stored under key. A file that is damaged is as good as none; it is
// removed.
func (s store) read(key string) ([]byte, bool) {
	file, err := os.ReadFile(s.path(key))
	if err != nil {
		return nil, false
	}
	data, ok := open(key, file)
	if !ok {
		os.Remove(s.path(key))
		return nil, false
	}
	now := time.Now()
	os.Chtimes(s.path(key), now, now) // only eviction looks at it
	return data, true
}

// seal puts the bytes of a result into the form of a file: magic, SHA-256 of the key and the bytes,
// the bytes.
func seal(key string, data []byte) []byte {
	sum := sum(key, data)
	return slices.Concat([]byte(magic), sum[:], data)
}

// open is the inverse of seal; it reports whether the file is whole and belongs to the key.
func open(key string, file []byte) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok || len(rest) < sha256.Size {
		return nil, false
	}
	data := rest[sha256.Size:]
	sum := sum(key, data)
	return data, bytes.Equal(sum[:], rest[:sha256.Size])
}

func sum(key string, data []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte(key))
	h.Write(data)
	return [sha256.Size]byte(h.Sum(nil))
}

// write stores bytes under key and then makes room for them.
func (s store) write(key string, data []byte) error {
	if err := atomicfile.Write(s.path(key), seal(key, data), 0o600); err != nil {
		return err
	}
	return s.evict(key)
}

// abandoned is the age at which a lock file is taken to have no owner. Locks are held by the
// operating system, not by the file's being there, so that removing one early costs no more than
// computing something twice.
const abandoned = 24 * time.Hour

// evict removes the results that were not used for the longest time until the store is within its
// limit, sparing keep, and the files that killed programs left behind.
func (s store) evict(keep string) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("make room in the store: %w", err)
	}
	var results []fs.FileInfo
	var size int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // another program was faster
		}
		if atomicfile.IsTemp(e.Name()) {
			continue
		}
		if strings.HasSuffix(e.Name(), lockSuffix) {
			if time.Since(info.ModTime()) > abandoned {
				os.Remove(filepath.Join(s.dir, e.Name()))
			}
			continue
		}
		size += info.Size()
		if e.Name() != keep {
			results = append(results, info)
		}
	}
	slices.SortFunc(results, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, r := range results {
		if size <= s.limit {
			break
		}
		// on Windows a file that is being read stays until the next sweep
		os.Remove(filepath.Join(s.dir, r.Name()))
		size -= r.Size()
	}
	return nil
}

// lockSuffix ends the names of lock files.
const lockSuffix = ".lock"

// lock waits until no other program computes the result of key and returns the function that ends
// our turn.
func (s store) lock(ctx context.Context, key string) (unlock func(), err error) {
	unlock, err = module.Lock(ctx, s.path(key)+lockSuffix)
	if err != nil {
		return nil, fmt.Errorf("lock the store against programs that compute the same: %w", err)
	}
	return unlock, nil
}
