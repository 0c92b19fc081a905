package gocell

import (
	"os"
	"path/filepath"
	"testing"

	"flowbook/ml/module"
)

func TestDoubt(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/x\n\ngo 1.26\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	space, err := module.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPurity(space, nil)
	const not = ", which is not known to be pure"
	for _, tt := range []struct {
		name    string
		cells   []string
		vouched int // the number of a cell
		cell    int
		want    string
	}{
		{name: "computes", cells: []string{"func f() int { return 2 }", "%%\nfmt.Println(f())"}},
		{name: "reads", cells: []string{"%%\nfmt.Println(1)", "%%\nb, _ := os.ReadFile(\"x\")\nfmt.Print(string(b))"}, cell: 1, want: "uses os.ReadFile" + not},
		{name: "reads in a function", cells: []string{"func f() { os.Open(\"x\") }", "%%\nf()"}, want: "uses os.Open" + not},
		{name: "reads, and the author vouches", cells: []string{"%%\nos.ReadFile(\"x\")"}, vouched: 1},
		{name: "the clock", cells: []string{"%%\nfmt.Println(time.Now())"}, want: "uses time.Now" + not},
		{name: "the network", cells: []string{"%%\nhttp.Get(\"http://x\")"}, want: "uses http.Get" + not},
		{name: "the shell", cells: []string{"!date"}, want: "has the command !date"},
		{name: "a script", cells: []string{"%%bash\ndate"}, want: "is no Go"},
		{name: "settings", cells: []string{"%env X=1\n%goflags -v\n%%\nfmt.Println(1)"}},
		{name: "no Go", cells: []string{"import os"}, want: "cannot be parsed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cells []*Cell
			for _, source := range tt.cells {
				cells = append(cells, Read(source))
			}
			cell, why, err := p.Doubt(cells, func(i int) bool { return i == tt.vouched-1 })
			if err != nil {
				t.Fatal(err)
			}
			if cell != tt.cell || why != tt.want {
				t.Errorf("cell %d, %q; want cell %d, %q", cell, why, tt.cell, tt.want)
			}
		})
	}
}
