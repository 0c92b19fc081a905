package gocell

import (
	"slices"
	"strings"

	"flowbook/ml/module"
)

// plainNames are packages of the standard library, by the names by which goimports finds them, that
// do nothing when they are imported. Where another package has the name and much of the contents,
// as github.com/pkg/errors and golang.org/x/exp/slices have, the package that goimports finds for
// one cell depends on the names that another cell uses.
var plainNames = []string{
	"bufio", "bytes", "filepath", "fmt", "io", "math", "os", "regexp", "sort", "strconv", "strings", "sync", "time", "unicode", "utf8",
}

// inert reports whether a package that only an earlier cell uses leaves all other cells unaffected,
// except those that call one of detectors.
func inert(path string) bool {
	return slices.ContainsFunc([]string{module.Self + "/ml", "github.com/go-gota/gota", "github.com/janpfeifer/gonb/gonbui", "github.com/janpfeifer/must"}, func(p string) bool {
		return path == p || strings.HasPrefix(path, p+"/")
	})
}

// plainImport reports whether a package does nothing when it is imported, as far as can be told
// from its path: packages of the standard library that register nothing.
func plainImport(path string) bool {
	if !IsStd(path) {
		return false
	}
	first, _, _ := strings.Cut(path, "/")
	return !slices.Contains([]string{"image", "crypto", "net", "expvar", "embed", "plugin", "testing", "database", "hash"}, first) && path != "time/tzdata"
}

// packagesUsed are the packages, of those that are imported by name, without which the cell's
// program would do if it were not for the cell.
func packagesUsed(c *Cell, known map[string]*Decl) map[string]bool {
	own, paths := c.Names(), map[string]bool{}
	for _, u := range append(slices.Clip(c.Decls), c.Body) {
		if u == nil {
			continue
		}
		for name := range u.Idents {
			if d := own[name]; d != nil {
				paths[d.Path] = true
			} else if d := known[name]; d != nil {
				paths[d.Path] = true
			}
		}
	}
	delete(paths, "")
	return paths
}
