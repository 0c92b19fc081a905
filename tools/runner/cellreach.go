package runner

import (
	"go/token"
	"slices"
	"strings"
)

// declared is what GoNB remembers when a cell runs: for each name its last declaration.
type declared struct {
	units map[string]*unit
	order []*unit // the units in force, in the order of their cells
	torn  bool    // a group of constants was redeclared in part
}

// declaredBy merges the declarations of cells as GoNB does.
func declaredBy(cells []*cellCode) *declared {
	d := &declared{units: map[string]*unit{}}
	for _, c := range cells {
		for _, u := range c.units {
			for _, k := range u.keys {
				d.units[k] = u
			}
		}
	}
	for _, c := range cells {
		for _, u := range c.units {
			n := 0
			for _, k := range u.keys {
				if d.units[k] == u {
					n++
				}
			}
			if n > 0 {
				d.order = append(d.order, u)
			}
			d.torn = d.torn || n > 0 && n < len(u.keys)
		}
	}
	return d
}

// reach is what the program of a cell consists of.
type reach struct {
	units   []*unit  // its declarations, in order
	imports []*unit  // packages that it names
	idents  []string // all names in it, sorted
}

// reachedBy follows names from a cell's own code, and from what every cell executes, to all declarations that matter to it. Names are compared as
// text: a local variable that has a function's name reaches it too, which costs a run and never a wrong result.
func (d *declared) reachedBy(c *cellCode) reach {
	var todo []*unit
	in := map[*unit]bool{}
	add := func(u *unit) {
		if u != nil && !in[u] {
			in[u] = true
			todo = append(todo, u)
		}
	}
	add(c.body)
	for _, u := range c.units {
		add(u)
	}
	for _, u := range d.order {
		if u.always {
			add(u)
		}
	}
	idents := map[string]bool{}
	for len(todo) > 0 {
		u := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for id := range u.idents {
			if idents[id] {
				continue
			}
			idents[id] = true
			add(d.units[id])
			for _, m := range d.order {
				if strings.HasPrefix(m.keys[0], id+"~") {
					add(m)
				}
			}
		}
	}
	var r reach
	for _, u := range d.order {
		switch {
		case u.kind == token.IMPORT:
			name := strings.TrimPrefix(u.keys[0], "import ")
			if name == "_" || name == "." || idents[name] || in[u] || idents[packageName(u.path)] {
				r.imports = append(r.imports, u)
			}
		case in[u]:
			r.units = append(r.units, u)
		}
	}
	if c.body != nil {
		r.units = append(r.units, c.body)
	}
	for id := range idents {
		r.idents = append(r.idents, id)
	}
	slices.Sort(r.idents)
	return r
}

// packageName is what a package of this import path is most likely called: gopkg.in/yaml.v3 and math/rand/v2 are yaml and rand.
func packageName(path string) string {
	elems := strings.Split(path, "/")
	name := elems[len(elems)-1]
	if len(elems) > 1 && len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = elems[len(elems)-2]
	}
	name, _, _ = strings.Cut(name, ".v")
	name = strings.TrimPrefix(name, "go-")
	return strings.ReplaceAll(name, "-", "")
}
