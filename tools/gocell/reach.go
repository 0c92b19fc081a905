package gocell

import (
	"go/token"
	"path"
	"slices"
	"strings"
)

// Memory is the set of declarations that GoNB remembers when a cell runs.
type Memory struct {
	Decls map[string]*Decl // by name, the last declaration of each
	Order []*Decl          // those in force, in the order of their cells
	Torn  bool             // a group of constants, say, was redeclared in part
}

// Remember merges the declarations of cells as GoNB does.
func Remember(cells []*Cell) *Memory {
	d := &Memory{Decls: map[string]*Decl{}}
	for _, c := range cells {
		for _, u := range c.Decls {
			for _, k := range u.Keys {
				d.Decls[k] = u
			}
		}
	}
	for _, c := range cells {
		for _, u := range c.Decls {
			n := 0
			for _, k := range u.Keys {
				if d.Decls[k] == u {
					n++
				}
			}
			if n > 0 {
				d.Order = append(d.Order, u)
			}
			d.Torn = d.Torn || n > 0 && n < len(u.Keys)
		}
	}
	return d
}

// Reach is the parts of a cell's program.
type Reach struct {
	Decls   []*Decl  // its declarations, in order, and its commands
	Imports []*Decl  // packages that it names
	Idents  []string // all names in it, sorted
}

// Reach follows names from a cell's own code, and from code that every cell executes, to all
// declarations that matter to it. Names are compared as text: a local variable that has a
// function's name reaches it too, which costs a run and never a wrong result.
func (d *Memory) Reach(c *Cell) Reach {
	roots := []*Decl{c.Body}
	roots = append(roots, c.Decls...)
	for _, u := range d.Order {
		if u.Always {
			roots = append(roots, u)
		}
	}
	in, idents := d.from(roots)
	var r Reach
	for _, u := range d.Order {
		switch {
		case u.Kind == token.IMPORT:
			name := u.name()
			if name == "_" || name == "." || idents[name] || in[u] || idents[PackageName(u.Path)] || name == path.Base(u.Path) && doubtful(u.Path) {
				r.Imports = append(r.Imports, u)
			}
		case in[u]:
			r.Decls = append(r.Decls, u)
		}
	}
	if c.Body != nil {
		r.Decls = append(r.Decls, c.Body)
	}
	for id := range idents {
		r.Idents = append(r.Idents, id)
	}
	slices.Sort(r.Idents)
	return r
}

// from follows names from declarations, nil among them, to all that they reach. It returns the
// names, too, that stand in these.
func (d *Memory) from(roots []*Decl) (in map[*Decl]bool, idents map[string]bool) {
	var todo []*Decl
	in, idents = map[*Decl]bool{}, map[string]bool{}
	add := func(u *Decl) {
		if u != nil && !in[u] {
			in[u] = true
			todo = append(todo, u)
		}
	}
	for _, u := range roots {
		add(u)
	}
	for len(todo) > 0 {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for id := range u.Idents {
			if idents[id] {
				continue
			}
			idents[id] = true
			add(d.Decls[id])
			for _, m := range d.Order {
				if strings.HasPrefix(m.Keys[0], id+"~") {
					add(m)
				}
			}
		}
	}
	return in, idents
}

// Code is the code of a cell's program, for Uses.
func (r Reach) Code() Code {
	var c Code
	for _, u := range r.Imports {
		c.Imports = append(c.Imports, u.Path)
	}
	for _, u := range r.Decls {
		for sel := range u.Selectors {
			c.Idents = append(c.Idents, sel[0])
		}
	}
	return c
}
