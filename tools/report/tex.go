package report

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// tex is a formula in Markdown: $inline$ or $$display$$, whose source Markdown leaves alone.
type tex struct {
	ast.BaseInline
	source  string
	display bool
}

var kindTeX = ast.NewNodeKind("TeX")

// Kind implements ast.Node.
func (n *tex) Kind() ast.NodeKind { return kindTeX }

// Dump implements ast.Node.
func (n *tex) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"source": n.source}, nil)
}

// texExtension teaches goldmark formulas.
type texExtension struct{}

// Extend implements goldmark.Extender.
func (texExtension) Extend(md goldmark.Markdown) {
	md.Parser().AddOptions(parser.WithInlineParsers(util.Prioritized(texParser{}, 150)))
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(texExtension{}, 150)))
}

// RegisterFuncs implements renderer.NodeRenderer. The formula is written as code; finish turns it into MathML after
// the sanitiser has passed it.
func (texExtension) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindTeX, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			class := "math"
			if n.(*tex).display {
				class = "math display"
			}
			w.WriteString(`<code class="` + class + `">` + escape(n.(*tex).source) + `</code>`)
		}
		return ast.WalkSkipChildren, nil
	})
}

// texParser finds formulas by pandoc's rule: after the first dollar and before the second there is no space, and no
// digit follows the second, so that "$5 and $6" stays money.
type texParser struct{}

// Trigger implements parser.InlineParser.
func (texParser) Trigger() []byte { return []byte{'$'} }

// Parse implements parser.InlineParser.
func (texParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, start := block.Position()
	var rest strings.Builder // from the dollar to the end of the paragraph
	for {
		l, _ := block.PeekLine()
		if l == nil {
			break
		}
		rest.Write(l)
		block.AdvanceLine()
	}
	block.SetPosition(line, start)

	s := rest.String()
	mark := "$"
	if strings.HasPrefix(s, "$$") {
		mark = "$$"
	}
	end := closing(s[len(mark):], mark)
	if end < 0 {
		return nil
	}
	source := s[len(mark) : len(mark)+end]
	for n := len(s[:2*len(mark)+end]); n > 0; {
		l, _ := block.PeekLine()
		if n < len(l) {
			block.Advance(n)
			break
		}
		n -= len(l)
		block.AdvanceLine()
	}
	return &tex{source: strings.TrimSpace(source), display: mark == "$$"}
}

// closing is where in s the formula ends, or -1.
func closing(s, mark string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case !strings.HasPrefix(s[i:], mark):
		case strings.TrimSpace(s[:i]) == "":
			return -1
		case mark == "$$":
			return i
		case s[0] == ' ' || s[0] == '\n' || s[i-1] == ' ' || s[i-1] == '\n':
			return -1
		case i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			return -1
		default:
			return i
		}
	}
	return -1
}
