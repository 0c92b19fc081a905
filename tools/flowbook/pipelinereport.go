package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/pipeline"
	"flowbook/tools/report"
	"flowbook/tools/status"
)

// writePipelineReport writes the site of the pipeline's notebooks and returns its first page. If
// nothing has run since the last report, it is not rewritten.
func writePipelineReport(con *console, root string, p *pipeline.Pipeline, runs []*pipeline.Run) (index string, err error) {
	dir, err := module.State(root, "report")
	if err != nil {
		return "", err
	}
	index = filepath.Join(dir, "index.html")
	pages, state, quiet, err := pipelinePages(root, p, runs)
	if err != nil {
		return "", err
	}
	kept := filepath.Join(dir, ".state")
	if old, err := os.ReadFile(kept); quiet && err == nil && string(old) == state {
		if _, err := os.Stat(index); err == nil {
			return index, nil
		}
	}
	if err := os.Remove(kept); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	title := p.Title
	if title == "" {
		title = "Pipeline"
	}
	if err := report.Site(dir, report.Run{Title: title, Pages: pages}); err != nil {
		return "", err
	}
	if err := writeReports(con, "", title, pages); err != nil {
		return "", err
	}
	return index, atomicfile.Write(kept, []byte(state), 0o600)
}

// pipelinePages makes a page of each step, those included that were not asked for and have been run
// earlier. state identifies the content of the site; quiet is true if nothing has happened.
func pipelinePages(root string, p *pipeline.Pipeline, runs []*pipeline.Run) (pages []report.Page, state string, quiet bool, err error) {
	digest, err := module.Digest(root, module.Self+"/tools/report")
	if err != nil {
		digest = "" // a module without our tools
	}
	text := &strings.Builder{}
	fmt.Fprintln(text, p.Title, digest)
	asked := map[string]*pipeline.Run{}
	for _, run := range runs {
		asked[run.Name] = run
	}
	quiet = true
	for _, run := range p.Known() {
		if a := asked[run.Name]; a != nil {
			run = a
		}
		page := report.Page{Name: run.Name, Path: run.Step.Notebook, Status: pageStatus(run)}
		if run.Step.Notebook == "" {
			page.Path = "flowbook " + strings.Join(run.Step.Command, " ")
		}
		if run.Executed != "" {
			nb, err := p.Largest.ReadFile(run.Executed)
			switch {
			case err == nil:
				page.Notebook = nb
			case !errors.Is(err, fs.ErrNotExist):
				return nil, "", false, fmt.Errorf("read %s: %w", display(run.Executed), err)
			case run.Status == "":
				continue // never run, and not asked for
			}
		}
		if run.Err != nil {
			page.Message = run.Err.Error()
		}
		if run.Result != nil {
			page.Duration = run.Result.Elapsed
			for _, c := range run.Result.Cells {
				page.Cells = append(page.Cells, reportCell(c))
			}
		}
		pages = append(pages, page)
		quiet = quiet && (run.Status == pipeline.UpToDate || run.Status == "")
		var size, modified int64
		if info, err := os.Stat(run.Executed); err == nil {
			size, modified = info.Size(), info.ModTime().UnixNano()
		}
		fmt.Fprintln(text, page.Name, page.Path, page.Status.Bad() || page.Status == status.NotRun, size, modified)
	}
	return pages, text.String(), quiet, nil
}

func pageStatus(run *pipeline.Run) status.Status {
	switch {
	case run.Result != nil && run.Result.Status.Bad():
		return run.Result.Status
	case run.Status == pipeline.Ran:
		return status.OK
	case run.Status == pipeline.UpToDate || run.Status == pipeline.Fetched:
		return status.Cached
	case run.Status == pipeline.Failed:
		return status.Failed
	case run.Status == pipeline.Stopped:
		return status.Interrupted
	case run.Status == pipeline.NotRun:
		return status.NotRun
	}
	return ""
}
