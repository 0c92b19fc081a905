package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/tools/report"
	"flowbook/tools/runner"
	"flowbook/tools/status"
)

// reportPages turns results into pages for package report; a notebook whose run could not be made
// has an error instead of a result.
func reportPages(targets []*target, results []*runner.Result, errs []error) []report.Page {
	var pages []report.Page
	for i, t := range targets {
		p := report.Page{Name: strings.TrimSuffix(t.base(), ".ipynb"), Path: t.name, Notebook: t.nb, Status: status.NotRun}
		switch {
		case errs[i] != nil:
			p.Status, p.Message = status.Failed, errs[i].Error()
		case results[i] != nil:
			r := results[i]
			p.Status, p.Duration = r.Status, r.Elapsed
			if r.Stop != nil {
				p.Message = r.Stop.Error()
				if !r.Status.Bad() {
					p.Status = status.Interrupted
				}
			}
			for _, c := range r.Cells {
				p.Cells = append(p.Cells, reportCell(c))
			}
		}
		pages = append(pages, p)
	}
	return pages
}

func reportCell(c runner.CellResult) report.Cell {
	rc := report.Cell{
		Index: c.Index, Number: c.Number, ID: c.ID, Line: c.Line, Title: c.Title,
		Status: c.Status, Duration: c.Phases.Total,
	}
	if e := c.Error; e != nil {
		rc.Message = e.Error()
		rc.Text = strings.Join(e.Traceback, "\n")
		if e.Stderr != "" {
			rc.Text = strings.TrimSpace(rc.Text + "\n" + e.Stderr)
		}
		if e.Diff != "" {
			rc.Text = e.Diff
		}
		if e.Position.File > 0 && e.Position.Number == c.Number {
			rc.Line = e.Position.File
		}
	}
	return rc
}

// writeReports writes the JUnit file if one is wanted and, where GitHub Actions runs us,
// annotations and the step's summary.
func writeReports(con *console, junit, title string, pages []report.Page) error {
	run := report.Run{Title: title, Pages: pages}
	if junit != "" {
		var b bytes.Buffer
		if err := report.JUnit(&b, run); err != nil {
			return fmt.Errorf("write %s: %w", junit, err)
		}
		if err := os.MkdirAll(filepath.Dir(junit), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", junit, err)
		}
		if err := atomicfile.Write(junit, b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		if err := report.Annotations(con.data, run); err != nil {
			return err
		}
		if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return fmt.Errorf("step summary: %w", err)
			}
			defer f.Close()
			return report.Summary(f, run)
		}
	}
	return nil
}
