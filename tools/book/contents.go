package book

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// contents is _toc.yml: jb-book has a root, parts and chapters, jb-article a root and sections.
type contents struct {
	Format   string
	Root     string
	Title    string
	Options  options
	Defaults options
	Parts    []item
	Chapters []item
	Sections []item
}

type options struct{ Numbered truth }

// item is a part, a chapter or a section.
type item struct {
	Caption  string
	File     string
	URL      string `yaml:"url"`
	Glob     string
	Title    string
	Numbered *truth
	Chapters []item
	Sections []item
	line     int
}

// UnmarshalYAML notes the line.
func (i *item) UnmarshalYAML(n *yaml.Node) error {
	type bare item
	if err := n.Decode((*bare)(i)); err != nil {
		return err
	}
	i.line = n.Line
	return nil
}

// truth is a boolean, or a depth from 1 up.
type truth bool

// UnmarshalYAML reads either.
func (t *truth) UnmarshalYAML(n *yaml.Node) error {
	var b bool
	if n.Decode(&b) == nil {
		*t = truth(b)
		return nil
	}
	var depth int
	if err := n.Decode(&depth); err != nil {
		return fmt.Errorf("line %d: numbered is true, false or a depth, not %q", n.Line, n.Value)
	}
	*t = depth > 0
	return nil
}

// maxDepth bounds sections in sections.
const maxDepth = 8

// contents reads _toc.yml.
func (b *Book) contents(dir, name string, text []byte) error {
	name = filepath.ToSlash(name)
	var c contents
	if err := decode(text, &c); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if c.Root == "" {
		return fmt.Errorf("read %s: no root: jupyter-book wants the first page there", name)
	}
	r := &reader{book: b, dir: dir, name: name, seen: map[string]bool{}}
	numbered := bool(c.Options.Numbered || c.Defaults.Numbered)
	err := r.add(item{File: c.Root, Title: c.Title, line: 1}, 0, "", "")
	for _, part := range c.Parts {
		if err == nil {
			number := numbered || part.Numbered != nil && bool(*part.Numbered)
			err = r.all(append(part.Chapters, part.Sections...), 0, number, "", part.Caption)
		}
	}
	if err == nil {
		err = r.all(append(c.Chapters, c.Sections...), 0, numbered, "", "")
	}
	return err
}

// reader makes entries of items.
type reader struct {
	book     *Book
	dir      string
	name     string
	seen     map[string]bool
	chapters int
}

// all adds items of one level.
func (r *reader) all(items []item, depth int, numbered bool, above, part string) error {
	if depth > maxDepth {
		return fmt.Errorf("read %s: sections nested deeper than %d", r.name, maxDepth)
	}
	section := 0
	for _, i := range items {
		if i.URL != "" {
			continue // a page elsewhere
		}
		if i.Numbered != nil {
			numbered = bool(*i.Numbered)
		}
		files := []item{i}
		if i.Glob != "" {
			found, err := filepath.Glob(filepath.Join(r.dir, filepath.FromSlash(i.Glob)))
			if err != nil {
				return fmt.Errorf("read %s: line %d: glob %s: %w", r.name, i.line, i.Glob, err)
			}
			files = nil
			for _, f := range found {
				if ext := filepath.Ext(f); ext != ".ipynb" && ext != ".md" {
					continue
				}
				if rel, err := filepath.Rel(r.dir, f); err == nil && !r.seen[filepath.ToSlash(rel)] {
					files = append(files, item{File: filepath.ToSlash(rel), line: i.line})
				}
			}
		}
		for _, f := range files {
			number := ""
			if numbered {
				n := &section
				if depth == 0 {
					n = &r.chapters
				}
				*n++
				number = strings.TrimPrefix(above+"."+strconv.Itoa(*n), ".")
			}
			if err := r.add(f, depth, number, part); err != nil {
				return err
			}
			part = ""
			if err := r.all(append(f.Sections, f.Chapters...), depth+1, numbered, number, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds one page.
func (r *reader) add(i item, depth int, number, part string) error {
	if i.File == "" {
		return fmt.Errorf("read %s: line %d: neither file nor url nor glob", r.name, i.line)
	}
	file := path.Clean(filepath.ToSlash(i.File))
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return fmt.Errorf("read %s: line %d: %s is outside the book's folder", r.name, i.line, i.File)
	}
	for _, name := range []string{file, file + ".ipynb", file + ".md"} {
		ext := path.Ext(name)
		if info, err := os.Stat(filepath.Join(r.dir, filepath.FromSlash(name))); err != nil || info.IsDir() || ext != ".ipynb" && ext != ".md" {
			continue
		}
		if r.seen[name] {
			return fmt.Errorf("read %s: line %d: %s is there twice", r.name, i.line, i.File)
		}
		r.seen[name] = true
		r.book.Entries = append(r.book.Entries, Entry{File: name, Title: strings.TrimSpace(i.Title), Part: strings.TrimSpace(part), Number: number, Depth: depth})
		return nil
	}
	return fmt.Errorf("read %s: line %d: there is no %s, as .ipynb or .md", r.name, i.line, i.File)
}
