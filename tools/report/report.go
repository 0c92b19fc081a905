// Package report turns executed notebooks into reports for people and machines: a static HTML site,
// Markdown, a runnable Go program, JUnit XML, CI annotations and a Markdown summary.
//
// Its one convention: a [Run] goes in, bytes come out. The same run gives the same bytes; nothing
// asks for the time or for the machine. Whatever came from a notebook is untrusted: HTML is
// sanitised, everything else is escaped for where it goes, and pages carry a content security
// policy under which nothing runs and nothing is fetched.
//
//	run := report.Run{Title: "Flows", Pages: []report.Page{{Name: "Anomalies", Path: "notebooks/Anomalies.ipynb", Notebook: nb, Status: status.OK}}}
//	err := report.Site("site", run) // site/index.html, site/Anomalies.html
package report

import (
	"fmt"
	"time"

	"flowbook/tools/notebook"
	"flowbook/tools/status"
)

// Run is one run of a pipeline, of some notebooks, or of none (an export): one Page for each step.
type Run struct {
	Title string
	Pages []Page
}

// Page is one step of a run: a notebook, or a command, whose Notebook is nil.
type Page struct {
	Name     string             // the page's file without extension; unique in the run
	Path     string             // notebook's path as the user gave it, with slashes; a command's words
	Notebook *notebook.Notebook // as executed
	Status   status.Status      // "" if it was not run, only exported
	Duration time.Duration      // 0 is not shown
	Message  string             // why it went wrong, in a line or a few; "" where the cells say it
	Cells    []Cell             // the results of its code cells; none for an export

	// A page of a book.
	Title  string // "" for the notebook's first heading
	Number string // of the chapter, as "2.1"; "" for none
	Part   string // the caption of the part that begins here
	Depth  int    // 0 for a chapter, 1 for a section of one, and so on
	Launch string // where the notebook opens in a running Jupyter, an https address
	Source string // where its file can be read
}

// Cell is the result of one code cell.
type Cell struct {
	Index  int    // in the notebook's cells, from 0
	Number int    // among the code cells, from 1
	ID     string // nbformat's id, or the derived one
	// Line is the line of the .ipynb file for an annotation: the failing one if known, else the
	// first of the source; 0 if unknown.
	Line     int
	Title    string // its name in lists: its first line
	Status   status.Status
	Duration time.Duration
	Message  string // why it went wrong, in a line
	Text     string // the whole story: traceback and the end of stderr; ANSI escapes are taken out
}

// group is the colour that a status is shown in.
func group(s status.Status) string {
	switch {
	case s.Bad():
		return "bad"
	case s == status.OK, s == status.Cached:
		return "good"
	}
	return "idle"
}

// failed are the page's bad cells.
func (p *Page) failed() (bad []Cell) {
	for _, c := range p.Cells {
		if c.Status.Bad() {
			bad = append(bad, c)
		}
	}
	return bad
}

// cell returns the result of the cell with an index, or nil.
func (p *Page) cell(index int) *Cell {
	for i := range p.Cells {
		if p.Cells[i].Index == index {
			return &p.Cells[i]
		}
	}
	return nil
}

// name is a cell's name in messages.
func (c *Cell) name() string {
	if title := oneLine(c.Title); title != "" {
		return fmt.Sprintf("cell %d: %s", c.Number, title)
	}
	return fmt.Sprintf("cell %d", c.Number)
}

// span is a duration with three digits, as people read it.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
