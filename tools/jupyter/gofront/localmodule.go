package main

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// localModules maps the paths of the modules that are built from folders to these folders: those
// that the kernel's go.work uses, and the modules that go.work and their go.mod files replace by
// folders. It says no if one has a vendor folder, whose packages look like others'.
func localModules(own string) (map[string]string, bool) {
	dirs := []string{own}
	replaced := map[string]string{}
	replace := func(base string, rs []*modfile.Replace) {
		for _, r := range rs {
			if r.New.Version == "" {
				dir := filepath.FromSlash(r.New.Path)
				if !filepath.IsAbs(dir) {
					dir = filepath.Join(base, dir)
				}
				replaced[r.Old.Path] = dir
			}
		}
	}
	if data, err := os.ReadFile(filepath.Join(own, "go.work")); err == nil {
		work, err := modfile.ParseWork("go.work", data, nil)
		if err != nil {
			return nil, false
		}
		for _, use := range work.Use {
			dir := filepath.FromSlash(use.Path)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(own, dir)
			}
			dirs = append(dirs, dir)
		}
		replace(own, work.Replace)
	}
	modules := map[string]string{}
	for _, dir := range dirs {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			return nil, false
		}
		mod, err := modfile.Parse("go.mod", data, nil)
		if err != nil || mod.Module == nil {
			return nil, false
		}
		modules[mod.Module.Mod.Path] = dir
		replace(dir, mod.Replace)
	}
	for path, dir := range replaced {
		if _, used := modules[path]; !used {
			modules[path] = dir
		}
	}
	for _, dir := range modules {
		if _, err := os.Stat(filepath.Join(dir, "vendor")); err == nil {
			return nil, false
		}
	}
	return modules, true
}

// localDir is the folder of a package that is built from one; "" for a package of the module cache
// or of Go. A folder that is not there makes it unsure.
func localDir(modules map[string]string, pkg string) (dir string, sure bool) {
	longest := ""
	for path := range modules {
		if (pkg == path || strings.HasPrefix(pkg, path+"/")) && len(path) > len(longest) {
			longest = path
		}
	}
	if longest == "" {
		return "", true
	}
	dir = filepath.Join(modules[longest], filepath.FromSlash(strings.TrimPrefix(pkg, longest)))
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir()
}
