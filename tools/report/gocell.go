package report

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"

	"flowbook/tools/gocell"
	"flowbook/tools/notebook"
)

// goCell is a code cell of a GoNB notebook taken apart.
type goCell struct {
	number  int    // among the code cells, from 1
	text    string // the Markdown before it
	imports []goImport
	decls   []*goDecl
	body    string // its statements; "" if it only declares
	args    []string
	aside   string // comment with the source, for a cell that the program leaves out
}

// goImport is one import.
type goImport struct{ name, path string }

// goDecl is a declaration: a function, a method, a type, a variable, or a group of constants.
type goDecl struct {
	names    []string // its key in GoNB's memory: name, Type~Method
	text     string
	replaced int // the number of the cell whose declaration replaces it; 0 for none
}

// runs says whether the cell executes something.
func (c *goCell) runs() bool { return strings.TrimSpace(c.body) != "" }

var execMagic = regexp.MustCompile(`^%exec\s+(\w+)(.*)`)

// readGoCell takes a cell apart. Lines for the kernel become comments in their place, so that lines
// keep their numbers.
func readGoCell(c *notebook.Cell, number int) (*goCell, error) {
	g := &goCell{number: number}
	source := plain(c.Source)
	read := gocell.Read(source)
	if c.HasTag("raises-exception") || c.HasTag("skip-execution") || read.Foreign {
		g.aside = fmt.Sprintf("Cell %d does not run here:\n\n%s", number, source)
		return g, nil
	}
	lines := gocell.Lines(source)
	texts := make([]string, len(lines))
	split, exec := len(lines), "" // where the body begins, and the call by %exec
	for i, line := range lines {
		switch line.Kind {
		case gocell.Main:
			split, g.args = i, strings.Fields(line.Text)[1:]
		case gocell.Command:
			if m := execMagic.FindStringSubmatch(line.Text); m != nil {
				exec, g.args = m[1]+"()", strings.Fields(m[2])
			}
			texts[i] = "// " + line.Text
		case gocell.Go:
			texts[i] = line.Text
		}
	}
	if err := g.declare(strings.Join(texts[:split], "\n")); err != nil {
		return nil, err
	}
	if split < len(lines) {
		g.body = strings.Join(texts[split:], "\n")
		if onlyComments(g.body) {
			g.body = ""
		}
	}
	if exec != "" {
		g.body += "\n" + exec
	}
	if !g.runs() && len(g.decls) == 0 && len(read.Commands) > 0 {
		g.aside = fmt.Sprintf("Cell %d does not run here:\n\n%s", number, source)
	}
	if g.runs() {
		// The line of a fault is the cell's: the function's first line stands where %% was.
		src := "package p; func _() {" + strings.Repeat("\n", split) + g.body + "\n}"
		if _, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution); err != nil {
			return nil, fault(err, source)
		}
	}
	return g, nil
}

// onlyComments says whether there is nothing in a body for Go to do.
func onlyComments(body string) bool {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(body)), []byte(body), func(token.Position, string) {}, 0)
	_, tok, _ := s.Scan()
	return tok == token.EOF
}

// fault is a syntax error at the source's line; one that shows only behind the end is the last
// line's.
func fault(err error, source string) error {
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		last := strings.Count(strings.TrimSpace(source), "\n") + strings.Count(source[:len(source)-len(strings.TrimLeft(source, " \t\n"))], "\n") + 1
		return fmt.Errorf("line %d: %s", min(list[0].Pos.Line, last), list[0].Msg)
	}
	return err
}

const head = "package p;"

// declare reads the declarations of a cell. Comments before a declaration go with it.
func (g *goCell) declare(source string) error {
	src := head + source
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fault(err, source)
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	last := len(head)
	for _, d := range file.Decls {
		end := offset(d.End())
		if i := strings.IndexByte(src[end:], '\n'); i < 0 || onlyComments(src[end:end+i]) {
			if i < 0 {
				i = len(src) - end
			}
			end += i // a comment behind the declaration is its own
		}
		text := strings.TrimSpace(src[last:end])
		last = end
		switch d := d.(type) {
		case *ast.FuncDecl:
			g.function(d, text, src[offset(d.Type.End()):end], func(n ast.Node) string { return src[offset(n.Pos()):offset(n.End())] })
		case *ast.GenDecl:
			g.general(d, text, func(from, to token.Pos) string { return src[offset(from):offset(to)] })
		}
	}
	return nil
}

func (g *goCell) function(d *ast.FuncDecl, text, rest string, source func(ast.Node) string) {
	name := d.Name.Name
	switch {
	case d.Recv != nil && len(d.Recv.List) == 1:
		receiver := strings.TrimLeft(source(d.Recv.List[0].Type), "*( ")
		base, _, _ := strings.Cut(receiver, "[")
		name = strings.TrimRight(base, ") ") + "~" + name
	case name == "main" && d.Body != nil:
		body := strings.TrimSpace(source(d.Body))
		g.body = strings.TrimSuffix(strings.TrimPrefix(body, "{"), "}")
		return
	case strings.HasPrefix(name, "init_"):
		doc := strings.TrimSuffix(text, strings.TrimSpace(source(d)))
		if doc == text {
			doc = ""
		}
		text = doc + "func init()" + rest
	}
	g.decls = append(g.decls, &goDecl{names: []string{name}, text: text})
}

// general reads imports, and types, variables and constants. Groups of types and variables are
// taken apart, since a later cell may replace one of them; a group of constants hangs together by
// iota.
func (g *goCell) general(d *ast.GenDecl, text string, source func(from, to token.Pos) string) {
	if d.Tok == token.IMPORT {
		for _, s := range d.Specs {
			s := s.(*ast.ImportSpec)
			i := goImport{path: strings.Trim(s.Path.Value, "`\"")}
			if s.Name != nil {
				i.name = s.Name.Name
			}
			g.imports = append(g.imports, i)
		}
		return
	}
	var all []string
	for _, s := range d.Specs {
		var names []string
		var doc, behind *ast.CommentGroup
		switch s := s.(type) {
		case *ast.TypeSpec:
			names, doc, behind = []string{s.Name.Name}, s.Doc, s.Comment
		case *ast.ValueSpec:
			doc, behind = s.Doc, s.Comment
			for _, n := range s.Names {
				names = append(names, n.Name)
			}
		}
		all = append(all, names...)
		if d.Lparen.IsValid() && d.Tok != token.CONST {
			end := s.End()
			if behind != nil {
				end = behind.End()
			}
			one := d.Tok.String() + " " + source(s.Pos(), end)
			if doc != nil {
				one = source(doc.Pos(), doc.End()) + "\n" + one
			}
			g.decls = append(g.decls, &goDecl{names: names, text: one})
		}
	}
	if !d.Lparen.IsValid() || d.Tok == token.CONST {
		g.decls = append(g.decls, &goDecl{names: all, text: text})
	}
}
