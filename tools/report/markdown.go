package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"flowbook/tools/notebook"
)

// heading is an entry of a page's table of contents.
type heading struct {
	Level    int
	ID, Text string
}

// markdown renders a notebook's Markdown: GitHub's, with TeX between dollars. It collects the headings of a page.
type markdown struct {
	headings []heading
	ids      map[string]int
	pages    map[string]string // notebook file, slashes → its page: links to notebooks go there
	dir      string            // the notebook's folder, which links are relative to
}

var goldmarks = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, texExtension{},
		),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(gmhtml.WithUnsafe()), // HTML in Markdown is sanitised afterwards
	)
})

// render is the HTML of one text. Attachments are the cell's; links to them become the data itself.
func (m *markdown) render(source string, attachments notebook.Object) string {
	src := []byte(strings.ToValidUTF8(source, "\ufffd"))
	doc := goldmarks().Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(m))))
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if id, ok := n.AttributeString("id"); ok {
				m.headings = append(m.headings, heading{n.Level, string(id.([]byte)), words(n, src)})
			}
		case *ast.Image:
			n.Destination = attached(n.Destination, attachments)
		case *ast.Link:
			n.Destination = m.link(n.Destination)
		}
		return ast.WalkContinue, nil
	})
	var b bytes.Buffer
	if err := goldmarks().Renderer().Render(&b, src, doc); err != nil {
		return "<pre>" + escape(plain(source)) + "</pre>"
	}
	return finish(sanitize(b.String()))
}

var (
	fence   = regexp.MustCompile(`(?s)<pre><code(?: class="language-([\w+#-]+)")?>(.*?)</code></pre>`)
	formula = regexp.MustCompile(`<code class="math( display)?">([^<]*)</code>`)
)

// finish puts highlighted code and formulas where sanitised HTML has their sources.
func finish(text string) string {
	text = fence.ReplaceAllStringFunc(text, func(s string) string {
		m := fence.FindStringSubmatch(s)
		if strings.Contains(m[2], "<") {
			return s
		}
		return `<pre class="code">` + highlight(html.UnescapeString(m[2]), m[1]) + `</pre>`
	})
	return formula.ReplaceAllStringFunc(text, func(s string) string {
		m := formula.FindStringSubmatch(s)
		return math(html.UnescapeString(m[2]), m[1] != "")
	})
}

// words is the text of a node without its markup.
func words(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Value(src))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(n.Value)
			case *tex:
				b.WriteString(n.source)
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// attached turns attachment:name into a data URL.
func attached(dest []byte, attachments notebook.Object) []byte {
	name, ok := strings.CutPrefix(string(dest), "attachment:")
	if !ok {
		return dest
	}
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	var b notebook.Bundle
	if raw := attachments.Get(name); raw == nil || json.Unmarshal(raw, &b) != nil {
		return dest
	}
	for _, mime := range b.Keys() {
		if data, ok := b.Text(mime); ok && strings.HasPrefix(mime, "image/") {
			return []byte("data:" + mime + ";base64," + unspaced(data))
		}
	}
	return dest
}

// link turns a link to another notebook of the run into one to its page.
func (m *markdown) link(dest []byte) []byte {
	file, fragment, _ := strings.Cut(string(dest), "#")
	if !strings.HasSuffix(file, ".ipynb") || strings.Contains(file, ":") {
		return dest
	}
	if name, err := url.PathUnescape(file); err == nil {
		file = name
	}
	page, ok := m.pages[path.Join(m.dir, file)]
	if !ok {
		return dest
	}
	if fragment != "" {
		page += "#" + fragment
	}
	return []byte(page)
}

// Generate makes the id of a heading, unique on the page: it is goldmark's parser.IDs.
func (m *markdown) Generate(value []byte, _ ast.NodeKind) []byte {
	slug := slugify(string(value))
	m.ids[slug]++
	if n := m.ids[slug]; n > 1 {
		slug = fmt.Sprintf("%s-%d", slug, n)
	}
	return []byte(slug)
}

// Put is the other half of parser.IDs, for ids that a text gives itself.
func (m *markdown) Put(value []byte) { m.ids[string(value)]++ }

// slugify keeps the letters and digits of ASCII, in lower case, and a hyphen between words.
func slugify(s string) string {
	slug := strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9')
	}), "-")
	if slug == "" {
		return "section"
	}
	return slug
}

// unspaced is base64 without its line breaks.
func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }
