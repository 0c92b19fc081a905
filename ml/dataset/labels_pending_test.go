package dataset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPendLabels: whenever a program is killed that replaces flows and labels, the labels that are
// read are those of the flows that are there.
func TestPendLabels(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "labels.csv")
	before, after := strings.Repeat("a", 64), strings.Repeat("b", 64)
	if err := WriteLabels(path, before, []Label{{ID: 1, Label: "old", Campaign: "c"}}); err != nil {
		t.Fatal(err)
	}
	check := func(when, sum, want string) {
		t.Helper()
		l, err := ReadLabels(path, sum)
		if err != nil {
			t.Fatal(err)
		}
		got := l.Why
		if l.Why == "" {
			got = l.List[0].Label
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: labels of %s…: %q, want %q", when, sum[:4], got, want)
		}
	}
	if _, err := PendLabels(path, strings.Repeat("c", 64), []Label{{ID: 9, Label: "killed"}}); err != nil { // never settled
		t.Fatal(err)
	}
	commit, err := PendLabels(path, after, []Label{{ID: 2, Label: "new", Campaign: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	check("before the flows are in place", before, "old")
	check("after that", after, "new")
	if err := commit(); err != nil {
		t.Fatal(err)
	}
	check("settled", after, "new")
	check("settled", before, "no labels")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind (-want +got):\n%s", cmp.Diff([]string{"labels.csv"}, entries))
	}
}
