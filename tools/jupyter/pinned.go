package jupyter

import (
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"flowbook/ml/module"
)

// findPinned returns the folder of the module whose go.mod has GoNB among its tools, with the
// version that the user wants; "" if none has. It also checks the module files, so that their
// faults are reported here and not by a kernel that does not start.
func findPinned(space *module.Workspace) (string, error) {
	dir, pinned := "", ""
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
		if v := mod.Require[i].Mod.Version; pinned != "" && v != pinned {
			return "", fmt.Errorf("two versions of GoNB are asked for, %s by %s and %s by %s: make them one, or drop one tool line", pinned, filepath.Join(dir, "go.mod"), v, name)
		} else if pinned == "" {
			dir, pinned = m.Dir, v
		}
	}
	return dir, nil
}

// checkGo says which go.mod asks for a newer Go than there is. The go command would say it when the
// kernel starts.
func checkGo(space *module.Workspace, have string) error {
	for _, m := range space.Modules {
		name := filepath.Join(m.Dir, "go.mod")
		data, err := os.ReadFile(name)
		if err != nil {
			continue // of a replaced module that no cell may ever import
		}
		mod, err := modfile.ParseLax(name, data, nil)
		if err != nil || mod.Go == nil {
			continue
		}
		if have, _, _ := strings.Cut(have, " "); version.Compare("go"+mod.Go.Version, have) > 0 {
			return fmt.Errorf("%s asks for go %s and this is %s, which is too old: install a newer one from https://go.dev/dl, or let the go command fetch it with GOTOOLCHAIN=auto", name, mod.Go.Version, have)
		}
	}
	return nil
}

// firstOf is the first of the errors that a file has.
func firstOf(err error) error {
	if list, ok := err.(modfile.ErrorList); ok && len(list) > 0 {
		return &list[0]
	}
	return err
}

// GoNBVersion is the version of GoNB that is built where no go.mod pins another.
func GoNBVersion() string {
	files, err := kernelFiles()
	if err != nil {
		return ""
	}
	mod, err := modfile.Parse("go.mod", files["go.mod"], nil)
	if err != nil {
		return ""
	}
	for _, r := range mod.Require {
		if r.Mod.Path == goNBPackage {
			return r.Mod.Version
		}
	}
	return ""
}
