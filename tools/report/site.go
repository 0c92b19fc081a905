package report

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"
	"flowbook/tools/status"
)

// indexView is the data of index.html.
type indexView struct {
	frame
	Rows      []row
	Chapters  []chapterView
	Status    status.Status
	Group     string
	Counts    string
	HasStatus bool
}

type row struct {
	*Page
	Href, Title, Group, Tally, Time string
	Note                            string
	Failed                          []link
}

// name of a page: it becomes a file and a part of links.
var pageName = regexp.MustCompile(`^[\pL\pN_][\pL\pN\pM_.-]*$`)

// Site writes the run as a static site into dir, which is made if need be: index.html and one page
// for each notebook. Each page is one file that fetches nothing, runs no script and works from
// disk; files of the same names are replaced, others stay. Formulas are MathML, which browsers set
// by themselves; one that KaTeX cannot read is shown as its source. Pictures that a text only links
// to are named, not fetched. Names of pages must be unique file names of letters, digits, ".", "-",
// "_", and none is "index".
func Site(dir string, run Run) error {
	seen := map[string]bool{"index": true}
	for i := range run.Pages {
		name := run.Pages[i].Name
		if key := strings.ToLower(name); !pageName.MatchString(name) || seen[key] {
			return fmt.Errorf("write report: page %q: not a unique file name", name)
		} else {
			seen[key] = true
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	titles := make([]string, len(run.Pages))
	for i := range run.Pages {
		titles[i] = title(&run.Pages[i])
	}
	for i := range run.Pages {
		if run.Pages[i].Notebook == nil {
			continue
		}
		text, err := page(run, titles, i)
		if err == nil {
			err = atomicfile.Write(filepath.Join(dir, run.Pages[i].file()), text, 0o666)
		}
		if err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	text, err := index(run, titles)
	if err == nil {
		err = atomicfile.Write(filepath.Join(dir, "index.html"), text, 0o666)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func index(run Run, titles []string) ([]byte, error) {
	view := indexView{frame: newFrame(run, "")}
	view.Title = view.Site
	bad := 0
	for i := range run.Pages {
		p := &run.Pages[i]
		r := row{Page: p, Title: titles[i], Group: group(p.Status), Tally: tally(p), Time: span(p.Duration), Note: shorten(strings.TrimSpace(plain(p.Message)), 2000)}
		if p.Notebook != nil {
			r.Href = p.file()
			ids := p.Notebook.IDs()
			for _, c := range p.failed() {
				text := c.name()
				if msg := oneLine(c.Message); msg != "" {
					text += " – " + msg
				}
				href := r.Href
				if c.Index >= 0 && c.Index < len(ids) {
					href += "#cell-" + ids[c.Index]
				}
				r.Failed = append(r.Failed, link{href, shorten(text, 300)})
			}
		}
		if p.Status != "" {
			view.HasStatus = true
		}
		if p.Status.Bad() {
			bad++
		}
		view.Rows = append(view.Rows, r)
	}
	view.Status, view.Group, view.Counts = status.OK, "good", fmt.Sprintf("%d of %d steps went well", len(run.Pages)-bad, len(run.Pages))
	if bad > 0 {
		view.Status, view.Group = status.Failed, "bad"
	}
	if !view.HasStatus {
		view.Chapters = chapters(run, titles, -1)
	}
	return execute("index", view)
}

// title is the book's name of a page, or its notebook's first heading of the first level, or its
// name.
func title(p *Page) string {
	if p.Title != "" {
		return p.Title
	}
	if p.Notebook != nil {
		for _, c := range p.Notebook.Cells {
			if c.Type != notebook.Markdown {
				continue
			}
			if h := firstHeading(c.Source); h != "" {
				return h
			}
		}
	}
	return p.Name
}

// chapters are the pages of a run as a table of contents; current is that page's index, -1 for
// none.
func chapters(run Run, titles []string, current int) (list []chapterView) {
	for i := range run.Pages {
		p := &run.Pages[i]
		v := chapterView{Part: p.Part, Number: p.Number, Title: titles[i], Depth: min(p.Depth, 3), Current: i == current}
		if p.Notebook != nil {
			v.Href = p.file()
		}
		list = append(list, v)
	}
	return list
}

// chapterView is a line of the book's contents.
type chapterView struct {
	Part, Number, Title, Href string
	Depth                     int
	Current                   bool
}
