package report

import (
	"bytes"
	"fmt"
	"go/format"
	"io"
	"strconv"
	"strings"

	"flowbook/tools/gocell"
	"flowbook/tools/notebook"
)

// Program writes a notebook of Go cells as one program that runs them in their order, without a
// kernel. It merges declarations as GoNB does: a later cell's replaces an earlier one's of the same
// name, functions called init_… become init, imports that nothing uses are dropped, and those of
// the standard library that are missing are added. The statements of a cell become a function that
// main calls; texts become comments. Lines for the kernel (% and !) and cells tagged
// raises-exception or skip-execution stay behind as comments. Solutions of exercises stay in the
// notebook, as pages fold them.
//
// The program differs from the notebook: it is one process, so package variables live on from cell
// to cell, and a cell that ran with a declaration which a later cell replaced runs with the later
// one; the head of the program names those.
func Program(w io.Writer, p Page) error {
	if p.Notebook == nil {
		return fmt.Errorf("write program: %s is not a notebook", p.Path)
	}
	if l := p.Notebook.Language(); l != "" && l != "go" {
		return fmt.Errorf("write program: %s: a notebook in %s, not in Go", p.Path, l)
	}
	var cells []*goCell
	var text []string // Markdown since the last code cell
	number := 0
	for _, c := range p.Notebook.Cells {
		switch c.Type {
		case notebook.Markdown:
			text = append(text, c.Source)
		case notebook.Code:
			number++
			open := *c
			open.Source = unsolved(c)
			if open.Source == "" && c.Source != "" {
				text = append(text, fmt.Sprintf("Cell %d is the solution, which the notebook has.", number))
				continue
			}
			g, err := readGoCell(&open, number)
			if err != nil {
				return fmt.Errorf("write program: %s: %s, %w", p.Path, cellName(number, c.ID), err)
			}
			if commands := g.commands(open.Source); commands != "" {
				text = append(text, fmt.Sprintf("What cell %d tells the kernel does not run here:\n\n%s", number, commands))
			}
			g.text, text = strings.Join(text, "\n\n"), nil
			cells = append(cells, g)
		}
	}
	if len(text) > 0 { // below the last code cell
		cells = append(cells, &goCell{number: number + 1, text: strings.Join(text, "\n\n")})
	}
	src, err := merge(cells).program(p.Path)
	if err != nil {
		return fmt.Errorf("write program: %s: %w", p.Path, err)
	}
	_, err = w.Write(src)
	return err
}

// cellName is what messages call a code cell: its number and its id.
func cellName(number int, id string) string {
	if id == "" {
		return fmt.Sprintf("cell %d", number)
	}
	return fmt.Sprintf("cell %d (%s)", number, id)
}

// commands returns the lines for the kernel that are not already comments within declarations or
// statements.
func (g *goCell) commands(source string) string {
	if g.aside != "" {
		return ""
	}
	kept := g.body
	for _, d := range g.decls {
		kept += "\n" + d.text
	}
	var lost []string
	for _, line := range gocell.Lines(plain(source)) {
		if line.Kind == gocell.Command && !strings.Contains(kept, "// "+line.Text) {
			lost = append(lost, line.Text)
		}
	}
	return strings.Join(lost, "\n")
}

// program is the source of all cells merged.
func (m *merged) program(path string) ([]byte, error) {
	var body bytes.Buffer
	for _, c := range m.cells {
		comment(&body, c.text)
		for _, d := range c.decls {
			if d.replaced == 0 && !isInit(d) {
				body.WriteString(d.text + "\n\n")
			}
		}
		if c.runs() {
			fmt.Fprintf(&body, "func %s() {\n%s\n}\n\n", m.function(c), strings.Trim(c.body, "\n"))
		} else if c.aside != "" {
			comment(&body, c.aside)
		}
	}
	for _, d := range m.inits() {
		body.WriteString(d.text + "\n\n")
	}
	m.main(&body)

	imports, err := m.imports(body.Bytes())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "// The cells of %s in their order, as one program.\n", strings.Join(strings.Fields(plain(path)), " "))
	for _, c := range m.cells {
		for _, d := range c.decls {
			if d.replaced > 0 {
				fmt.Fprintf(&b, "//\n// %s of cell %d is replaced by that of cell %d, for the cells between them too.\n", strings.Join(d.names, ", "), c.number, d.replaced)
			}
		}
	}
	fmt.Fprintf(&b, "package main\n\n%s\n%s", imports, body.Bytes())
	src, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("the merged program: %w", err)
	}
	return src, nil
}

// main writes the function that runs the cells.
func (m *merged) main(b *bytes.Buffer) {
	b.WriteString("func main() {\n")
	if m.flags {
		b.WriteString("flag.Parse()\n")
	}
	for _, c := range m.cells {
		if !c.runs() {
			continue
		}
		if len(c.args) > 0 {
			quoted := make([]string, len(c.args))
			for i, arg := range c.args {
				quoted[i] = strconv.Quote(arg)
			}
			fmt.Fprintf(b, "os.Args = append(os.Args[:1], %s)\nflag.Parse()\n", strings.Join(quoted, ", "))
		}
		fmt.Fprintf(b, "%s()\n", m.function(c))
	}
	b.WriteString("}\n")
}

// comment writes a text as line comments, an empty line after them, so that they belong to no
// declaration.
func comment(b *bytes.Buffer, text string) {
	text = strings.TrimSpace(plain(text))
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("// "+line, " \t\n") + "\n")
	}
	b.WriteByte('\n')
}
