package gocell

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Share tells which neighbouring cells can share a program, as lists of their indexes; each cell is
// in at most one, and a cell that cannot share a program is in none. cells[i] is nil for a cell
// that is not executed; alone(i) reports whether cell i must be executed by itself for a reason
// that its source does not show.
//
// A cell joins the cells before it only where their programs mean the same with its declarations as
// without (see fits), and where none of them can detect which program it is in (see detects).
func Share(cells []*Cell, alone func(i int) bool) (groups [][]int) {
	known := map[string]*Decl{} // the declarations so far, by name
	open := true                // no declaration so far detects its program
	var g *group
	end := func() {
		if g != nil && len(g.members) > 1 {
			groups = append(groups, g.members)
		}
		g = nil
	}
	for i, c := range cells {
		if c == nil || c.Apart() {
			continue
		}
		if !open || !c.Shareable() || alone(i) || c.Body != nil && detects(c.Body, pathOf(c, known)) || c.declaresDetector(known) {
			end()
		} else {
			free, maybe := c.FreeNames()
			paths := packagesUsed(c, known)
			size := 0
			if c.Body != nil {
				size = c.Body.Size
			}
			if g == nil || g.closed || g.size+size > maxMain || !g.fits(c, known, free, paths) {
				end()
				g = &group{names: map[string]bool{}, paths: map[string]bool{}}
			}
			g.add(i, c, known, free, maybe, paths, size)
		}
		open = open && !c.declaresDetector(known)
		for name, u := range c.Names() {
			known[name] = u
		}
	}
	end()
	return groups
}

// group is cells that share a program.
type group struct {
	members []int
	closed  bool            // nothing may join: a cell names something that nobody has declared so far
	names   map[string]bool // that its cells take from elsewhere, and may take
	paths   map[string]bool // of the packages that its cells use
	size    int             // of its main
}

func (g *group) add(i int, c *Cell, known map[string]*Decl, free, maybe, paths map[string]bool, size int) {
	g.members = append(g.members, i)
	g.size += size
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

// Apart reports whether a cell has nothing to do with Go programs: a script, lines for the shell.
func (c *Cell) Apart() bool {
	if c.Foreign {
		return true
	}
	if c.Opaque || len(c.Decls) > 0 || c.Body != nil {
		return false
	}
	return !slices.ContainsFunc(c.Commands, func(cmd string) bool { return !strings.HasPrefix(cmd, "!") || strings.HasPrefix(cmd, "!*") })
}

// Shareable reports whether a cell can share a program at all: Go without arguments, and nothing
// else. A group's declarations are sent with each of its cells, and of a variable called _ GoNB
// keeps, and executes, each that it is sent.
func (c *Cell) Shareable() bool {
	if slices.ContainsFunc(c.Decls, func(u *Decl) bool { return u.Kind == token.VAR && u.Always && slices.Contains(u.Keys, "_") }) {
		return false
	}
	if c.Foreign || c.Opaque || c.Tangled || c.Altered || len(c.Commands) > 0 || c.Body != nil && c.BodyLine == 0 || len(strings.Fields(c.Args)) > 1 {
		return false
	}
	return len(c.Decls) > 0 || c.Body != nil
}

// maxMain is how large the main of a group may become, in nodes of its syntax tree. The compiler
// inlines less in a function of more than 5000 nodes, which are not quite these: a cell's loop
// would be slower, and the trace of a panic another one.
const maxMain = 3000

// fits reports whether the programs of a group mean the same with the declarations of cell c as
// without. They do unless it
//   - declares a variable or an init function, which every program would execute,
//   - declares a name again, or a name that the group takes from elsewhere, Go's own names
//     included,
//   - gives a method to a type of a cell before, under whatever name, which may change how its
//     values are shown,
//   - imports a package that may do more than be there when it is imported, or is the first to use
//     it: GoNB leaves out unused imports.
func (g *group) fits(c *Cell, known map[string]*Decl, free, paths map[string]bool) bool {
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
			if name == "." || name == "_" || known[name] != nil || g.names[name] || g.names[PackageName(u.Path)] || !plainImport(u.Path) {
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
