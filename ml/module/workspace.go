package module

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Workspace is the modules whose packages are built from folders, and so may change: the one in
// Root, those that its go.work uses, and those that either replaces by folders. Packages of a
// vendor folder count, too.
type Workspace struct {
	Root    string
	GoWork  string // the go.work in force, "" for none
	Modules []Folder
	vendor  string // the folder, "" for none
}

// Folder is a module that is built from a folder.
type Folder struct {
	Path string // import path
	Dir  string // absolute
	Main bool   // the root's, or used by go.work; any other is replaced by the folder
}

// Open reads the module files of root, an absolute path as Root returns it, and of the folders that
// they name.
//
// A go.work is in force as for the go command: $GOWORK, or the nearest one at or above root. One
// that does not use root's module is passed over, as with GOWORK=off.
func Open(root string) (*Workspace, error) {
	w := &Workspace{Root: root}
	own, err := readModFile(filepath.Join(root, "go.mod"))
	alone := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the module: %w", err)
	}
	work, err := w.findGoWork(alone)
	if err != nil {
		return nil, fmt.Errorf("read the workspace: %w", err)
	}
	replaced := map[string]string{}
	add := func(dir string, f modFile) error {
		if f.module == "" {
			return fmt.Errorf("read the module: %s does not say the module's name (module example.com/name)", filepath.Join(dir, "go.mod"))
		}
		w.Modules = append(w.Modules, Folder{f.module, dir, true})
		for _, r := range f.replaces {
			if _, ok := replaced[r.path]; !ok {
				replaced[r.path] = resolve(dir, r.dir)
			}
		}
		return nil
	}
	if w.GoWork != "" {
		dir := filepath.Dir(w.GoWork)
		for _, r := range work.replaces {
			replaced[r.path] = resolve(dir, r.dir)
		}
		for _, use := range work.uses {
			used := resolve(dir, use)
			f, err := readModFile(filepath.Join(used, "go.mod"))
			if err == nil {
				err = add(used, f)
			}
			if err != nil {
				return nil, fmt.Errorf("%s uses %s: %w", w.GoWork, use, err)
			}
		}
	} else if !alone {
		return nil, fmt.Errorf("read the module: %w in %s", ErrNone, root)
	} else if err := add(root, own); err != nil {
		return nil, err
	}
	for modPath, dir := range replaced {
		if !slices.ContainsFunc(w.Modules, func(m Folder) bool { return m.Path == modPath }) {
			w.Modules = append(w.Modules, Folder{modPath, dir, false})
		}
	}
	slices.SortFunc(w.Modules, func(a, b Folder) int { return cmp.Compare(a.Path, b.Path) })
	base := root
	if w.GoWork != "" {
		base = filepath.Dir(w.GoWork)
	}
	if _, err := os.Stat(filepath.Join(base, "vendor", "modules.txt")); err == nil {
		w.vendor = filepath.Join(base, "vendor")
	}
	return w, nil
}

// Vendor is the folder of vendored packages, "" where there is none.
func (w *Workspace) Vendor() string { return w.vendor }

// findGoWork sets GoWork. A module may stand alone, without one.
func (w *Workspace) findGoWork(alone bool) (modFile, error) {
	env := cmp.Or(os.Getenv(EnvGoWork), os.Getenv("GOWORK"))
	if env == "off" && alone {
		return modFile{}, nil
	}
	if filepath.IsAbs(env) {
		f, err := readModFile(env)
		if err == nil && alone && !w.used(env, f) {
			return modFile{}, nil
		}
		w.GoWork = env
		return f, err
	}
	for at := w.Root; ; at = filepath.Dir(at) {
		name := filepath.Join(at, "go.work")
		f, err := readModFile(name)
		switch {
		case err == nil && alone && !w.used(name, f):
			return modFile{}, nil
		case err == nil:
			w.GoWork = name
			return f, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return modFile{}, err
		case filepath.Dir(at) == at:
			return modFile{}, nil
		}
	}
}

// used reports whether a go.work uses the module in root.
func (w *Workspace) used(name string, f modFile) bool {
	own, err := os.Stat(w.Root)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(f.uses, func(use string) bool {
		info, err := os.Stat(resolve(filepath.Dir(name), use))
		return err == nil && os.SameFile(info, own)
	})
}

func resolve(base, dir string) string {
	dir = filepath.FromSlash(dir)
	if filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	return filepath.Join(base, dir)
}

func readModFile(name string) (modFile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return modFile{}, err
	}
	return parseModFile(data), nil
}

// Dir returns the folder of a package that is built from one, and "" for any other: of the standard
// library, of the module cache.
func (w *Workspace) Dir(pkg string) string {
	var in Folder
	for _, m := range w.Modules {
		if (pkg == m.Path || strings.HasPrefix(pkg, m.Path+"/")) && len(m.Path) > len(in.Path) {
			in = m
		}
	}
	if w.vendor != "" && !in.Main {
		dir := filepath.Join(w.vendor, filepath.FromSlash(pkg))
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	if in.Path == "" {
		return ""
	}
	dir := filepath.Join(in.Dir, filepath.FromSlash(strings.TrimPrefix(pkg, in.Path)))
	for at := dir; len(at) > len(in.Dir); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return "" // the folder belongs to a nested module
		}
	}
	return dir
}

// Folder is Dir from the root, with slashes.
func (w *Workspace) Folder(pkg string) string {
	dir := w.Dir(pkg)
	if rel, err := filepath.Rel(w.Root, dir); err == nil {
		dir = rel
	}
	return filepath.ToSlash(dir)
}

// Contains reports whether an import path is that of a package that is built from a folder.
func (w *Workspace) Contains(pkg string) bool { return w.Dir(pkg) != "" }

// Packages returns the import paths of the packages of all these modules, in order, main packages
// included. Vendored packages are left out.
func (w *Workspace) Packages() ([]string, error) {
	var pkgs []string
	for _, m := range w.Modules {
		err := filepath.WalkDir(m.Dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			hidden := e.Name()[0] == '.' || e.Name()[0] == '_'
			if e.IsDir() {
				if name == m.Dir {
					return nil
				}
				_, err := os.Stat(filepath.Join(name, "go.mod"))
				// hidden folders, testdata, vendor and nested modules are skipped
				if hidden || e.Name() == "testdata" || e.Name() == "node_modules" || name == w.vendor || err == nil {
					return fs.SkipDir
				}
				return nil
			}
			if hidden || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			rel, err := filepath.Rel(m.Dir, filepath.Dir(name))
			if err == nil {
				pkgs = append(pkgs, path.Join(m.Path, filepath.ToSlash(rel)))
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("list the packages of %s: %w", m.Path, err)
		}
	}
	slices.Sort(pkgs)
	return slices.Compact(pkgs), nil
}
