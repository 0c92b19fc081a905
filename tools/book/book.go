// Package book reads the order of notebooks, their titles and chapters: from _toc.yml and
// _config.yml, which are jupyter-book's files, or from a pipeline file.
//
// Its one convention: entries come in reading order, each with its file as the book names it,
// relative to the book's folder.
//
//	b, err := book.Read("notebooks") // b.Entries[0].File is "Anomaly_Detection.ipynb", .Number "1"
package book

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Book is the configuration of a folder of notebooks.
type Book struct {
	Title   string  // "" where it has none
	Entries []Entry // in reading order
	Whole   bool    // files that are no entry are not part of the book
	config  config
}

// Entry is a page of a book.
type Entry struct {
	File   string // with slashes, relative to the book's folder
	Title  string // "" for the file's own
	Part   string // the caption of the part that begins here
	Number string // "2.1", "" where chapters have no numbers
	Depth  int    // 0 for a chapter, 1 for its sections, and so on
}

// Names of the files that make a folder a book, the first that is there counts.
const (
	Contents = "_toc.yml"
	Pipeline = "pipeline.yaml"
	settings = "_config.yml"
)

// Read reads the book in a folder. Without _toc.yml and pipeline.yaml the error is fs.ErrNotExist.
func Read(dir string) (*Book, error) {
	b := &Book{}
	if err := b.settings(filepath.Join(dir, settings)); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, Contents)
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		b.Whole = true
		return b, b.contents(dir, path, text)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read the book's contents: %w", err)
	}
	return b, b.pipeline(dir)
}

// config holds the used fields of _config.yml.
type config struct {
	Title      string
	Repository struct {
		URL    string `yaml:"url"`
		Path   string `yaml:"path_to_book"`
		Branch string
	}
	Launch struct {
		Binder    string `yaml:"binderhub_url"`
		Interface string `yaml:"notebook_interface"`
	} `yaml:"launch_buttons"`
}

func (b *Book) settings(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = decode(text, &b.config)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.ToSlash(path), err)
	}
	b.Title = strings.TrimSpace(b.config.Title)
	return nil
}

// decode reads a YAML file. One with aliases is refused: no book needs them, and they can be
// endless.
func decode(text []byte, into any) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return err
	}
	if doc.Kind == 0 {
		return nil // an empty file
	}
	if alias := aliased(&doc); alias != nil {
		return fmt.Errorf("line %d: write out *%s: aliases are not read here", alias.Line, alias.Value)
	}
	return doc.Decode(into)
}

// aliased is the first alias below a node, or nil.
func aliased(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n
	}
	for _, c := range n.Content {
		if a := aliased(c); a != nil {
			return a
		}
	}
	return nil
}
