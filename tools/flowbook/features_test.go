package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFeaturePage: each "yes" and each "with" of README.md's table of features names a test that is
// there, and each "no" names none.
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

// TestPeerPage: each row of README.md's table of real tools names a test that is there, and the
// version that the gate installs.
func TestPeerPage(t *testing.T) {
	read := func(path string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.FromSlash(path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, table, found := strings.Cut(read("README.md"), "| tool | version | what is run | result | test |\n|---|---|---|---|---|\n")
	if !found {
		t.Fatal("README.md has no table of real tools any more")
	}
	installed := strings.Fields(read("../../.ci/peers.txt") + read("../bench/reference/requirements.txt") + read("../../.ci/run"))
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		if len(cells) != 5 {
			break
		}
		rows++
		pinned := cells[0] + "==" + cells[1]
		if strings.HasPrefix(cells[1], "v") {
			pinned = `want="` + cells[1] + `"`
		}
		if !slices.Contains(installed, pinned) {
			t.Errorf("%s: .ci installs another version than %s", cells[0], cells[1])
		}
		folder, name, _ := strings.Cut(cells[4], " ")
		if !hasTest(t, filepath.Join("..", "..", filepath.FromSlash(folder)), name) {
			t.Errorf("%s: there is no test %s in %s", cells[0], name, folder)
		}
	}
	if rows < 12 {
		t.Errorf("%d tools, expected more: is the table's form another?", rows)
	}
}
