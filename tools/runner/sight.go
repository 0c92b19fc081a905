package runner

import (
	"slices"
	"strings"

	"flowbook/tools/gocell"
)

// seeing is by what a program can tell in which group it is: its arguments, its lines and the names of its closures, and what the packages that only
// other cells use have registered. A package without names is one of which nothing may be used.
var seeing = map[string][]string{
	"flag": nil, "os": {"Args"}, "log": {"Lshortfile", "Llongfile"}, "log/slog": {"HandlerOptions"},
	"runtime": {"Caller", "Callers", "CallersFrames", "FuncForPC", "NumGoroutine", "Stack"}, "runtime/debug": {"PrintStack", "ReadBuildInfo", "Stack"}, "runtime/pprof": nil,
	"image": {"Decode", "DecodeConfig"}, "encoding/gob": nil, "crypto": nil,
	"github.com/pkg/errors": nil, "k8s.io/klog/v2": nil, // they put out lines
}

// sees reports whether a declaration can tell in which program it is.
func sees(u *gocell.Decl, path func(name string) string) bool {
	if name, ok := strings.CutPrefix(u.Keys[0], "import "); ok {
		_, ok := seeing[u.Path]
		return ok && name == "." || name == "flag" && u.Path != "flag" // a group's main asks it
	}
	if slices.Contains(u.Keys, "flag") {
		return true
	}
	for sel := range u.Selectors {
		names, ok := seeing[path(sel[0])]
		if ok && (names == nil || slices.Contains(names, sel[1])) {
			return true
		}
	}
	return false
}

// declaresSight reports whether a cell declares something by which it, and each cell after it, can tell in which program it is.
func declaresSight(c *gocell.Cell, known map[string]*gocell.Decl) bool {
	path := pathOf(c, known)
	return slices.ContainsFunc(c.Decls, func(u *gocell.Decl) bool { return sees(u, path) })
}

// pathOf tells the package that a name stands for in a cell; "" if it stands for something else. Of names that goimports must find, it knows Go's own.
func pathOf(c *gocell.Cell, known map[string]*gocell.Decl) func(name string) string {
	own := c.Names()
	return func(name string) string {
		u := own[name]
		if u == nil {
			u = known[name]
		}
		if u != nil {
			return u.Path
		}
		for path := range seeing {
			if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") && gocell.PackageName(path) == name {
				return path
			}
		}
		return ""
	}
}
