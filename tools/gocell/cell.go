// Package gocell takes the code cells of GoNB notebooks apart: what a cell declares, what it executes, and what it takes from other cells. GoNB
// composes a program for each cell from the declarations of all cells so far; with this package it can be told, without a kernel, what is in that
// program.
package gocell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// Cell is a cell taken apart: what it declares, which GoNB keeps for the cells that follow, and what it does.
type Cell struct {
	Source   string
	Foreign  bool     // its first line hands it to another program
	Opaque   bool     // its Go cannot be parsed
	Commands []string // lines of GoNB's other than %% and %main
	Decls    []*Decl
	Body     *Decl    // what follows %%, or func main; nil for declarations alone
	BodyLine int      // the first line of what follows %%, from 1; 0 if nothing does
	Args     string   // the line of %%
	Imports  [][2]int // first and last line of each import declaration
	Tangled  bool     // an import shares a line with something else
	Altered  bool     // GoNB runs something else than stands there, or may
}

// A Decl is a declaration that stands or falls as one: an import, a function, a type, a variable, a constant or a group of them that counts.
type Decl struct {
	Keys      []string // GoNB's names for it
	Kind      token.Token
	Text      string
	Line      int    // in the cell, from 1
	Doc       string // the comment before a function, which GoNB keeps with it
	DocLine   int
	Idents    map[string]bool    // all names in it
	Selectors map[[2]string]bool // X.Sel with X a plain name; X is "" for any other expression
	Always    bool               // is executed in every cell: init, init_…, a variable whose value is computed
	Path      string             // of an import
	Size      int                // nodes of its syntax tree
}

// Read takes a cell apart.
func Read(source string) *Cell {
	c := &Cell{Source: source, Altered: strings.Contains(source, "\r")} // GoNB does not know %%\r
	first, _, _ := strings.Cut(source, "\n")
	for _, magic := range []string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"} {
		if f := strings.Fields(strings.TrimPrefix(first, "//gonb:")); len(f) > 0 && f[0] == magic {
			c.Foreign = true
			return c
		}
	}
	decls, body := c.split()
	if c.Opaque {
		return c
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", "package p;"+decls, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		c.Opaque = true
		return c
	}
	text := func(n ast.Node) string {
		const shift = len("package p;")
		return decls[fset.Position(n.Pos()).Offset-shift : fset.Position(n.End()).Offset-shift]
	}
	for _, d := range file.Decls {
		if gen, ok := d.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			from, to := fset.Position(d.Pos()), fset.Position(d.End())
			c.Imports = append(c.Imports, [2]int{from.Line, to.Line})
			first, last := lineOf(decls, from.Line), lineOf(decls, to.Line)
			before, after := from.Column-1, to.Column-1
			if from.Line == 1 {
				before -= len("package p;")
			}
			if to.Line == 1 {
				after -= len("package p;")
			}
			rest := strings.TrimSpace(last[after:])
			c.Tangled = c.Tangled || strings.TrimSpace(first[:before]) != "" || rest != "" && !strings.HasPrefix(rest, "//")
		}
		c.declare(d, text, func(n ast.Node) int { return fset.Position(n.Pos()).Line })
	}
	if body != "" {
		bfile, err := parser.ParseFile(token.NewFileSet(), "", "package p; func main() {\n"+body+"\n}", parser.SkipObjectResolution)
		if err != nil {
			c.Opaque = true
			return c
		}
		if len(bfile.Decls) != 1 {
			c.Opaque = true // a brace that closes main, and more after it
			return c
		}
		c.Body = newDecl(token.FUNC, body, 0, bfile, "main")
	}
	return c
}

// lineOf is line n, from 1, of a text that has it.
func lineOf(text string, n int) string { return strings.Split(text, "\n")[n-1] }

// split separates the lines of GoNB's from those of Go, and declarations from the body after %%. Lines keep their numbers in decls. GoNB leaves out
// each line that begins with package, be it in the middle of a string.
func (c *Cell) split() (decls, body string) {
	lines := strings.Split(c.Source, "\n")
	main, joined, begun := -1, false, false
	for i, line := range lines {
		bare := strings.TrimPrefix(line, "//gonb:")
		if joined || Special(line) {
			f := strings.Fields(bare)
			if !joined && (f[0] == "%%" || f[0] == "%main") {
				if main >= 0 {
					c.Opaque = true // GoNB opens a main inside main
				} else {
					main, c.Args = i, bare
				}
			} else {
				c.Commands = append(c.Commands, bare)
			}
			joined = strings.HasSuffix(line, `\`)
			lines[i] = ""
		} else if strings.HasPrefix(line, "package") {
			lines[i] = ""
			c.Altered = c.Altered || begun
		} else if code := strings.TrimSpace(line); code != "" && !strings.HasPrefix(code, "//") {
			begun = true
		}
	}
	if main < 0 {
		return strings.Join(lines, "\n"), ""
	}
	c.BodyLine = main + 2
	return strings.Join(lines[:main], "\n"), strings.Join(lines[main+1:], "\n")
}

func (c *Cell) declare(d ast.Decl, text func(ast.Node) string, line func(ast.Node) int) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv == nil && name == "main" {
			c.Body = newDecl(token.FUNC, text(d), line(d), d, name)
			return
		}
		key := name
		if d.Recv != nil && len(d.Recv.List) > 0 {
			key = receiver(d.Recv.List[0].Type) + "~" + name
		}
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
	ast.Inspect(n, func(n ast.Node) bool {
		if n != nil {
			u.Size++
		}
		switch n := n.(type) {
		case *ast.Ident:
			u.Idents[n.Name] = true
		case *ast.SelectorExpr:
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
