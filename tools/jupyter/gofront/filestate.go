package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fileState digests names, sizes and times of the files from which packages are built (see
// eachFile). It also returns when the last of them was changed: a file of that moment may have been
// written after it was read.
func fileState(modules, dirs, embedding []string, own string) (digest string, newest time.Time, err error) {
	h := sha256.New()
	err = eachFile(modules, dirs, embedding, own, func(name, _ string, info fs.FileInfo) error {
		if t := changed(info); t.After(newest) {
			newest = t
		}
		_, err := fmt.Fprintf(h, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	if err != nil {
		return "", newest, err
	}
	return hex.EncodeToString(h.Sum(nil)), newest, nil
}

// fileContent digests names and contents of the same files.
func fileContent(modules, dirs, embedding []string, own string) (string, error) {
	var names, paths []string
	err := eachFile(modules, dirs, embedding, own, func(name, path string, info fs.FileInfo) error {
		names, paths = append(names, name), append(paths, path)
		return nil
	})
	if err != nil {
		return "", err
	}
	sums, errs := make([][sha256.Size]byte, len(paths)), make([]error, len(paths))
	var reading sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		reading.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(paths)); i = next.Add(1) - 1 {
				var data []byte
				data, errs[i] = os.ReadFile(paths[i])
				sums[i] = sha256.Sum256(data)
			}
		})
	}
	reading.Wait()
	h := sha256.New()
	for i, name := range names {
		fmt.Fprintf(h, "%s %x\n", name, sums[i])
	}
	return hex.EncodeToString(h.Sum(nil)), errors.Join(errs...)
}

// noteFile is told a file's name in a digest and its path.
type noteFile func(name, path string, info fs.FileInfo) error

// eachFile calls note with the files from which packages are built: those in their folders that the
// go command compiles, and all below the folders in embedding, whose packages may embed them; and
// the modules' go.mod and go.sum. In the kernel's folder, own, main.go is left out; the name of a
// file there is relative. own may be "".
func eachFile(modules, dirs, embedding []string, own string, note noteFile) error {
	for _, dir := range modules {
		for _, name := range []string{"go.mod", "go.sum"} {
			path := filepath.Join(dir, name)
			if err := noteRegular(path, path, note); err != nil {
				return err
			}
		}
	}
	for _, dir := range dirs {
		var err error
		if slices.Contains(embedding, dir) {
			err = allFiles(dir, true, note)
		} else {
			err = sourceFiles(dir, func(name string) string { return filepath.Join(dir, name) }, note)
		}
		if err != nil {
			return err
		}
	}
	if own == "" {
		return nil
	}
	return sourceFiles(own, func(name string) string {
		if name == "main.go" {
			return ""
		}
		return name
	}, note)
}

// sourceExt are the endings of the files that the go command compiles, or that these include.
var sourceExt = strings.Fields(".go .s .S .sx .syso .c .cc .cpp .cxx .m .h .hh .hpp .hxx .f .F .for .f90 .swig .swigcxx")

// isSource reports whether a file may belong to a package, its tests included.
func isSource(name string) bool { return slices.Contains(sourceExt, filepath.Ext(name)) }

// sourceFiles calls note with the source files of a package under the names that call gives them,
// "" for a file that is left out.
func sourceFiles(dir string, call func(string) string, note noteFile) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !isSource(e.Name()) || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if name := call(e.Name()); name != "" {
			if err := noteRegular(name, filepath.Join(dir, e.Name()), note); err != nil {
				return err
			}
		}
	}
	return nil
}

// allFiles calls note with the files in a folder and below it, without other modules.
func allFiles(dir string, top bool, note noteFile) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if !top && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "go.mod" }) {
		return nil
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case !e.IsDir(): // even testdata can be embedded
			err = noteRegular(path, path, note)
		case !slices.Contains([]string{".git", ".hg", ".svn", ".bzr"}, e.Name()):
			err = allFiles(path, false, note)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noteRegular calls note with a regular file or one that a link leads to. The go command compiles
// and embeds nothing else, and reading a pipe or a device may take for ever.
func noteRegular(name, path string, note noteFile) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	return note(name, path, info)
}

// embedMark begins a comment by which a Go file embeds others.
var embedMark = []byte("//go:embed")

// embeds reports whether a Go file in a folder may embed others. Those that do are among the files
// that fileState digests.
func embeds(dir string) (found bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".go" {
			continue
		}
		path := filepath.Join(dir, e.Name())
		err := noteRegular(path, path, func(_, path string, _ fs.FileInfo) error {
			text, err := os.ReadFile(path)
			found = found || bytes.Contains(text, embedMark)
			return err
		})
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}
