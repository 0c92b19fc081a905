package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flowbook/tools/book"
	"flowbook/tools/notebook"
	"flowbook/tools/report"
)

// chapter is a notebook to export, and the book that it belongs to.
type chapter struct {
	*target
	entry book.Entry
	book  *book.Book
}

// exportRun reads the notebooks to export; those of a folder in the order of its book.
func exportRun(ctx context.Context, con *console, args []string) (report.Run, error) {
	run := report.Run{Title: "Notebooks"}
	var chapters []chapter
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err == nil && !info.IsDir() && (filepath.Base(arg) == book.Contents || filepath.Base(arg) == book.Pipeline) {
			arg = filepath.Dir(arg)
			info, err = os.Stat(arg)
		}
		if err != nil || !info.IsDir() {
			targets, err := readTargets(ctx, con, []string{arg})
			if err != nil {
				return run, err
			}
			for _, t := range targets {
				chapters = append(chapters, chapter{target: t})
			}
			continue
		}
		b, found, err := exportFolder(ctx, con, arg)
		if err != nil {
			return run, err
		}
		if b != nil && b.Title != "" && run.Title == "Notebooks" {
			run.Title = b.Title
		}
		chapters = append(chapters, found...)
	}
	run.Pages = exportPages(chapters)
	return run, nil
}

// exportFolder reads the notebooks of a folder: its book's in their order; without contents of its
// own, the others after them.
func exportFolder(ctx context.Context, con *console, dir string) (*book.Book, []chapter, error) {
	b, err := book.Read(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("export: %w", err)
	}
	var chapters []chapter
	taken := map[string]bool{}
	add := func(path string, e book.Entry) error {
		if taken[path] {
			return nil
		}
		taken[path] = true
		t, err := readChapter(ctx, con, path)
		if err == nil {
			chapters = append(chapters, chapter{t, e, b})
		}
		return err
	}
	if b != nil {
		for _, e := range b.Entries {
			if err := add(filepath.Join(dir, filepath.FromSlash(e.File)), e); err != nil {
				return nil, nil, err
			}
		}
		if b.Whole {
			return b, chapters, nil
		}
	}
	rest, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("export: %w", err)
	}
	for _, f := range rest {
		if f.IsDir() || filepath.Ext(f.Name()) != ".ipynb" {
			continue
		}
		if err := add(filepath.Join(dir, f.Name()), book.Entry{File: f.Name()}); err != nil {
			return nil, nil, err
		}
	}
	if len(chapters) == 0 {
		return nil, nil, &usageError{fmt.Errorf("no notebook in %s", filepath.ToSlash(dir))}
	}
	return b, chapters, nil
}

// readChapter reads a notebook, or a Markdown file as a notebook of one cell.
func readChapter(ctx context.Context, con *console, path string) (*target, error) {
	if filepath.Ext(path) != ".md" {
		targets, err := readTargets(ctx, con, []string{path})
		if err != nil {
			return nil, err
		}
		return targets[0], nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{notebook.NewMarkdown(string(text))}
	return &target{path: path, name: filepath.ToSlash(path), dir: abs(filepath.Dir(path)), nb: nb}, nil
}

// exportPages names a page for each notebook: after its file, with its folder before it where two
// files are called alike.
func exportPages(chapters []chapter) []report.Page {
	taken := map[string]bool{"index": true}
	var pages []report.Page
	for _, c := range chapters {
		base := c.base()
		name := pageName(strings.TrimSuffix(base, filepath.Ext(base)))
		if taken[strings.ToLower(name)] {
			name = pageName(filepath.Base(c.dir)) + "-" + name
		}
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d", strings.TrimSuffix(name, fmt.Sprintf("-%d", n-1)), n)
		}
		taken[strings.ToLower(name)] = true
		p := report.Page{Name: name, Path: c.name, Notebook: c.nb, Title: c.entry.Title, Number: c.entry.Number, Part: c.entry.Part, Depth: c.entry.Depth}
		if c.book != nil {
			p.Launch, p.Source = c.book.Launch(c.entry.File), c.book.Source(c.entry.File)
		}
		pages = append(pages, p)
	}
	return pages
}
