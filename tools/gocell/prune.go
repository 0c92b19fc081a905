package gocell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// Prune blanks, in a program that GoNB composed, the declarations that main, init functions and
// variables do not reach, and the imports that only these use; lines and columns stay. Most of the
// cost of linking a cell is due to packages that only the functions of other cells use: in the
// notebook Anomaly_Detection they are a third of 264.
//
// valid are the declarations of the last program of the same notebook that was compiled, as Prune
// returned them; now are those of this one. A declaration is blanked only if it, and all that it
// reaches, is as it was then, so that the compiler would find nothing in it. An import that may
// have side effects is kept, under the name _. ok is false if the program is to be compiled as it
// is: no import can be spared, or the program can detect which packages it is linked with.
func Prune(source string, valid map[string]string) (pruned string, now map[string]string, ok bool) {
	c := Read(source)
	if c.Opaque || c.Foreign || c.Tangled || c.Body == nil || strings.Contains(source, "//go:") || strings.Contains(source, "\r") {
		return "", nil, false
	}
	memory := Remember([]*Cell{c})
	now = map[string]string{}
	for _, u := range c.Decls {
		for _, k := range u.Keys {
			now[k] += u.Text + "\x00" + u.Path
		}
	}
	kept, idents := memory.kept(c, valid, now)
	path := pathOf(c, nil)
	for u := range kept {
		if selects(u, path, registries) {
			return "", now, false
		}
	}
	var p pruner
	p.fset = token.NewFileSet()
	p.text = []byte(source)
	p.need = func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return kept[memory.Decls[k]] })
	}
	file, err := parser.ParseFile(p.fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return "", now, false
	}
	spared := false
	for _, u := range c.Decls {
		if u.Kind != token.IMPORT {
			continue
		}
		name := u.name()
		if name == "." {
			return "", now, false
		}
		if name != "_" && !idents[name] && !idents[PackageName(u.Path)] && !doubtful(u.Path) {
			spared = spared || plainImport(u.Path) || inert(u.Path)
			p.unused = append(p.unused, u.Path)
		}
	}
	if !spared {
		return "", now, false
	}
	for i := len(file.Decls) - 1; i >= 0; i-- { // from the end, since an import may grow
		p.decl(file.Decls[i])
	}
	return string(p.text), now, true
}

// kept are the declarations that the program of a cell needs, and the names in them. They are those
// that main, init functions and variables reach, and those that have changed since they were valid,
// or reach one that has.
func (d *Memory) kept(c *Cell, valid, now map[string]string) (kept map[*Decl]bool, idents map[string]bool) {
	changed := map[string]bool{}
	for k, text := range now {
		if valid[k] != text {
			changed[k] = true
		}
	}
	for k := range valid {
		if _, there := now[k]; !there {
			changed[k] = true
		}
	}
	stale := func(u *Decl) bool {
		if len(changed) == 0 {
			return false
		}
		if slices.ContainsFunc(u.Keys, func(k string) bool { return changed[k] }) {
			return true
		}
		in, names := d.from([]*Decl{u})
		for k := range changed {
			name := strings.TrimPrefix(k, "import ")
			receiver, _, _ := strings.Cut(name, "~")
			if names[name] || names[receiver] {
				return true
			}
		}
		for v := range in {
			if slices.ContainsFunc(v.Keys, func(k string) bool { return changed[k] }) {
				return true
			}
		}
		return false
	}
	roots := []*Decl{c.Body}
	for _, u := range c.Decls {
		if u.Kind != token.IMPORT && (u.Always || u.Kind == token.VAR || stale(u)) {
			roots = append(roots, u)
		}
	}
	return d.from(roots)
}

// pruner blanks parts of a program.
type pruner struct {
	fset   *token.FileSet
	text   []byte
	need   func(keys ...string) bool
	unused []string // imports
}

func (p *pruner) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if key := funcKey(d); key != "main" && !p.need(key) {
			p.blank(d)
		}
	case *ast.GenDecl:
		switch d.Tok {
		case token.IMPORT:
			for i := len(d.Specs) - 1; i >= 0; i-- {
				p.imported(d, d.Specs[i].(*ast.ImportSpec))
			}
		case token.TYPE:
			for _, s := range d.Specs {
				if s := s.(*ast.TypeSpec); p.need(s.Name.Name) {
					return
				}
			}
			p.blank(d)
		case token.CONST:
			for _, s := range d.Specs {
				for _, n := range s.(*ast.ValueSpec).Names {
					if n.Name == "_" || p.need(n.Name) {
						return
					}
				}
			}
			p.blank(d)
		}
	}
}

// imported blanks an import that nothing uses any more, or gives it the name _.
func (p *pruner) imported(d *ast.GenDecl, s *ast.ImportSpec) {
	importPath := strings.Trim(s.Path.Value, "`\"")
	switch {
	case !slices.Contains(p.unused, importPath):
	case plainImport(importPath) || inert(importPath):
		if d.Lparen.IsValid() {
			p.blank(s)
		} else {
			p.blank(d)
		}
	default:
		from, to := p.offset(s.Pos()), p.offset(s.End())
		p.text = slices.Concat(p.text[:from:from], []byte("_ "+s.Path.Value), p.text[to:])
	}
}

func (p *pruner) offset(pos token.Pos) int { return p.fset.Position(pos).Offset }

func (p *pruner) blank(n ast.Node) {
	for i := p.offset(n.Pos()); i < p.offset(n.End()); i++ {
		if p.text[i] != '\n' {
			p.text[i] = ' '
		}
	}
}
