package main

import (
	"bytes"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"flowbook/ml/module"
)

// replaces adds the replacements of the user's go.work to the kernel's: GoNB makes it from folders
// alone. Unreadable files are for the go command to report.
func (k *keep) replaces() {
	theirs := os.Getenv(module.EnvGoWork)
	data, err := os.ReadFile(theirs)
	if err != nil || !bytes.Contains(data, []byte("replace")) {
		return
	}
	from, err := modfile.ParseWork(theirs, data, nil)
	if err != nil {
		return
	}
	ours := filepath.Join(k.dir, "go.work")
	before, err := os.ReadFile(ours)
	if err != nil {
		return
	}
	to, err := modfile.ParseWork(ours, before, nil)
	if err != nil {
		return
	}
	for _, r := range from.Replace {
		path := r.New.Path
		if r.New.Version == "" && !filepath.IsAbs(filepath.FromSlash(path)) {
			path = filepath.Join(filepath.Dir(theirs), filepath.FromSlash(path))
		}
		if to.AddReplace(r.Old.Path, r.Old.Version, path, r.New.Version) != nil {
			return
		}
	}
	if after := modfile.Format(to.Syntax); !bytes.Equal(before, after) {
		_ = os.WriteFile(ours, after, 0o600) // the go command will miss it
	}
}
