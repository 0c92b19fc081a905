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

	"golang.org/x/mod/modfile"
)

// stamp digests names, sizes and times of the files from which packages are built: all in their folders, and all below those in embedding, whose
// packages may embed them; and of the modules' go.mod and go.sum. Of the kernel's folder, own, main.go and the program are left out.
//
// It returns the newest of the times, too: a file of that moment may have been written after it was read.
func stamp(modules, dirs, embedding []string, own string) (digest string, newest time.Time, err error) {
	h := sha256.New()
	note := func(path string, info fs.FileInfo) {
		if t := info.ModTime(); t.After(newest) {
			newest = t
		}
		fmt.Fprintf(h, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	var walk func(dir string, embeds, top bool) error
	walk = func(dir string, embeds, top bool) error {
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
			case e.IsDir() && embeds && !slices.Contains([]string{".git", ".hg", ".svn", ".bzr"}, e.Name()): // even testdata can be embedded
				if err := walk(path, true, false); err != nil {
					return err
				}
			case e.IsDir() || !embeds && strings.HasSuffix(path, "_test.go"):
			default:
				info, err := os.Stat(path) // of what a link names
				if err != nil {
					return err
				}
				note(path, info)
			}
		}
		return nil
	}
	for _, dir := range modules {
		for _, name := range []string{"go.mod", "go.sum"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
				note(filepath.Join(dir, name), info)
			}
		}
	}
	for _, dir := range dirs {
		if err := walk(dir, slices.Contains(embedding, dir), true); err != nil {
			return "", newest, err
		}
	}
	entries, err := os.ReadDir(own)
	if err != nil {
		return "", newest, err
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); e.Name() == "main.go" || ext != ".go" && ext != ".s" && ext != ".c" && ext != ".h" && ext != ".syso" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return "", newest, err
		}
		note(e.Name(), info)
	}
	return hex.EncodeToString(h.Sum(nil)), newest, nil
}

// embeds reports whether a Go file in a folder may embed others. Those that do are among the files that stamp notes.
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

// localModules maps the paths of the modules that are built from folders to these folders: those that the kernel's go.work uses, and
// what go.work and their go.mod files replace by folders. It says no if one has a vendor folder, whose packages look like others'.
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

// localDir is the folder of a package that is built from one; "" for a package of the module cache or of Go. A folder that is not there
// makes it unsure.
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
