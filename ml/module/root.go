// Package module knows the Go module that a notebook belongs to, whatever it is called: where its
// root is, where the tools keep their state, and its source code as a digest that changes exactly
// when the code does.
//
// It is the leaf of this module: it imports nothing of ours, and it links little, because every
// notebook cell that calls package memo pays for it.
//
//	root, err := module.Root("")                               // the folder of go.mod or go.work
//	digest, err := module.Digest(root, "example.com/x/flows")  // the package and all of the user's that it imports
package module

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"flowbook/ml/atomicfile"
)

// Self is the import path of Flowbook's own module, the beginning of this package's.
var Self = strings.TrimSuffix(reflect.TypeFor[Sources]().PkgPath(), "/ml/module")

// Environment variables that override where things are. The runner sets all but EnvState for the
// kernels that it starts, so that a cell may change its folder; tests set them.
const (
	EnvRoot  = "FLOWBOOK_ROOT"  // the module's root
	EnvState = "FLOWBOOK_STATE" // the folder of the tools' state
	EnvReads = "FLOWBOOK_READS" // a file in which package dataset notes the data files that it opens

	EnvGoWork  = "FLOWBOOK_GOWORK"  // the user's go.work, "off" for none; the kernel has its own
	EnvScratch = "FLOWBOOK_SCRATCH" // EnvRoot, where the notebook is in no module of the user's
	EnvGoFront = "FLOWBOOK_GOFRONT" // "off": no memory; "whole": all declarations are compiled
	EnvVendor  = "FLOWBOOK_VENDOR"  // vendor folder of the user's module, used for building

	// EnvPrograms is the folder in which linked programs outlive a kernel: "on" for the one in the
	// user's cache folder, "off" for none. Unset, the runner sets it for shared programs.
	EnvPrograms = "FLOWBOOK_PROGRAMS"
	// EnvAhead tells a kernel to build programs and run none.
	EnvAhead = "FLOWBOOK_AHEAD"
)

// ErrNone says that a folder is in no module.
var ErrNone = errors.New("no go.mod and no go.work")

// Root returns the absolute path of the module's root: $FLOWBOOK_ROOT if it is set, otherwise the
// nearest folder at or above dir that holds a go.mod or a go.work. An empty dir means the current
// folder. Where there is none the error wraps ErrNone. A go.mod in the system's temporary folder
// itself does not count, as it does not for the go command.
func Root(dir string) (string, error) {
	if env := os.Getenv(EnvRoot); env != "" {
		root, err := filepath.Abs(env)
		if err == nil {
			var ok bool
			if ok, err = isRoot(root); err == nil && !ok {
				return "", fmt.Errorf("find the module root: $%s is %s: %w there", EnvRoot, root, ErrNone)
			}
		}
		if err != nil {
			return "", fmt.Errorf("find the module root: %w", err)
		}
		return root, nil
	}
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the module root: %w", err)
	}
	temp := filepath.Clean(os.TempDir())
	for at := start; ; {
		ok, err := isRoot(at)
		if err != nil {
			return "", fmt.Errorf("find the module root: %w", err)
		}
		if ok && at != temp {
			return at, nil
		}
		up := filepath.Dir(at)
		if up == at {
			return "", fmt.Errorf("find the module root: %w in %s or above (start there, set $%s, or go mod init)", ErrNone, start, EnvRoot)
		}
		at = up
	}
}

// isRoot reports whether dir holds a go.mod or a go.work.
func isRoot(dir string) (bool, error) {
	for _, name := range []string{"go.mod", "go.work"} {
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case err == nil && info.Mode().IsRegular():
			return true, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return false, err
		}
	}
	return false, nil
}

// State returns a folder of the tools' state, made if it is missing: $FLOWBOOK_STATE if that is
// set, otherwise .flowbook in the module's root, with elem joined to it. Only the owner can read a
// folder that State makes (0700); one that exists it leaves alone. A new state folder gets a
// .gitignore of its own, so that no module needs to know of it.
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
	if _, err = os.Stat(base); errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(base, 0o700); err == nil {
			err = atomicfile.Write(filepath.Join(base, ".gitignore"), []byte("*\n"), 0o600)
		}
		if err != nil {
			os.Remove(base) // a folder that stays would never get one
		}
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("make the state folder: %w (set $%s to a folder that can be written)", err, EnvState)
	}
	return dir, nil
}
