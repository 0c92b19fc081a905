// Package module knows the Go module that a notebook belongs to: where its root is, where the tools keep their state, and
// what its source code amounts to, as a digest that changes exactly when the code does.
//
// It is the leaf of this module: it imports nothing of ours, and it links little, because every notebook cell that calls
// package memo pays for it.
//
//	root, err := module.Root("")                          // the folder of go.mod
//	digest, err := module.Digest(root, "flowbook/ml")     // package ml and all that it imports from this module
package module

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Path is the import path of this module, the first path element of all its packages.
const Path = "flowbook"

// Environment variables that override where things are. The runner sets EnvRoot and EnvReads for the
// kernels that it starts, so that a cell may change its folder; tests set all.
const (
	EnvRoot  = "FLOWBOOK_ROOT"  // the module's root
	EnvState = "FLOWBOOK_STATE" // the folder of the tools' state
	EnvReads = "FLOWBOOK_READS" // a file in which package dataset notes the data files that it opens
)

// Root returns the absolute path of the module's root: $FLOWBOOK_ROOT if it is set, otherwise the nearest folder at or above
// dir whose go.mod says "module flowbook". An empty dir means the current folder.
func Root(dir string) (string, error) {
	if env := os.Getenv(EnvRoot); env != "" {
		root, err := filepath.Abs(env)
		if err != nil {
			return "", fmt.Errorf("find the module root: %w", err)
		}
		if ok, err := isRoot(root); err != nil {
			return "", fmt.Errorf("find the module root: %w", err)
		} else if !ok {
			return "", fmt.Errorf("find the module root: $%s is %s, which has no go.mod of module %s", EnvRoot, root, Path)
		}
		return root, nil
	}
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the module root: %w", err)
	}
	for at := start; ; {
		ok, err := isRoot(at)
		if err != nil {
			return "", fmt.Errorf("find the module root: %w", err)
		}
		if ok {
			return at, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return "", fmt.Errorf("find the module root: no go.mod of module %s in %s or above (start there, or set $%s)", Path, start, EnvRoot)
		}
		at = up
	}
}

// isRoot reports whether dir holds the go.mod of this module. A go.mod of another module, above which ours may lie, is passed over.
func isRoot(dir string) (bool, error) {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for line := range bytes.Lines(data) {
		text, _, _ := strings.Cut(string(line), "//")
		fields := strings.Fields(text)
		if len(fields) == 2 && fields[0] == "module" {
			name := fields[1]
			if unquoted, err := strconv.Unquote(name); err == nil {
				name = unquoted
			}
			return name == Path, nil
		}
	}
	return false, nil
}

// State returns a folder of the tools' state, made if it is missing: $FLOWBOOK_STATE if that is set, otherwise .flowbook in the
// module's root, with elem joined to it. What State makes only its owner can read (0700); what is there it leaves alone.
func State(root string, elem ...string) (string, error) {
	base := os.Getenv(EnvState)
	if base == "" {
		base = filepath.Join(root, ".flowbook")
	}
	base, err := filepath.Abs(base)
	if err != nil {
		return "", fmt.Errorf("make the state folder: %w", err)
	}
	dir := filepath.Join(append([]string{base}, elem...)...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the state folder: %w", err)
	}
	return dir, nil
}
