package main

import (
	"bytes"
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
	Notebooks []string `arg:"" name:"nb" sep:"none" help:"Notebooks, folders of notebooks, globs, or - for standard input."`
	Out       string   `placeholder:"DIR" help:"Folder to write into. Default: .flowbook/export."`
	To        string   `default:"html" enum:"html,markdown,go" placeholder:"FORM" help:"html: a site to open from disk; markdown: a document and its pictures for each notebook; go: a program for each notebook (${default})."`
}

func (c *exportCmd) Run(con *console) error {
	var args []string
	for _, arg := range c.Notebooks {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			arg = filepath.Join(arg, "*.ipynb")
		}
		args = append(args, arg)
	}
	targets, err := readTargets(con, args)
	if err != nil {
		return err
	}
	pages := exportPages(targets)
	if c.Out == "" {
		if c.Out, err = exportDir(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if c.To == "html" {
		if err := report.Site(c.Out, report.Run{Title: "Notebooks", Pages: pages}); err != nil {
			return err
		}
		fmt.Fprintf(con.stdout, "%s and %d pages\n", display(abs(filepath.Join(c.Out, "index.html"))), len(pages))
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

// exportDir is .flowbook/export in the module's root, or in the current folder where there is no module.
func exportDir() (string, error) {
	root, err := module.Root("")
	if err != nil {
		return filepath.Join(".flowbook", "export"), nil
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

// exportPages names a page for each notebook: after its file, with its folder before it where two files are called alike.
func exportPages(targets []*target) []report.Page {
	taken := map[string]bool{"index": true}
	var pages []report.Page
	for _, t := range targets {
		name := pageName(strings.TrimSuffix(t.base(), ".ipynb"))
		if taken[strings.ToLower(name)] {
			name = pageName(filepath.Base(t.dir)) + "-" + name
		}
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d", strings.TrimSuffix(name, fmt.Sprintf("-%d", n-1)), n)
		}
		taken[strings.ToLower(name)] = true
		pages = append(pages, report.Page{Name: name, Path: t.name, Notebook: t.nb})
	}
	return pages
}

// pageName keeps what a page may be called: letters and digits of all scripts, "-", "_", and "." within.
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
