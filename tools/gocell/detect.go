package gocell

import "slices"

// detectors are the names by which a program can detect which program it is: its arguments, its
// lines and the names of its closures, and the registrations of packages that only other cells use.
// With no names, the whole package is a detector.
var detectors = map[string][]string{
	"flag": nil, "os": {"Args"}, "log": {"Lshortfile", "Llongfile"}, "log/slog": {"HandlerOptions"},
	"runtime": {"Caller", "Callers", "CallersFrames", "FuncForPC", "NumGoroutine", "Stack"}, "runtime/debug": {"PrintStack", "ReadBuildInfo", "Stack"}, "runtime/pprof": nil,
	"image": {"Decode", "DecodeConfig"}, "encoding/gob": nil, "crypto": nil,
	"github.com/pkg/errors": nil, "k8s.io/klog/v2": nil, // they put out lines
}

// registries are the names by which a program can detect which packages it is linked with.
var registries = map[string][]string{
	"flag": {"CommandLine", "Lookup", "PrintDefaults", "Usage", "Visit", "VisitAll"}, "image": {"Decode", "DecodeConfig"}, "encoding/gob": nil, "crypto": nil, "expvar": nil,
	"database/sql": nil, "runtime": {"NumGoroutine", "Stack", "ReadMemStats"}, "runtime/debug": nil, "runtime/metrics": nil, "runtime/pprof": nil, "net/http": nil, "plugin": nil,
}

// detects reports whether a declaration can detect in which program it is. path tells the packages
// that a name may stand for.
func detects(u *Decl, path func(name string) []string) bool {
	if u.Path != "" {
		_, ok := detectors[u.Path]
		return ok && u.name() == "." || u.name() == "flag" && u.Path != "flag" // a group's main asks it
	}
	if slices.Contains(u.Keys, "flag") {
		return true
	}
	return selects(u, path, detectors)
}

// selects reports whether a declaration uses a listed name of a package, any name of one that is
// listed without.
func selects(u *Decl, path func(name string) []string, list map[string][]string) bool {
	for sel := range u.Selectors {
		for _, p := range path(sel[0]) {
			if names, ok := list[p]; ok && (names == nil || slices.Contains(names, sel[1])) {
				return true
			}
		}
	}
	return false
}

// declaresDetector reports whether a cell declares something by which it, and each cell after it,
// can detect in which program it is.
func (c *Cell) declaresDetector(known map[string]*Decl) bool {
	path := pathOf(c, known)
	return slices.ContainsFunc(c.Decls, func(u *Decl) bool { return detects(u, path) })
}

// pathOf tells the packages that a name may stand for in a cell; none if it stands for something
// else. Of names that goimports must find, it knows Go's own.
func pathOf(c *Cell, known map[string]*Decl) func(name string) []string {
	own := c.Names()
	return func(name string) []string {
		u := own[name]
		if u == nil {
			u = known[name]
		}
		switch {
		case u == nil:
			return Std(name)
		case u.Path != "":
			return []string{u.Path}
		}
		return nil
	}
}
