package runner

import (
	"fmt"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"flowbook/tools/gocell"
)

// sharing lets neighbouring cells of a GoNB notebook share a program. GoNB compiles and links a program for each cell, from the declarations of all
// cells so far and the cell's own body; that is most of what a notebook's run takes. The cells of a group are sent, one after the other as ever, as
// one source with all their declarations and a main that executes the body of the one that is meant, which its argument names: the source being
// the same, it is compiled once, and each cell runs in a process of its own as before.
//
// A cell joins the group before it only where the programs of that group mean the same with its declarations as without (see admits) and none of them
// can tell (see seeing). Whatever else differs from cell to cell, commands for GoNB, a main of its own, a failure that is expected, is sent as it is; and
// if a group cannot be compiled, the rest of the notebook is, so that an error is reported at its cell, and cells before it have run.
type sharing struct {
	cells []*gocell.Cell
	group []*group // by index in the plan; nil for a cell that is sent as it is
}

// group is cells that share a program.
type group struct {
	members []int
	closed  bool            // nothing may join: a cell names something that nobody has declared so far
	names   map[string]bool // that its cells take from elsewhere, and may take
	paths   map[string]bool // of the packages that its cells use
	size    int             // of its main
}

// newSharing forms the groups.
func newSharing(s *session) *sharing {
	sh := &sharing{group: make([]*group, len(s.plan))}
	known := map[string]*gocell.Decl{} // what is declared so far, by name
	blind := true                      // no declaration so far sees in which program it is
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
		case !blind || !shareable(c) || t.mayFail || t.expect != nil || c.Body != nil && sees(c.Body, pathOf(c, known)) || declaresSight(c, known):
			g = nil
		default:
			free, maybe := c.FreeNames()
			paths := uses(c, known)
			size := 0
			if c.Body != nil {
				size = c.Body.Size
			}
			if g == nil || g.closed || g.size+size > maxMain || !g.admits(c, known, free, paths) {
				g = &group{names: map[string]bool{}, paths: map[string]bool{}}
			}
			g.members = append(g.members, i)
			g.size += size
			sh.group[i] = g
			own := c.Names()
			for path := range paths {
				g.paths[path] = true
			}
			for name := range free {
				g.names[name] = true
				g.closed = g.closed || known[name] == nil && own[name] == nil && !slices.Contains(plainNames, name)
			}
			for name := range maybe {
				g.names[name] = true
			}
		}
		blind = blind && !declaresSight(c, known)
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

// shareable reports whether a cell can be part of a group at all: Go without arguments, and nothing else.
func shareable(c *gocell.Cell) bool {
	if c.Foreign || c.Opaque || c.Tangled || c.Altered || len(c.Commands) > 0 || c.Body != nil && c.BodyLine == 0 || len(strings.Fields(c.Args)) > 1 {
		return false
	}
	return len(c.Decls) > 0 || c.Body != nil
}

// maxMain is how large the main of a group may become, in nodes of its syntax tree. The compiler inlines less in a function of more than 5000 nodes,
// which are not quite these: a cell's loop would be slower, and the trace of a panic another one.
const maxMain = 3000

// admits reports whether the programs of a group mean the same with the declarations of cell c as without. They do unless it
//   - declares a variable or an init function, which every program would execute,
//   - declares anew what is there already, or a name that the group takes from elsewhere, Go's own names included,
//   - gives a method to a type of a cell before, under whatever name, which may change how its values are shown,
//   - imports a package that may do more than be there when it is imported, or is the first to use it: GoNB leaves out what a program does not use.
func (g *group) admits(c *gocell.Cell, known map[string]*gocell.Decl, free, paths map[string]bool) bool {
	own := c.Names()
	for path := range paths {
		if !g.paths[path] && !plainImport(path) && !inert(path) {
			return false
		}
	}
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
				if receiver, _, method := strings.Cut(k, "~"); method && (own[receiver] == nil || strings.Contains(own[receiver].Text, "=")) {
					return false // its own type may be an alias
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
