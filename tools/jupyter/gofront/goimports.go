package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"flowbook/tools/gocell"
)

// importsFile stores the imports that GoNB has collected from all cells. goimports reduces them to
// those that the present cell uses.
const importsFile = "imports.json"

// goimportsFile stores what goimports did last.
const goimportsFile = "goimports.json"

// builtMark is printed in place of goimports, which prints nothing, if the program that main.go
// will become is there. The kernel then skips go get and go build (see changes.go in package
// jupyter).
const builtMark = "built"

// arranged is a main.go as GoNB composed it and as goimports left it.
type arranged struct {
	From   string // digest
	World  string
	Result string
}

// goimports puts a main.go in order that it has seen before. The imports that goimports adds from
// the standard library depend only on the file; a package that it found elsewhere it must look for
// again.
func (k *keep) goimports(path string) bool {
	before, err := readMain(path)
	if err != nil {
		return false
	}
	world, err := k.world(k.real)
	if err != nil {
		return false
	}
	var kept arranged
	if k.load(goimportsFile, &kept) && kept.From == before.digest && kept.World == world {
		if os.WriteFile(path, []byte(kept.Result), 0o600) != nil {
			return false
		}
		if k.there(path, kept.From) {
			writeGraph(nil)
			fmt.Print(builtMark)
		}
		return true
	}
	k.forget(goimportsFile)
	k.store(importsFile, before.imports)
	if text, ok := fixImports(before.text); ok && k.alone() {
		if os.WriteFile(path, text, 0o600) != nil {
			return false
		}
		k.store(goimportsFile, arranged{before.digest, world, string(text)})
		if filepath.Base(path) == "main.go" && k.takeFrom(before) {
			writeGraph(nil)
			fmt.Print(builtMark)
		}
		return true
	}
	run := func() error { return exec.Command(k.real, "-w", path).Run() }
	if v, ok := vendor(); ok {
		run = func() error { return v.goimports(k, path) }
	}
	if run() != nil {
		return false // it runs again, so that the user sees its messages
	}
	after, err := readMain(path)
	if err != nil {
		return true
	}
	for _, p := range after.imports {
		if !within([]string{p}, before.imports) && !gocell.IsStd(p) {
			return true
		}
	}
	k.store(goimportsFile, arranged{before.digest, world, string(after.text)})
	return true
}

// there reports whether the program that was last built is that of the file in path, as GoNB
// composed it at first, and still right.
func (k *keep) there(path, from string) bool {
	if os.Getenv(envGuard) != "" || filepath.Base(path) != "main.go" {
		return false
	}
	goCommand, err := realProgram("go")
	if err != nil {
		return false
	}
	world, err := k.world(goCommand)
	if err != nil {
		return false
	}
	b, ok := k.last(world)
	if !ok || b.From != from {
		return false
	}
	now, ok := statOf(b.Path)
	return ok && now == b.Program
}

// alone reports whether main.go is the only source file of the kernel's folder.
func (k *keep) alone() bool {
	entries, err := os.ReadDir(k.dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isSource(e.Name()) && e.Name() != "main.go" })
}
