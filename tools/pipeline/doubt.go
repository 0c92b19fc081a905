package pipeline

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"flowbook/tools/gocell"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// doubt says why a step may put out something else although its key is the same: it may read what
// nobody observes, and the pipeline does not say what it reads. A step that has inputs, an empty
// list too, is its author's word that they are all that counts.
func (k *keys) doubt(s *Step) (why string, err error) {
	if s.Declared {
		return "", nil
	}
	if s.Notebook == "" {
		why = k.named(s)
	} else {
		var nb *notebook.Notebook
		if nb, err = k.p.Largest.ReadFile(k.p.path(s.Notebook)); err == nil {
			why, err = k.impure(nb)
		}
	}
	if why == "" || err != nil {
		return "", err
	}
	return fmt.Sprintf("%s; list what it reads under inputs at %s:%d", why, k.p.file, s.Line), nil
}

// named finds a file, a folder or an address that a command may read: one of its words after the
// first, or a flag's value, that is none of its outputs.
func (k *keys) named(s *Step) (why string) {
	for _, word := range s.Command[1:] {
		if strings.HasPrefix(word, "-") {
			_, word, _ = strings.Cut(word, "=")
		}
		name := path.Clean(word)
		written := func(f File) bool { return matches(f.Pattern, name) || strings.HasPrefix(f.Pattern, name+"/") }
		if word == "" || slices.ContainsFunc(s.Outputs, written) {
			continue
		}
		file := filepath.FromSlash(name)
		if !filepath.IsAbs(file) {
			file = k.p.path(name)
		}
		if _, err := os.Stat(file); err == nil || strings.Contains(word, "://") {
			return "its command names " + word
		}
	}
	return ""
}

// impure names the first cell that may put out something else each time, and why.
func (k *keys) impure(nb *notebook.Notebook) (why string, err error) {
	if name := nb.KernelName(); name != "" && !jupyter.Ours(name) {
		return "what its kernel " + name + " reads is not observed", nil
	}
	code := codeCells(nb)
	var cells []*gocell.Cell
	for _, c := range code {
		cells = append(cells, gocell.Read(c.Source))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	cell, why, err := k.purity.Doubt(cells, func(i int) bool { return pure(code[i]) != nil })
	if why == "" || err != nil {
		return "", err
	}
	return fmt.Sprintf("cell %d %s", cell+1, why), nil
}

// pure returns the packages of a cell's metadata "pure", nil if it has none: its author's word that
// its outputs depend on its code, these packages and the observed files alone.
func pure(c *notebook.Cell) []string {
	var own struct {
		Pure []string `json:"pure"`
	}
	if c.Metadata.Decode("flowbook", &own) != nil {
		return nil // running it will say so
	}
	return own.Pure
}
