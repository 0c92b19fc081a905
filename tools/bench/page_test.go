package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/page"
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
	page.Check(t, "README.md", d.markdown(), *update)
}

func TestMarkdown(t *testing.T) {
	d := grown().document()
	d.Date, d.OS, d.Arch, d.Processors = "2026-11-29", "linux", "amd64", 2
	got := d.markdown()
	for _, want := range []string{
		"2 processors, linux/amd64, 2026-11-29; medians of up to 1 rounds in turn.\n",
		"| Read/cols=2/n=10000 | go | 9.00ms | 10.0ms | 50.0MB |  |  |\n|  | pandas | 18.0ms | 1.00ms | 10.0MB | 0.50 | 10.00 |\n",
		"|  | torch | not measured: python: no module named torch | | | | |\n",
		"| Read/cols=2 | go | 10000 to 1000000 | n^1.00 | n^0.00 |\n|  | pandas | 10000 to 1000000 | n^1.50 | n^1.00 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
