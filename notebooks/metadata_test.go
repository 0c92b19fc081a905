package notebooks_test

import (
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/notebook"
)

// TestNoVersions wants no Go version in a committed notebook: the runner leaves it out, so that a notebook has the same bytes after a
// patch release of Go, and other programs put it back.
func TestNoVersions(t *testing.T) {
	for _, path := range notebooks(t) {
		nb, err := notebook.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info := string(nb.Metadata.Get("language_info")); strings.Contains(info, `"version"`) {
			t.Errorf("%s: language_info names a version: %s (flowbook run --in-place takes it out)", filepath.Base(path), info)
		}
	}
}
