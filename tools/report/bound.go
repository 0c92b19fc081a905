package report

import (
	"bytes"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Bounds on the cost of a cell. Sizes decide alike on every machine and come first; time bounds the
// rest. A text beyond a bound is shown plainly, and a note on the page says so.
const (
	maxText     = 1 << 20         // bytes of a Markdown text
	maxCode     = 256 << 10       // bytes of highlighted code
	maxCells    = 20_000          // of one Markdown table, with those that fill short rows
	maxMarks    = 10_000          // markup signs of one paragraph, which take quadratic time to pair
	maxNested   = 200             // elements within each other
	maxContents = 300             // lines of a table of contents
	maxTime     = 5 * time.Second // of one text or one piece of code
)

// within returns the result of work, or false if that takes too long or panics, as libraries do on
// texts that nobody writes. Go cannot stop a slow rendering; it goes on until it is done or the
// command ends.
func within[T any](limit time.Duration, work func() T) (made T, ok bool) {
	done := make(chan T, 1)
	go func() {
		defer func() {
			if recover() != nil {
				close(done)
			}
		}()
		done <- work()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case made, ok = <-done:
		return made, ok
	case <-timer.C:
		return made, false
	}
}

// bounds keeps paragraphs and tables within their sizes.
type bounds struct{}

// Extend implements goldmark.Extender.
func (bounds) Extend(md goldmark.Markdown) {
	// It must run before the table transformer, which turns a paragraph into all rows at once.
	md.Parser().AddOptions(parser.WithParagraphTransformers(util.Prioritized(bounds{}, 50)))
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(bounds{}, 50)))
}

// Transform implements parser.ParagraphTransformer.
func (bounds) Transform(node *ast.Paragraph, reader text.Reader, _ parser.Context) {
	lines := node.Lines()
	marks, columns := 0, 0
	for i := range lines.Len() {
		line := lines.At(i)
		text := line.Value(reader.Source())
		if columns == 0 && delimiter(text) {
			columns = bytes.Count(text, []byte("|")) + 1
		}
		for _, c := range text {
			switch c {
			case '*', '_', '[', ']', '~', '`':
				marks++
			}
		}
	}
	switch {
	case columns > 0 && (lines.Len()-1)*columns > maxCells:
		rows := max(maxCells/columns, 3)
		said := note("%d more rows of this table are not shown.", lines.Len()-rows)
		lines.SetSliced(0, min(rows, lines.Len()))
		node.Parent().InsertAfter(node.Parent(), node, &notice{html: said})
	case columns == 0 && marks > maxMarks:
		plain := ast.NewCodeBlock()
		plain.SetLines(lines)
		node.Parent().ReplaceChild(node.Parent(), node, plain)
		plain.Parent().InsertAfter(plain.Parent(), plain, &notice{html: note("This paragraph is shown as it was written: it holds %d signs of Markdown.", marks)})
	}
}

// delimiter says whether a line stands between a table's head and its rows.
func delimiter(line []byte) bool {
	return bytes.ContainsRune(line, '|') && len(bytes.Trim(line, "|:- \t\r\n")) == 0 && bytes.ContainsRune(line, '-')
}

// notice is a sentence of our own in a text.
type notice struct {
	ast.BaseBlock
	html string
}

var kindNotice = ast.NewNodeKind("Notice")

// Kind implements ast.Node.
func (n *notice) Kind() ast.NodeKind { return kindNotice }

// Dump implements ast.Node.
func (n *notice) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// RegisterFuncs implements renderer.NodeRenderer.
func (bounds) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindNotice, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString(n.(*notice).html + "\n")
		}
		return ast.WalkContinue, nil
	})
}
