package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFeaturePage: each "yes" and each "with" of README.md's table of features names a test that is there, and each "no" names none.
func TestFeaturePage(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| it | known from | Flowbook | test |\n")
	if !found {
		t.Fatal("README.md has no table of features any more")
	}
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 4 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.Trim(cells[0], "-") == "" {
			continue
		}
		rows++
		folder, name, _ := strings.Cut(cells[3], " ")
		switch verdict, _, _ := strings.Cut(strings.ReplaceAll(cells[2], ",", " "), " "); {
		case strings.HasPrefix(verdict, "no"):
			if cells[3] != "-" {
				t.Errorf("%s: Flowbook does not do it, but %s is named as its test", cells[0], cells[3])
			}
		case verdict == "yes" || verdict == "yes;" || verdict == "with":
			if !hasTest(t, filepath.Join("..", "..", filepath.FromSlash(folder)), name) {
				t.Errorf("%s: there is no test %s in %s", cells[0], name, folder)
			}
		default:
			t.Errorf("%s: %q is neither yes nor with nor no", cells[0], cells[2])
		}
	}
	if rows < 30 {
		t.Errorf("%d features, expected more: is the table's form another?", rows)
	}
}
