package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"

	"flowbook/tools/status"
)

// JUnit writes the run as JUnit XML: a test suite for each page, a test case for each code cell,
// named by file and cell so that a CI recognises it from run to run. A step without cells is one
// case.
func JUnit(w io.Writer, run Run) error {
	doc := junitSuites{Name: plain(run.Title)}
	var total time.Duration
	for i := range run.Pages {
		s := suite(&run.Pages[i])
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Skipped += s.Skipped
		total += run.Pages[i].Duration
		doc.Suites = append(doc.Suites, s)
	}
	doc.Time = seconds(total)
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr,omitempty"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []junitSuite
}

type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Time     string   `xml:"time,attr"`
	Cases    []junitCase
}

type junitCase struct {
	XMLName xml.Name   `xml:"testcase"`
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	File    string     `xml:"file,attr,omitempty"`
	Line    string     `xml:"line,attr,omitempty"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Error   *junitText `xml:"error"`
	Skipped *junitText `xml:"skipped"`
}

type junitText struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func suite(p *Page) junitSuite {
	cells := p.Cells
	if len(cells) == 0 || p.Status.Bad() && len(p.failed()) == 0 {
		// A failure outside of all cells (the kernel did not start, a command failed) is a case of
		// its own.
		cells = append(cells[:len(cells):len(cells)], Cell{Title: p.Path, Status: p.Status, Duration: p.Duration, Message: p.Message, Text: p.Message})
	}
	s := junitSuite{Name: plain(p.Path), Tests: len(cells), Time: seconds(p.Duration)}
	for i := range cells {
		c := &cells[i]
		t := junitCase{Name: c.name(), Class: plain(p.Path), Time: seconds(c.Duration)}
		if p.Notebook != nil {
			t.File = plain(p.Path)
		}
		if c.Number == 0 {
			t.Name = plain(p.Path)
		} else if c.ID != "" {
			t.Name = "[" + plain(c.ID) + "] " + t.Name
		}
		if c.Line > 0 {
			t.Line = strconv.Itoa(c.Line)
		}
		text := &junitText{Message: oneLine(c.Message), Type: string(c.Status), Text: plain(c.Text)}
		switch {
		case c.Status == status.Failed || c.Status == status.Mismatched:
			t.Failure = text
			s.Failures++
		case c.Status.Bad():
			t.Error = text
			s.Errors++
		case c.Status == status.Skipped, c.Status == status.NotRun:
			t.Skipped = &junitText{Message: string(c.Status)}
			s.Skipped++
		}
		s.Cases = append(s.Cases, t)
	}
	return s
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
