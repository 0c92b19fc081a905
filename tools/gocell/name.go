package gocell

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"strings"
)

// Names are the names by which a cell's declarations are known, packages among them.
func (c *Cell) Names() map[string]*Decl {
	names := map[string]*Decl{}
	for _, u := range c.Decls {
		for _, k := range u.Keys {
			name := strings.TrimPrefix(k, "import ")
			names[name] = u
			if u.Kind == token.IMPORT && name == path.Base(u.Path) {
				names[PackageName(u.Path)] = u
			}
		}
	}
	return names
}

// FreeNames are the names that a cell takes from elsewhere: from cells before it, or from packages
// that it does not import itself. The names in maybe are keys of composite literals, fields most
// likely, of which the cell alone cannot say. If the cell does not type-check alone, free may
// contain too many names, never too few.
func (c *Cell) FreeNames() (free, maybe map[string]bool) {
	free, maybe = map[string]bool{}, map[string]bool{}
	fset := token.NewFileSet()
	decls, body := c.split()
	var files []*ast.File
	for _, text := range []string{"package p;" + decls, "package p; func main() {\n" + body + "\n}"} {
		f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
		if err != nil {
			continue // Read has called such a cell opaque
		}
		files = append(files, f)
	}
	info := types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}}
	conf := types.Config{Importer: noPackages{}, Error: func(error) {}, DisableUnusedImportCheck: true}
	_, _ = conf.Check("p", fset, files, &info) // full of errors: nothing from elsewhere is known
	for _, f := range files {
		skip := map[*ast.Ident]bool{f.Name: true}
		keys := map[*ast.Ident]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				skip[n.Sel] = true
			case *ast.BranchStmt:
				if n.Label != nil {
					skip[n.Label] = true
				}
			case *ast.LabeledStmt:
				skip[n.Label] = true
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						if id, ok := kv.Key.(*ast.Ident); ok {
							keys[id] = true
						}
					}
				}
			case *ast.Ident:
				_, defined := info.Defs[n]
				switch {
				case skip[n] || defined || info.Uses[n] != nil || n.Name == "_":
				case keys[n]:
					maybe[n.Name] = true
				default:
					free[n.Name] = true
				}
			}
			return true
		})
	}
	return free, maybe
}

// takes reports whether a name in the cell stands for something from elsewhere.
func (c *Cell) takes(name string) bool {
	if c.free == nil {
		c.free, _ = c.FreeNames()
	}
	return c.free[name]
}

// noPackages imports nothing: of packages only the names matter here.
type noPackages struct{}

func (noPackages) Import(string) (*types.Package, error) { return nil, errors.New("not read") }
