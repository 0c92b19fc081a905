package notebooks_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/book"
)

// TestBook: every notebook has its place in the book.
func TestBook(t *testing.T) {
	b, err := book.Read(".")
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	for _, e := range b.Entries {
		in[e.File] = true
	}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != "."):
			return filepath.SkipDir
		case filepath.Ext(path) == ".ipynb" && !in[filepath.ToSlash(path)]:
			t.Errorf("%s is not in _toc.yml", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
