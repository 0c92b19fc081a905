package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"flowbook/tools/notebook"
	"flowbook/tools/tex"
)

// heading is an entry of a page's table of contents.
type heading struct {
	Level    int
	ID, Text string
}

// markdown renders a notebook's Markdown: GitHub's, with TeX as JupyterLab finds it. It collects
// the headings of a page.
type markdown struct {
	headings []heading
	ids      map[string]bool   // the anchors
	again    map[string]int    // anchor → how many later headings asked for it
	pages    map[string]string // notebook file, slashes → its page: links to notebooks go there
	dir      string            // the notebook's folder, which links are relative to
	tex      *tex.Page
	cell     string // the anchor of the cell whose outputs are written
	texts    int    // rendered so far, by which footnotes of two texts differ
}

func newMarkdown(dir string) *markdown {
	return &markdown{ids: map[string]bool{}, again: map[string]int{}, pages: map[string]string{}, dir: dir, tex: tex.NewPage()}
}

var goldmarks = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			bounds{}, extension.Strikethrough, extension.Linkify, extension.TaskList,
			extension.NewFootnote(extension.WithFootnoteIDPrefixFunction(func(n ast.Node) []byte {
				prefix, _ := n.OwnerDocument().Meta()[footnotes].(string)
				return []byte(prefix)
			})),
		),
		goldmark.WithRendererOptions(gmhtml.WithUnsafe()), // HTML in Markdown is sanitised afterwards
	)
})

// footnotes is where a document keeps the prefix of its footnotes' ids.
const footnotes = "footnotes"

// render is the HTML of one text. Attachments are the cell's; links to them become the data itself.
func (m *markdown) render(source string, attachments notebook.Object) string {
	m.texts++
	cut := ""
	if len(source) > maxText {
		cut = note("%d kB more of this text are not shown.", (len(source)-maxText)/1024+1)
		source = strings.ToValidUTF8(source[:maxText], "")
	}
	held, formulas := takeMath(decent(source))
	src := []byte(held)
	doc, ok := within(maxTime, func() ast.Node { return goldmarks().Parser().Parse(text.NewReader(src)) })
	if !ok {
		return "<pre>" + escape(plain(source)) + "</pre>" + note("This text is shown as it was written: its Markdown takes too long to read.") + cut
	}
	doc.OwnerDocument().AddMeta(footnotes, fmt.Sprintf("t%d-", m.texts))
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			m.heading(n, putBack(words(n, src), formulas))
		case *ast.Image:
			n.Destination = attached([]byte(putBack(string(n.Destination), formulas)), attachments)
		case *ast.Link:
			n.Destination = m.link([]byte(putBack(string(n.Destination), formulas)))
		}
		return ast.WalkContinue, nil
	})
	var b bytes.Buffer
	if err := goldmarks().Renderer().Render(&b, src, doc); err != nil {
		return "<pre>" + escape(plain(source)) + "</pre>"
	}
	return m.setMath(coloured(sanitize(attachedImages(b.String(), attachments)), formulas), formulas) + cut
}

// heading notes a heading and gives it its anchors: JupyterLab's and, where it is another,
// GitHub's.
func (m *markdown) heading(n *ast.Heading, title string) {
	id, github := strings.Join(strings.FieldsFunc(title, unicode.IsSpace), "-"), anchor(title)
	if id == "" {
		id, github = "section", "section"
	}
	again, suffix := m.again[id], ""
	for m.ids[id+suffix] || m.ids[github+suffix] { // as GitHub tells headings of one text apart
		again++
		suffix = fmt.Sprintf("-%d", again)
	}
	m.again[id] = again
	id, github = id+suffix, github+suffix
	m.ids[id], m.ids[github] = true, true
	m.headings = append(m.headings, heading{n.Level, id, title})
	n.SetAttributeString("id", []byte(id))
	if github != id && github != suffix {
		mark := ast.NewString([]byte(`<a id="` + escape(github) + `"></a>`))
		mark.SetCode(true) // written as it is
		n.InsertBefore(n, n.FirstChild(), mark)
	}
}

// firstHeading is the first heading of the first level in a text, "" if there is none.
func firstHeading(source string) (title string) {
	held, formulas := takeMath(decent(source))
	src := []byte(held)
	ast.Walk(goldmarks().Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
			title = putBack(words(h, src), formulas)
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return title
}

// anchor is the id that GitHub gives a heading: letters and digits of all scripts in lower case,
// "-", "_", and "-" for a blank.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case unicode.IsSpace(r):
			return '-'
		}
		return -1
	}, title)
}

var fence = regexp.MustCompile(`(?s)<pre><code(?: class="language-([\w+#-]+)")?>(.*?)</code></pre>`)

// coloured highlights the code blocks of sanitised HTML and restores the formulas in them.
func coloured(text string, formulas []formula) string {
	return fence.ReplaceAllStringFunc(text, func(s string) string {
		m := fence.FindStringSubmatch(s)
		if strings.Contains(m[2], "<") {
			return s
		}
		return `<pre class="code">` + highlight(putBack(html.UnescapeString(m[2]), formulas), m[1]) + `</pre>`
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
	mime, data, ok := attachedPicture(name, attachments)
	if !ok {
		return dest
	}
	return []byte("data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data))
}

// attachedPicture is the picture that a link calls name: of a type that is shown; an SVG is reduced
// to its drawing.
func attachedPicture(name string, attachments notebook.Object) (mime string, data []byte, ok bool) {
	if n, err := url.PathUnescape(name); err == nil {
		name = n
	}
	var b notebook.Bundle
	if raw := attachments.Get(name); raw == nil || json.Unmarshal(raw, &b) != nil {
		return "", nil, false
	}
	for _, mime := range images {
		text, ok := b.Text(mime)
		if !ok {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(unspaced(text))
		if mime == "image/svg+xml" {
			if err != nil {
				data = []byte(text) // not encoded, as some tools write it
			}
			still, ok := stillSVG(string(data))
			if data, err = []byte(still), nil; !ok {
				continue
			}
		}
		if err == nil {
			return mime, data, true
		}
	}
	return "", nil, false
}

var attachedSource = regexp.MustCompile(`(?i)(<img\b[^>]*?\ssrc\s*=\s*)(?:"(attachment:[^"]*)"|'(attachment:[^']*)'|(attachment:[^\s"'>]+))`)

// attachedImages treats <img> in HTML as attached treats Markdown.
func attachedImages(text string, attachments notebook.Object) string {
	if !strings.Contains(text, "attachment:") {
		return text
	}
	return attachedSource.ReplaceAllStringFunc(text, func(s string) string {
		m := attachedSource.FindStringSubmatch(s)
		return m[1] + `"` + string(attached([]byte(html.UnescapeString(m[2]+m[3]+m[4])), attachments)) + `"`
	})
}

// link turns a link to another notebook or text of the run into one to its page.
func (m *markdown) link(dest []byte) []byte {
	file, fragment, _ := strings.Cut(string(dest), "#")
	if ext := path.Ext(file); ext != ".ipynb" && ext != ".md" || strings.Contains(file, ":") {
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
