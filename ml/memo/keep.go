package memo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"sync"

	"flowbook/ml/module"
)

// Keep returns f(), computed now or read from the store. f is any top-level function of the
// notebook, or of a package:
//
//	func Slow() *dataset.Frame { … }
//	%%
//	display.Show(memo.Keep(Slow).Head(5)) // later cells, and tomorrow's kernel, read it back
//
// A result holds until the code changes, or a file that f read through package dataset. A file that
// f reads otherwise, with os.ReadFile for instance, is noticed only if f names it to [Reads]; a
// server, the clock and chance never are.
//
// It is Do without an argument, for use in cells: where Do returns an error, Keep panics with it.
// The rules of Do for functions of cells apply to Keep: among them, a result of more than 256 MiB
// is refused before it is written, and all results together take at most 1 GiB of disk.
func Keep[Out any](f func() Out) Out {
	name, pkg, err := nameOf(reflect.ValueOf(f))
	if err != nil {
		panic(fmt.Errorf("memo: %w", err))
	}
	result, err := do(context.Background(), name, pkg, func(context.Context, struct{}) (Out, error) { return f(), nil }, struct{}{})
	if err != nil {
		panic(err)
	}
	return result
}

// Reads declares that the function whose result is being kept depends on the content of these
// files. Files that package dataset opens are known; a change of any other file is noticed only if
// it is declared.
func Reads(paths ...string) error {
	for _, path := range paths {
		if err := module.NoteRead(path); err != nil {
			return fmt.Errorf("memo: %w", err)
		}
	}
	return nil
}

// kept is a result as it is stored: with the files that were read for it.
type kept struct {
	Reads []fileRead
	Value []byte
}

// fileRead is a file and the SHA-256 of its bytes; "" where there was none.
type fileRead struct{ Path, SHA256 string }

// digestFile digests a file.
func digestFile(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// reading notes the files that are read while a function runs.
type reading struct {
	mu    sync.Mutex
	paths []string
}

func (r *reading) note(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.paths, path) {
		r.paths = append(r.paths, path)
	}
}

// digests are the digests of the files' present contents.
func (r *reading) digests() ([]fileRead, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.paths)
	var files []fileRead
	for _, path := range r.paths {
		sum, err := digestFile(path)
		if err != nil {
			return nil, fmt.Errorf("digest what it has read: %w", err)
		}
		files = append(files, fileRead{path, sum})
	}
	return files, nil
}

// pack joins a result and the list of files read for it.
func pack(files []fileRead, value []byte) []byte {
	data, err := encode(reflect.ValueOf(kept{files, value}))
	if err != nil { // texts and bytes
		panic(err)
	}
	return data
}

// unpack returns the result, if the files are unchanged. It notes them as read again.
func unpack(data []byte) (value []byte, ok bool) {
	var k kept
	if decode(data, reflect.ValueOf(&k).Elem()) != nil {
		return nil, false
	}
	for _, f := range k.Reads {
		if now, err := digestFile(f.Path); err != nil || now != f.SHA256 {
			return nil, false
		}
	}
	for _, f := range k.Reads {
		if module.NoteRead(f.Path) != nil {
			return nil, false
		}
	}
	return k.Value, true
}
