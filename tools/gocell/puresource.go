package gocell

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// source is a package of the module, its declarations by name.
type source struct {
	path    string
	units   []*unit
	names   map[string][]*unit // one for each platform
	methods []*unit
}

// unit is a declaration of a package, and the meaning of the names before a dot in its file.
type unit struct {
	*Decl
	from    *source
	of      string // the type, of a method
	imports map[string]string
}

// source reads a package of the module, all its files but tests, whatever their build constraints
// say.
func (p *Purity) source(importPath string) (*source, error) {
	if src := p.read[importPath]; src != nil {
		return src, nil
	}
	dir := p.space.Dir(importPath)
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", importPath, err)
	}
	src := &source{path: importPath, names: map[string][]*unit{}}
	for _, f := range files {
		name := filepath.Join(dir, f.Name())
		if f.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", importPath, err)
		}
		src.file(file)
	}
	p.read[importPath] = src
	return src, nil
}

func (src *source) file(file *ast.File) {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen to it
		}
		name := PackageName(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = importPath
	}
	add := func(u *unit, names ...string) {
		src.units = append(src.units, u)
		for _, name := range names {
			src.names[name] = append(src.names[name], u)
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			u := &unit{Decl: newDecl(token.FUNC, "", 0, d, d.Name.Name), from: src, imports: imports}
			u.Always = d.Recv == nil && d.Name.Name == "init"
			if d.Recv != nil {
				u.of = receiver(d.Recv.List[0].Type)
				src.methods = append(src.methods, u)
				continue
			}
			add(u, d.Name.Name)
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(&unit{Decl: newDecl(d.Tok, "", 0, s, s.Name.Name), from: src, imports: imports}, s.Name.Name)
				case *ast.ValueSpec:
					var names []string
					for _, n := range s.Names {
						names = append(names, n.Name)
					}
					u := &unit{Decl: newDecl(d.Tok, "", 0, s, names...), from: src, imports: imports}
					for _, e := range s.Values {
						u.Always = u.Always || d.Tok == token.VAR && runs(e)
					}
					add(u, names...)
				}
			}
		}
	}
}
