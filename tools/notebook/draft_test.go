package notebook

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDraft: a draft writes what Write writes, also after each change that it must see.
func TestDraft(t *testing.T) {
	paths, _ := filepath.Glob("testdata/golden/*.ipynb")
	if len(paths) < 9 {
		t.Fatalf("%d goldens found, want at least 9", len(paths))
	}
	count := func(n int) *int { return &n }
	stream := func(text string) *Output { return &Output{Type: Stream, Name: "stdout", Text: text} }
	for _, path := range paths {
		nb, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		code := NewCode("new")
		var d Draft
		var text []byte
		for _, change := range []struct {
			name string
			do   func()
		}{
			{"nothing", func() {}},
			{"nothing again", func() {}},
			{"metadata of the notebook", func() { nb.Metadata.Put("kernelspec", map[string]string{"name": "k"}) }},
			{"another cell", func() { nb.Cells = append(nb.Cells, code) }},
			{"its count", func() { code.ExecutionCount = count(1) }},
			{"its output", func() { code.Outputs = []*Output{stream("a")} }},
			{"a second output", func() { code.Outputs = append(code.Outputs, stream("b")) }},
			{"other outputs", func() { code.Outputs = []*Output{stream("a"), stream("c")} }},
			{"the same count anew", func() { code.ExecutionCount = count(1) }},
			{"its source, told", func() { code.Source = "z"; d = Draft{} }},
			{"no outputs", code.ClearOutputs},
			{"another cell in its place", func() { nb.Cells[len(nb.Cells)-1] = NewMarkdown("m") }},
			{"one cell less", func() { nb.Cells = nb.Cells[:len(nb.Cells)-1] }},
		} {
			change.do()
			var want bytes.Buffer
			if err := nb.Write(&want); err != nil {
				t.Fatal(err)
			}
			if text, err = d.Append(text[:0], nb); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), string(text)); diff != "" {
				t.Errorf("%s: after %s (-Write +Draft):\n%s", filepath.Base(path), change.name, diff)
			}
		}
	}
}

// TestDraftKeepsCells: a cell that it was not told of is not encoded again.
func TestDraftKeepsCells(t *testing.T) {
	nb := New()
	nb.Cells = []*Cell{NewCode("a")}
	var d Draft
	before, err := d.Append(nil, nb)
	if err != nil {
		t.Fatal(err)
	}
	nb.Cells[0].Source = "b"
	after, err := d.Append(nil, nb)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the cell was encoded again (-want +got):\n%s", diff)
	}
}
