package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"path"
	"strings"

	"flowbook/tools/notebook"
	"flowbook/tools/status"
)

//go:embed style.css
var style string

//go:embed page.html
var pageHTML string

//go:embed index.html
var indexHTML string

var templates = template.Must(template.Must(template.New("page").Parse(pageHTML)).New("index").Parse(indexHTML))

// policy is the content security policy of a page: its own style sheet, images within the page,
// nothing else. The style sheet stands in each page and is allowed by its digest, so that one file
// can be sent and still look right.
func policy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// pageView is the data of page.html.
type pageView struct {
	frame
	Page       *Page
	Note       string // the page's message, plain
	Group      string
	Time       string
	Contents   []heading
	Chapters   []chapterView
	Cells      []cellView
	Prev, Next *link
}

// frame is the common data of all pages.
type frame struct {
	Title, Site string
	Policy      string
	Style       template.CSS
}

type link struct{ Href, Text string }

// cellView is one cell, ready for the page.
type cellView struct {
	Anchor  string
	Kind    string
	Prompt  string // [3]
	Source  template.HTML
	Fold    string        // why the source is folded away, "" if it is shown
	Begun   template.HTML // the part of a folded source that a student sees
	Outputs []template.HTML
	Hidden  bool // outputs are folded away
	Status  status.Status
	Group   string
	Time    string
	Message string
}

// page renders the page of the run's i-th step, which must be a notebook.
func page(run Run, titles []string, i int) ([]byte, error) {
	p := &run.Pages[i]
	m := newMarkdown(path.Dir(p.Path))
	for j := range run.Pages {
		if run.Pages[j].Notebook != nil {
			m.pages[path.Clean(run.Pages[j].Path)] = run.Pages[j].file()
		}
	}
	view := pageView{frame: newFrame(run, titles[i]), Page: p, Note: strings.TrimSpace(plain(p.Message)), Group: group(p.Status), Time: span(p.Duration)}
	language := p.Notebook.Language()
	if language == "" {
		language = "go"
	}
	ids := p.Notebook.IDs()
	for j, c := range p.Notebook.Cells {
		if c.HasTag("remove-cell") || c.Type == notebook.Raw || strings.TrimSpace(c.Source) == "" && len(c.Outputs) == 0 {
			continue
		}
		m.cell = "cell-" + ids[j]
		v := m.cellView(c, language)
		if r := p.cell(j); r != nil {
			v.Status, v.Group, v.Time, v.Message = r.Status, group(r.Status), span(r.Duration), oneLine(r.Message)
		}
		view.Cells = append(view.Cells, v)
	}
	var shown []template.HTML
	for _, v := range view.Cells {
		shown = append(shown, v.Outputs...)
	}
	view.colours(palette(shown))
	if len(run.Pages) > 1 && len(m.headings) > 0 && m.headings[0].Level == 1 {
		m.headings = m.headings[1:] // the chapter's own title
	}
	for _, h := range m.headings {
		if h.Level <= 3 && len(view.Contents) < maxContents {
			view.Contents = append(view.Contents, h)
		}
	}
	if len(run.Pages) > 1 {
		view.Chapters = chapters(run, titles, i)
	}
	view.Prev, view.Next = neighbour(run, titles, i, -1), neighbour(run, titles, i, +1)
	return execute("page", view)
}

// cellView renders a cell. Tags and metadata of JupyterLab and Jupyter Book decide which parts are
// folded or left out.
func (m *markdown) cellView(c *notebook.Cell, language string) cellView {
	v := cellView{Kind: c.Type, Anchor: m.cell}
	if c.Type != notebook.Code {
		v.Source = template.HTML(m.render(c.Source, c.Attachments))
		return v
	}
	if c.ExecutionCount != nil {
		v.Prompt = fmt.Sprintf("[%d]", *c.ExecutionCount)
	}
	if !c.HasTag("remove-input") {
		v.Source = template.HTML(highlight(c.Source, language))
	}
	v.Fold, v.Hidden = hidden(c)
	if open := begun(c); v.Fold != "" && open != "" && v.Source != "" {
		v.Begun = template.HTML(highlight(open, language))
	}
	if !c.HasTag("remove-output") {
		for n, o := range c.Outputs {
			if text := m.outputHTML(o, n+1); text != "" {
				v.Outputs = append(v.Outputs, template.HTML(text))
			}
		}
	}
	return v
}

// file is the page's file in the site.
func (p *Page) file() string { return p.Name + ".html" }

// neighbour is the next page of a notebook in a direction.
func neighbour(run Run, titles []string, i, step int) *link {
	for i += step; i >= 0 && i < len(run.Pages); i += step {
		if p := &run.Pages[i]; p.Notebook != nil {
			return &link{p.file(), strings.TrimSpace(p.Number + " " + titles[i])}
		}
	}
	return nil
}

func newFrame(run Run, title string) frame {
	site := run.Title
	if site == "" {
		site = "Notebooks"
	}
	return frame{Title: title, Site: site, Policy: policy(style), Style: template.CSS(style)}
}

// colours adds rules to the style sheet of one page.
func (f *frame) colours(rules string) {
	if rules != "" {
		f.Style += template.CSS(rules)
		f.Policy = policy(string(f.Style))
	}
}

func execute(name string, view any) ([]byte, error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, view); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return visible(b.Bytes()), nil
}
