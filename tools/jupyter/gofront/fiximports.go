package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"

	"flowbook/tools/gocell"
)

// fixImports stands in for goimports on a main.go whose packages are all imported, under the names
// that their paths suggest: it removes the imports that nothing uses. flag, which GoNB calls in
// every main and leaves to goimports to find, it adds. It says no to any other file, for which
// goimports must look for packages; goimports itself reads its index of all modules before it looks
// whether it has to.
func fixImports(text []byte) ([]byte, bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "main.go", text, parser.ParseComments)
	if err != nil {
		return nil, false // the message is for goimports to give
	}
	used := packagesUsed(f)
	out := bytes.Clone(text)
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	named := map[string]bool{}
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		for _, s := range gen.Specs {
			spec := s.(*ast.ImportSpec)
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, false
			}
			name := gocell.PackageName(importPath)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			if name == "_" || name == "." || importPath == "C" {
				return nil, false
			}
			if used[name] {
				named[name] = true
				continue
			}
			var from, to ast.Node = spec, spec
			if !gen.Lparen.IsValid() {
				from, to = gen, gen
			}
			for i := at(from.Pos()); i < at(to.End()); i++ {
				out[i] = ' '
			}
		}
	}
	for name := range used {
		if !named[name] && name != "flag" {
			return nil, false
		}
	}
	if used["flag"] && !named["flag"] {
		end := at(f.Name.End())
		out = append(out[:end:end], append([]byte("\nimport \"flag\"\n"), out[end:]...)...)
	}
	return out, true
}

// packagesUsed are the names before the dot of exported names that the file does not declare:
// packages, or mistakes.
func packagesUsed(f *ast.File) map[string]bool {
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			// goimports asks the parser, too; types are not known here.
			if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil && sel.Sel.IsExported() {
				used[x.Name] = true
			}
		}
		return true
	})
	return used
}
