package gocell

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Decl is a declaration that stands or falls as one: an import, a function, a type, a variable, a
// constant or a group of them that counts.
type Decl struct {
	Keys      []string // GoNB's names for it
	Kind      token.Token
	Text      string
	Line      int    // in the cell, from 1
	Doc       string // the comment before a function, which GoNB keeps with it
	DocLine   int
	Idents    map[string]bool    // the names in it that no dot precedes
	Selectors map[[2]string]bool // X.Sel with X a plain name; X is "" for any other expression
	Always    bool               // executed in every cell: init, init_…, a computed variable
	Path      string             // of an import
	Size      int                // nodes of its syntax tree

	cell *Cell
}

func (c *Cell) declare(d ast.Decl, text func(ast.Node) string, line func(ast.Node) int) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv == nil && name == "main" {
			c.Body = newDecl(token.FUNC, text(d), line(d), d, name)
			return
		}
		key := funcKey(d)
		u := newDecl(token.FUNC, text(d), line(d), d, key)
		if d.Recv != nil && len(d.Recv.List) > 0 && !plainReceiver(d.Recv.List[0].Type) {
			u.Keys = append(u.Keys, "unknown~"+name) // of all such types GoNB keeps one method of the name
		}
		u.Always = d.Recv == nil && (name == "init" || strings.HasPrefix(name, "init_"))
		if d.Doc != nil {
			u.Doc, u.DocLine = text(d.Doc), line(d.Doc)
		}
		c.Decls = append(c.Decls, u)
	case *ast.GenDecl:
		if d.Tok == token.CONST && d.Lparen.IsValid() && counts(d) {
			var keys []string
			for _, s := range d.Specs {
				for _, n := range s.(*ast.ValueSpec).Names {
					keys = append(keys, n.Name)
				}
			}
			c.Decls = append(c.Decls, newDecl(token.CONST, text(d), line(d), d, keys...))
			return
		}
		for _, s := range d.Specs {
			c.Decls = append(c.Decls, specDecl(d.Tok, s, text(s), line(s)))
		}
	}
}

// name is the first name of a declaration, that of the package for an import.
func (u *Decl) name() string { return strings.TrimPrefix(u.Keys[0], "import ") }

func specDecl(tok token.Token, s ast.Spec, text string, line int) *Decl {
	switch s := s.(type) {
	case *ast.ImportSpec:
		path, _ := strconv.Unquote(s.Path.Value) // the parser has seen to it
		name := path[strings.LastIndexByte(path, '/')+1:]
		if s.Name != nil {
			name = s.Name.Name
		}
		return &Decl{Keys: []string{"import " + name}, Kind: token.IMPORT, Text: "import " + text, Line: line, Path: path}
	case *ast.TypeSpec:
		return newDecl(tok, "type "+text, line, s, s.Name.Name)
	}
	v := s.(*ast.ValueSpec)
	var keys []string
	for _, n := range v.Names {
		keys = append(keys, n.Name)
	}
	u := newDecl(tok, tok.String()+" "+text, line, s, keys...)
	if tok == token.VAR {
		for _, e := range v.Values {
			u.Always = u.Always || runs(e)
		}
	}
	return u
}

func newDecl(kind token.Token, text string, line int, n ast.Node, keys ...string) *Decl {
	u := &Decl{Keys: keys, Kind: kind, Text: text, Line: line, Idents: map[string]bool{}, Selectors: map[[2]string]bool{}}
	skip := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if n != nil {
			u.Size++
		}
		switch n := n.(type) {
		case *ast.Ident:
			if !skip[n] {
				u.Idents[n.Name] = true
			}
		case *ast.FuncDecl:
			if n.Recv != nil {
				skip[n.Name] = true
			}
		case *ast.SelectorExpr:
			skip[n.Sel] = true
			x := ""
			if id, ok := n.X.(*ast.Ident); ok {
				x = id.Name
			}
			u.Selectors[[2]string{x, n.Sel.Name}] = true
		}
		return true
	})
	return u
}

// selectors are the selectors in order, so that of several reasons one is always the first.
func (u *Decl) selectors() [][2]string {
	return slices.SortedFunc(maps.Keys(u.Selectors), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
}

// counts reports whether a group of constants depends on the order of its lines.
func counts(d *ast.GenDecl) bool {
	found := false
	for _, s := range d.Specs {
		if v := s.(*ast.ValueSpec); len(v.Values) == 0 {
			return true
		}
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == "iota" {
				found = true
			}
			return !found
		})
	}
	return found
}

// runs reports whether an expression does anything when it is evaluated.
func runs(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // not called here
		case *ast.CallExpr, *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.BinaryExpr:
			found = found || n.Op == token.QUO || n.Op == token.REM // may panic
		}
		return !found
	})
	return found
}

// plainReceiver reports whether GoNB finds the type's name in a receiver: T or *T, but not T[P].
func plainReceiver(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Ident, *ast.StarExpr:
		return true
	}
	return false
}

// funcKey is GoNB's name for a function, Type~Name for a method.
func funcKey(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	return receiver(d.Recv.List[0].Type) + "~" + d.Name.Name
}

func receiver(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "?"
		}
	}
}
