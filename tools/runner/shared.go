package runner

import (
	"fmt"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/module"
)

// sharing lets neighbouring cells of a GoNB notebook share a program. GoNB compiles and links a program for each cell, from the declarations of all
// cells so far and the cell's own body; that is most of what a notebook's run takes. The cells of a group are sent, one after the other as ever, as
// one source with all their declarations and a main that executes the body of the one that is meant, which its argument names: the source being
// the same, it is compiled once, and each cell runs in a process of its own as before.
//
// A cell joins the group before it only where the programs of that group mean the same with its declarations as without: see joins. Whatever
// else differs from cell to cell, commands for GoNB, a main of its own, a failure that is expected, is sent as it is; and if a group cannot be compiled, the
// rest of the notebook is, so that an error is reported at its cell, and cells before it have run.
type sharing struct {
	cells []*cellCode
	group []*group // by index in the plan; nil for a cell that is sent as it is
}

// group is cells that share a program.
type group struct {
	members []int
	closed  bool            // nothing may join: a cell names something that nobody has declared so far
	names   map[string]bool // that its cells take from elsewhere, and may take
}

// newSharing forms the groups.
func newSharing(s *session) *sharing {
	sh := &sharing{group: make([]*group, len(s.plan))}
	known := map[string]*unit{} // what is declared so far, by name
	var g *group
	for i, t := range s.plan {
		c := &cellCode{}
		if t.res.Status != Skipped {
			c = readCellCode(t.cell.Source)
		}
		sh.cells = append(sh.cells, c)
		switch {
		case t.res.Status == Skipped || c.harmless():
			continue
		case !c.shareable() || t.mayFail || t.expect != nil:
			g = nil
		default:
			free, maybe := c.freeNames()
			if g == nil || g.closed || !g.admits(c, known, free) {
				g = &group{names: map[string]bool{}}
			}
			g.members = append(g.members, i)
			sh.group[i] = g
			own := c.names()
			for name := range free {
				g.names[name] = true
				g.closed = g.closed || known[name] == nil && own[name] == nil && !slices.Contains(plainNames, name)
			}
			for name := range maybe {
				g.names[name] = true
			}
		}
		for name, u := range c.names() {
			known[name] = u
		}
	}
	for i, g := range sh.group {
		if g != nil && len(g.members) == 1 {
			sh.group[i] = nil
		}
	}
	return sh
}

// names are the names by which a cell's declarations are known, packages among them.
func (c *cellCode) names() map[string]*unit {
	names := map[string]*unit{}
	for _, u := range c.units {
		for _, k := range u.keys {
			name := strings.TrimPrefix(k, "import ")
			names[name] = u
			if u.kind == token.IMPORT && name == u.path[strings.LastIndexByte(u.path, '/')+1:] {
				names[packageName(u.path)] = u
			}
		}
	}
	return names
}

// harmless reports whether a cell has nothing to do with Go programs: a script, lines for the shell.
func (c *cellCode) harmless() bool {
	if c.foreign {
		return true
	}
	if c.opaque || len(c.units) > 0 || c.body != nil {
		return false
	}
	return !slices.ContainsFunc(c.commands, func(cmd string) bool { return !strings.HasPrefix(cmd, "!") || strings.HasPrefix(cmd, "!*") })
}

// shareable reports whether a cell can be part of a group at all: Go that does not look at its arguments, and nothing else.
func (c *cellCode) shareable() bool {
	if c.foreign || c.opaque || c.tangled || len(c.commands) > 0 || c.body != nil && c.bodyLine == 0 || len(strings.Fields(c.args)) > 1 {
		return false
	}
	for _, u := range append(slices.Clip(c.units), c.body) {
		if u != nil && (u.idents["flag"] || u.selectors[[2]string{"os", "Args"}]) {
			return false
		}
	}
	return len(c.units) > 0 || c.body != nil
}

// admits reports whether the programs of a group mean the same with the declarations of cell c as without. They do unless it
//   - declares a variable or an init function, which every program would execute,
//   - declares anew what is there already, or a name that the group takes from elsewhere, Go's own names included,
//   - gives a method to a type of a cell before, which may change how its values are shown,
//   - imports a package that may do more than be there when it is imported.
func (g *group) admits(c *cellCode, known map[string]*unit, free map[string]bool) bool {
	own := c.names()
	for _, u := range c.units {
		switch {
		case u.kind == token.IMPORT:
			name := strings.TrimPrefix(u.keys[0], "import ")
			if old := known[name]; old != nil && old.kind == token.IMPORT && old.path == u.path {
				continue
			}
			if name == "." || name == "_" || known[name] != nil || g.names[name] || g.names[packageName(u.path)] || !plainImport(u.path) {
				return false
			}
		case u.kind == token.VAR || u.always:
			return false
		default:
			for _, k := range u.keys {
				if receiver, _, method := strings.Cut(k, "~"); method && own[receiver] == nil {
					return false
				}
				if known[k] != nil || g.names[k] || types.Universe.Lookup(k) != nil {
					return false
				}
			}
		}
	}
	for name := range free { // of packages that goimports will find
		if known[name] == nil && own[name] == nil && !slices.Contains(plainNames, name) {
			return false
		}
	}
	return true
}

// plainNames are packages of the standard library, by the names by which goimports finds them, that do nothing when they are imported.
var plainNames = []string{
	"bufio", "bytes", "cmp", "context", "errors", "filepath", "fmt", "io", "maps", "math", "os", "regexp", "slices", "sort", "strconv", "strings", "sync",
	"time", "unicode", "utf8",
}

// plainImport reports whether a package only is there when it is imported, as far as can be told from its path: packages of the standard library that
// register nothing.
func plainImport(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	if strings.Contains(first, ".") || module.Contains(path) || path == "C" {
		return false
	}
	return !slices.Contains([]string{"image", "crypto", "net", "expvar", "embed", "plugin", "testing", "database", "time/tzdata", "hash"}, first) && path != "time/tzdata"
}

// compose makes what is sent for cell i: its own source, or the one that its group shares. It says, too, where each line comes from.
func (sh *sharing) compose(s *session, i int) (source string, places []place) {
	g := sh.group[i]
	if g == nil {
		return s.plan[i].cell.Source, nil
	}
	var lines []string
	for _, imports := range []bool{true, false} { // Go wants them first
		sent := map[string]bool{}
		for _, m := range g.members {
			for _, u := range sh.cells[m].units {
				if (u.kind == token.IMPORT) == imports && !(imports && sent[u.text]) {
					lines, places = u.append(lines, places, s.plan[m].res.Number)
					sent[u.text] = true
				}
			}
		}
	}
	lines, places = appendText(lines, places, fmt.Sprintf("%%%% %d", i), place{})
	for _, m := range g.members {
		if c := sh.cells[m]; c.body != nil {
			lines, places = appendText(lines, places, fmt.Sprintf("if flag.Arg(0) == \"%d\" {", m), place{})
			lines, places = appendText(lines, places, c.body.text, place{s.plan[m].res.Number, c.bodyLine})
			lines, places = appendText(lines, places, "}", place{})
		}
	}
	return strings.Join(lines, "\n"), places
}

// ran matches GoNB's reply to a cell that was compiled and failed.
var ran = regexp.MustCompile(`^(exit status \d+|signal: .*)$`)

// refused reports whether the cell has failed because the program of its group could not be made. The groups are given up then.
func (sh *sharing) refused(i int, t *task) bool {
	if sh.group[i] == nil || t.reply.Status != "error" || ran.MatchString(t.reply.EValue) {
		return false
	}
	clear(sh.group)
	return true
}
