package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
)

// The side go-parity runs what the reference runs: the same cells by their tags, in the same order.
func TestParityCells(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "parity.ipynb")
	if err := keepParity(notebookPath(root), kept); err != nil {
		t.Fatal(err)
	}
	want := parityTags(t, filepath.Join("reference", "Anomaly_Detection.ipynb"))
	if diff := cmp.Diff(want, parityTags(t, kept)); diff != "" {
		t.Errorf("(-reference +ours):\n%s", diff)
	}
	if len(want) == 0 {
		t.Error("the reference has no cells with a parity tag")
	}
}

func parityTags(t *testing.T, path string) []string {
	t.Helper()
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, cell := range nb.Cells {
		for _, tag := range cell.Tags() {
			if strings.HasPrefix(tag, "parity:") {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}
