// Package gocell splits the code cells of GoNB notebooks into declarations, statements, and
// references to other cells. GoNB composes a program for each cell from the declarations of all
// cells so far; this package finds the contents of that program without a kernel.
package gocell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Cell is a cell taken apart: its declarations, which GoNB keeps for the cells that follow, and its
// commands.
type Cell struct {
	Source   string
	Foreign  bool     // its first line hands it to another program
	Opaque   bool     // its Go cannot be parsed
	Commands []string // lines of GoNB's other than %% and %main
	Decls    []*Decl
	Body     *Decl    // the code after %%, or func main; nil for declarations alone
	BodyLine int      // the first line of the code after %%, from 1; 0 if nothing does
	Args     string   // the line of %%
	Imports  [][2]int // first and last line of each import declaration
	Tangled  bool     // an import shares a line with something else
	free     map[string]bool
	Altered  bool // GoNB runs something else than stands there, or may
}

// Read takes a cell apart. Lines may end in \r\n.
func Read(source string) *Cell {
	c := &Cell{Source: strings.ReplaceAll(source, "\r\n", "\n")}
	if program(source) != "" {
		c.Foreign = true
		return c
	}
	c.Altered = strings.Contains(c.Source, "\r") // Go drops carriage returns from raw strings
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
	c.Altered = c.Altered || slices.ContainsFunc(file.Comments, isLost)
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
	for _, u := range c.Decls {
		u.cell = c
	}
	if c.Body != nil {
		c.Body.cell = c
	}
	return c
}

// lostDirective matches the comments for the compiler with which the kernel refuses a cell.
var lostDirective = regexp.MustCompile(`^//go:(embed|linkname|debug)\b`)

func isLost(group *ast.CommentGroup) bool {
	return slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return lostDirective.MatchString(c.Text) })
}

// lineOf is line n, from 1, of a text that has it.
func lineOf(text string, n int) string { return strings.Split(text, "\n")[n-1] }

// split separates the lines of GoNB's from those of Go, and declarations from the body after %%.
// Lines keep their numbers in decls.
func (c *Cell) split() (decls, body string) {
	lines := Lines(c.Source)
	texts := make([]string, len(lines))
	main, begun := -1, false
	for i, line := range lines {
		switch line.Kind {
		case Main:
			if main >= 0 {
				c.Opaque = true // GoNB opens a main inside main
			} else {
				main, c.Args = i, line.Text
			}
		case Command:
			c.Commands = append(c.Commands, line.Text)
		case Clause:
			c.Altered = c.Altered || begun
		case Go:
			texts[i] = line.Text
			if code := strings.TrimSpace(line.Text); code != "" && !strings.HasPrefix(code, "//") {
				begun = true
			}
		}
	}
	if main < 0 {
		return strings.Join(texts, "\n"), ""
	}
	c.BodyLine = main + 2
	return strings.Join(texts[:main], "\n"), strings.Join(texts[main+1:], "\n")
}

// RunsShell reports whether a part of the cell is executed by another program, whose failure GoNB
// tells by text alone: a line for the shell, a script.
func (c *Cell) RunsShell() bool {
	if c.Foreign {
		return !slices.Contains([]string{"writefile", "gx"}, program(c.Source))
	}
	return slices.ContainsFunc(c.Commands, func(cmd string) bool { return cmd[:min(1, len(cmd))] == "!" })
}
