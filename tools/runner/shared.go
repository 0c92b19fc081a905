package runner

import (
	"fmt"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
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
	cells []*gocell.Cell
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
	known := map[string]*gocell.Decl{} // what is declared so far, by name
	var g *group
	for i, t := range s.plan {
		c := &gocell.Cell{}
		if t.res.Status != Skipped {
			c = gocell.Read(t.cell.Source)
		}
		sh.cells = append(sh.cells, c)
		switch {
		case t.res.Status == Skipped || harmless(c):
			continue
		case !shareable(c) || t.mayFail || t.expect != nil:
			g = nil
		default:
			free, maybe := c.FreeNames()
			if g == nil || g.closed || !g.admits(c, known, free) {
				g = &group{names: map[string]bool{}}
			}
			g.members = append(g.members, i)
			sh.group[i] = g
			own := c.Names()
			for name := range free {
				g.names[name] = true
				g.closed = g.closed || known[name] == nil && own[name] == nil && !slices.Contains(plainNames, name)
			}
			for name := range maybe {
				g.names[name] = true
			}
		}
		for name, u := range c.Names() {
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

// harmless reports whether a cell has nothing to do with Go programs: a script, lines for the shell.
func harmless(c *gocell.Cell) bool {
	if c.Foreign {
		return true
	}
	if c.Opaque || len(c.Decls) > 0 || c.Body != nil {
		return false
	}
	return !slices.ContainsFunc(c.Commands, func(cmd string) bool { return !strings.HasPrefix(cmd, "!") || strings.HasPrefix(cmd, "!*") })
}

// shareable reports whether a cell can be part of a group at all: Go that does not look at its arguments, and nothing else.
func shareable(c *gocell.Cell) bool {
	if c.Foreign || c.Opaque || c.Tangled || len(c.Commands) > 0 || c.Body != nil && c.BodyLine == 0 || len(strings.Fields(c.Args)) > 1 {
		return false
	}
	for _, u := range append(slices.Clip(c.Decls), c.Body) {
		if u != nil && (u.Idents["flag"] || u.Selectors[[2]string{"os", "Args"}]) {
			return false
		}
	}
	return len(c.Decls) > 0 || c.Body != nil
}

// admits reports whether the programs of a group mean the same with the declarations of cell c as without. They do unless it
//   - declares a variable or an init function, which every program would execute,
//   - declares anew what is there already, or a name that the group takes from elsewhere, Go's own names included,
//   - gives a method to a type of a cell before, which may change how its values are shown,
//   - imports a package that may do more than be there when it is imported.
func (g *group) admits(c *gocell.Cell, known map[string]*gocell.Decl, free map[string]bool) bool {
	own := c.Names()
	for _, u := range c.Decls {
		switch {
		case u.Kind == token.IMPORT:
			name := strings.TrimPrefix(u.Keys[0], "import ")
			if old := known[name]; old != nil && old.Kind == token.IMPORT && old.Path == u.Path {
				continue
			}
			if name == "." || name == "_" || known[name] != nil || g.names[name] || g.names[gocell.PackageName(u.Path)] || !plainImport(u.Path) {
				return false
			}
		case u.Kind == token.VAR || u.Always:
			return false
		default:
			for _, k := range u.Keys {
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
			for _, u := range sh.cells[m].Decls {
				if (u.Kind == token.IMPORT) == imports && !(imports && sent[u.Text]) {
					lines, places = appendDecl(lines, places, u, s.plan[m].res.Number)
					sent[u.Text] = true
				}
			}
		}
	}
	lines, places = appendText(lines, places, fmt.Sprintf("%%%% %d", i), place{})
	for _, m := range g.members {
		if c := sh.cells[m]; c.Body != nil {
			lines, places = appendText(lines, places, fmt.Sprintf("if flag.Arg(0) == \"%d\" {", m), place{})
			lines, places = appendText(lines, places, c.Body.Text, place{s.plan[m].res.Number, c.BodyLine})
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
