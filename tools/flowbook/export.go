package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/report"
)

type exportCmd struct {
	Notebooks []string `arg:"" name:"nb" sep:"none" help:"Notebooks, folders of notebooks (in the order of their _toc.yml or pipeline.yaml), globs, or - for standard input."`
	Out       string   `type:"output" placeholder:"DIR" help:"Folder to write into. Default: .flowbook/export."`
	To        string   `default:"html" enum:"html,markdown,go" placeholder:"FORM" help:"html: a site to open from disk; markdown: a document and its pictures for each notebook; go: a program for each notebook (${default})."`
}

func (c *exportCmd) Run(ctx context.Context, con *console) error {
	run, err := exportRun(ctx, con, c.Notebooks)
	if err != nil {
		return err
	}
	pages := run.Pages
	if c.Out == "" {
		if c.Out, err = exportDir(); err != nil {
			return err
		}
	}
	if err := isFolder(c.Out); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if c.To == "html" {
		if err := report.Site(c.Out, run); err != nil {
			return err
		}
		fmt.Fprintf(con.stdout, "%s and %s\n", display(abs(filepath.Join(c.Out, "index.html"))), plural(len(pages), "page"))
		return nil
	}
	for _, p := range pages {
		file, write := p.Name+".md", c.markdown
		if c.To == "go" {
			file, write = p.Name+"/main.go", program
		}
		text, err := write(p)
		if err == nil {
			err = c.save(file, text)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(con.stdout, "%s from %s\n", display(abs(filepath.Join(c.Out, file))), p.Path)
	}
	return nil
}

// exportDir is .flowbook/export in the module's root, or in the current folder where there is no
// module.
func exportDir() (string, error) {
	root, err := module.Root("")
	if errors.Is(err, module.ErrNone) {
		root, err = "", nil
	}
	if err != nil {
		return "", err
	}
	return module.State(root, "export")
}

// abs is a path from the root, which display then shows from where the user is.
func abs(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// markdown is a notebook's document; its pictures are saved on the way.
func (c *exportCmd) markdown(p report.Page) ([]byte, error) {
	var b bytes.Buffer
	err := report.Markdown(&b, p, c.save)
	return b.Bytes(), err
}

func program(p report.Page) ([]byte, error) {
	var b bytes.Buffer
	err := report.Program(&b, p)
	return b.Bytes(), err
}

// save writes a file below the output folder; name has slashes.
func (c *exportCmd) save(name string, data []byte) error {
	path := filepath.Join(c.Out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return atomicfile.Write(path, data, 0o666)
}

// pageName keeps the characters that a page's name may have: letters and digits of all scripts,
// "-", "_", and "." within.
func pageName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '_'
	}, s)
	if s = strings.TrimLeftFunc(s, func(r rune) bool { return r == '-' || r == '.' || unicode.IsMark(r) }); s == "" {
		return "notebook"
	}
	return s
}
