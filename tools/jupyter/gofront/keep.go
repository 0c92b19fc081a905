package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// keep is the memory of one kernel, and the real program that is called where it does not help.
type keep struct {
	dir  string // the kernel's folder
	real string
}

// file is where something is kept.
func (k *keep) file(name string) string { return filepath.Join(k.dir, ".gofront", name) }

// load reads the value stored under a name; false if nothing readable is there.
func (k *keep) load(name string, v any) bool {
	data, err := os.ReadFile(k.file(name))
	return err == nil && json.Unmarshal(data, v) == nil
}

// store keeps a value. A value that cannot be kept is merely not remembered.
func (k *keep) store(name string, v any) bool {
	data, err := json.Marshal(v)
	if err != nil || os.MkdirAll(filepath.Dir(k.file(name)), 0o700) != nil {
		return false
	}
	return os.WriteFile(k.file(name), data, 0o600) == nil
}

// forget drops the value stored under a name.
func (k *keep) forget(name string) { os.Remove(k.file(name)) }

// world digests everything, besides main.go and the packages' files, that affects the go command:
// the module files, the environment, the command.
func (k *keep) world(goCommand string) (string, error) {
	h := sha256.New()
	err := k.describe(h, goCommand, func(name, pair string) (string, bool) {
		return pair, name == "PATH" || name == "CC" || name == "CXX" || ofGo(name)
	}, func(text []byte) []byte { return text })
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// ofGo reports whether a variable of the environment is one of the go command's.
func ofGo(name string) bool {
	return strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "GONB_") || strings.HasPrefix(name, "CGO_")
}

// describe writes the go command's file, the module files as edit leaves them, and the variables of
// the environment that choose picks, as it returns them.
func (k *keep) describe(h io.Writer, goCommand string, choose func(name, pair string) (string, bool), edit func([]byte) []byte) error {
	info, err := os.Stat(goCommand)
	if err != nil {
		return err
	}
	fmt.Fprintln(h, goCommand, info.Size(), info.ModTime().UnixNano())
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		data, err := os.ReadFile(filepath.Join(k.dir, name))
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		data = edit(data)
		fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
	}
	env := os.Environ()
	slices.Sort(env)
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		if pair, ok := choose(name, pair); ok {
			fmt.Fprintln(h, pair)
		}
	}
	return nil
}

// mainFile is main.go as it stands.
type mainFile struct {
	text    []byte
	digest  string
	imports []string // sorted
}

func readMain(path string) (mainFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return mainFile{}, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
	if err != nil {
		return mainFile{}, err
	}
	m := mainFile{text: text}
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return mainFile{}, err
		}
		m.imports = append(m.imports, p)
	}
	slices.Sort(m.imports)
	sum := sha256.Sum256(text)
	m.digest = hex.EncodeToString(sum[:])
	return m, nil
}

// within reports whether all of a are in b, which is sorted.
func within(a, b []string) bool {
	for _, x := range a {
		if _, found := slices.BinarySearch(b, x); !found {
			return false
		}
	}
	return true
}
