package book

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/pipeline"
)

// pipeline takes the order of pipeline.yaml: its notebooks below the folder are the chapters.
func (b *Book) pipeline(dir string) error {
	file := filepath.Join(dir, Pipeline)
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("%s is no book: %w", filepath.ToSlash(dir), fs.ErrNotExist)
	}
	root, err := module.Root(dir)
	if err != nil {
		return fmt.Errorf("%s is no book: its %s is not of a module (%w): %w", filepath.ToSlash(dir), Pipeline, err, fs.ErrNotExist)
	}
	p, err := pipeline.Read(root, file)
	if err != nil {
		return err
	}
	if b.Title == "" {
		b.Title = p.Title
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, step := range p.Steps {
		if step.Notebook == "" {
			continue
		}
		rel, err := filepath.Rel(full, filepath.Join(root, filepath.FromSlash(step.Notebook)))
		if err != nil || !filepath.IsLocal(rel) || strings.Contains(rel, "{") || seen[rel] {
			continue
		}
		seen[rel] = true
		b.Entries = append(b.Entries, Entry{File: filepath.ToSlash(rel), Number: strconv.Itoa(len(b.Entries) + 1)})
	}
	return nil
}
