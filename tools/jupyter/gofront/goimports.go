package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"flowbook/tools/gocell"
)

// importsFile stores the imports that GoNB has collected from all cells. goimports reduces them to
// those that the present cell uses.
const importsFile = "imports.json"

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
	const name = "goimports.json"
	before, err := readMain(path)
	if err != nil {
		return false
	}
	world, err := k.world(k.real)
	if err != nil {
		return false
	}
	var kept arranged
	if k.load(name, &kept) && kept.From == before.digest && kept.World == world {
		return os.WriteFile(path, []byte(kept.Result), 0o600) == nil
	}
	k.forget(name)
	k.store(importsFile, before.imports)
	if text, ok := fixImports(before.text); ok && k.alone() {
		if os.WriteFile(path, text, 0o600) != nil {
			return false
		}
		k.store(name, arranged{before.digest, world, string(text)})
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
	k.store(name, arranged{before.digest, world, string(after.text)})
	return true
}

// alone reports whether main.go is the only Go file beside it.
func (k *keep) alone() bool {
	files, err := filepath.Glob(filepath.Join(k.dir, "*.go"))
	return err == nil && len(files) == 1
}
