package jupyter

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"flowbook/ml/module"
)

// findPinned returns the folder of the module whose go.mod has GoNB among its tools, with the version that the user wants; "" if none has. It also
// reads the module files for what is wrong with them, so that this is said here and not by a kernel that does not start.
func findPinned(space *module.Workspace) (string, error) {
	dir, version := "", ""
	for _, m := range space.Modules {
		if !m.Main {
			continue
		}
		name := filepath.Join(m.Dir, "go.mod")
		data, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		mod, err := modfile.Parse(name, data, nil)
		if err != nil {
			return "", fmt.Errorf("%w (mend that line; https://go.dev/ref/mod has the form)", firstOf(err))
		}
		if !slices.ContainsFunc(mod.Tool, func(t *modfile.Tool) bool { return t.Path == goNBPackage }) {
			continue
		}
		i := slices.IndexFunc(mod.Require, func(r *modfile.Require) bool { return r.Mod.Path == goNBPackage })
		if i < 0 {
			return "", fmt.Errorf("%s has %s as a tool and does not require it: run go mod tidy there", name, goNBPackage)
		}
		if v := mod.Require[i].Mod.Version; version != "" && v != version {
			return "", fmt.Errorf("two versions of GoNB are asked for, %s by %s and %s by %s: make them one, or drop one tool line", version, filepath.Join(dir, "go.mod"), v, name)
		} else if version == "" {
			dir, version = m.Dir, v
		}
	}
	return dir, nil
}

// firstOf is the first of the errors that a file has.
func firstOf(err error) error {
	if list, ok := err.(modfile.ErrorList); ok && len(list) > 0 {
		return &list[0]
	}
	return err
}
