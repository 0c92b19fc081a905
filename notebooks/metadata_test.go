package notebooks_test

import (
	"path/filepath"
	"regexp"
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

var imported = regexp.MustCompile(`(?m)^(?:import\s+|\t)(?:_ |\w+ )?"((?:flowbook|[a-z0-9-]+\.[a-z]+)/[^"]+)"$`)

// TestInstallationImportsAll: the notebook that proves the installation imports every package beyond Go's own that any
// notebook imports.
func TestInstallationImportsAll(t *testing.T) {
	wanted, proved := map[string]string{}, map[string]bool{}
	for _, path := range notebooks(t) {
		nb, err := notebook.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		for _, c := range nb.Cells {
			for _, m := range imported.FindAllStringSubmatch(c.Source, -1) {
				if wanted[m[1]] = name; name == "installation_requirements.ipynb" {
					proved[m[1]] = true
				}
			}
		}
	}
	if len(wanted) < 10 {
		t.Fatalf("found only %d imports in all notebooks", len(wanted))
	}
	for path, name := range wanted {
		if !proved[path] {
			t.Errorf("%s imports %s, which installation_requirements.ipynb does not", name, path)
		}
	}
}
