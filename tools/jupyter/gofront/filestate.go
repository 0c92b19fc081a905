package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// fileState digests names, sizes and times of the files from which packages are built (see
// eachFile). It returns the newest of the times, too: a file of that moment may have been written
// after it was read.
func fileState(modules, dirs, embedding []string, own string) (digest string, newest time.Time, err error) {
	h := sha256.New()
	err = eachFile(modules, dirs, embedding, own, func(name, _ string, info fs.FileInfo) error {
		if t := info.ModTime(); t.After(newest) {
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
	h := sha256.New()
	err := eachFile(modules, dirs, embedding, own, func(name, path string, _ fs.FileInfo) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(text))
		h.Write(text)
		return nil
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// eachFile calls note with the files from which packages are built: all in their folders, and all
// below those in embedding, whose packages may embed them; and the modules' go.mod and go.sum. Of
// the kernel's folder, own, main.go and the program are left out; the name of a file there is
// relative.
func eachFile(modules, dirs, embedding []string, own string, note func(name, path string, info fs.FileInfo) error) error {
	var walk func(dir string, deep, top bool) error
	walk = func(dir string, deep, top bool) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		if !top && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "go.mod" }) {
			return nil // a module of its own
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			// even testdata can be embedded
			case e.IsDir() && deep && !slices.Contains([]string{".git", ".hg", ".svn", ".bzr"}, e.Name()):
				if err := walk(path, true, false); err != nil {
					return err
				}
			case e.IsDir() || !deep && strings.HasSuffix(path, "_test.go"):
			default:
				info, err := os.Stat(path) // of the target of a link
				if err == nil {
					err = note(path, path, info)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, dir := range modules {
		for _, name := range []string{"go.mod", "go.sum"} {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil {
				if err := note(path, path, info); err != nil {
					return err
				}
			}
		}
	}
	for _, dir := range dirs {
		if err := walk(dir, slices.Contains(embedding, dir), true); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(own)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); e.Name() == "main.go" || ext != ".go" && ext != ".s" && ext != ".c" && ext != ".h" && ext != ".syso" {
			continue
		}
		info, err := e.Info()
		if err == nil {
			err = note(e.Name(), filepath.Join(own, e.Name()), info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// embeds reports whether a Go file in a folder may embed others. Those that do are among the files
// that fileState digests.
func embeds(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".go" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return false, err
		}
		if bytes.Contains(text, []byte("//go:embed")) {
			return true, nil
		}
	}
	return false, nil
}
