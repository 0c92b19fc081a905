package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/atomicfile"
)

var update = flag.Bool("update", false, "write README.md's table anew from testdata/record.json")

// TestPage: the table on README.md is the one of testdata/record.json, which is the record of a run.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "record.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- the record begins -->\n", "<!-- the record ends -->\n"
	before, rest, ok := strings.Cut(string(page), begin)
	table, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("README.md has no place for the record any more")
	}
	want := "\n" + d.markdown() + "\n"
	if *update {
		if err := atomicfile.Write("README.md", []byte(before+begin+want+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("README.md's table is not that of testdata/record.json; go test ./tools/bench -run Page -update writes it (-record +page):\n%s", diff)
	}
}

func TestMarkdown(t *testing.T) {
	d := grown().document()
	d.Date, d.OS, d.Arch, d.Processors = "2026-11-29", "linux", "amd64", 2
	got := d.markdown()
	for _, want := range []string{
		"2 processors, linux/amd64, 2026-11-29; medians of up to 1 rounds in turn.\n",
		"| Read/cols=2/n=10000 | go | 9.00ms | 10.0ms | 50.0MB |  |  |\n|  | pandas | 18.0ms | 1.00ms | 10.0MB | 0.50 | 10.00 |\n",
		"|  | torch | not measured: python: no module named torch | | | | |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
