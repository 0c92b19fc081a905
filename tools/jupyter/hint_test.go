package jupyter_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// TestHints: the errors that newcomers to GoNB meet first say what to do, in a line more; others do
// not.
func TestHints(t *testing.T) {
	k := start(t, jupyter.Options{Spec: goNB(t)})
	for _, step := range []struct{ name, cell, want string }{
		{"a variable", "%%\npackets, err := 1, error(nil)\nvar size int\n_, _, _ = packets, err, size", ""},
		{"read in a later cell", "%%\nfmt.Println(packets)", "\nhint: packets was a variable of another cell, and values do not last beyond their cell: " +
			"declare a function above %%, func packets() …, and call it; memo.Keep(packets) keeps the result of a slow one."},
		{"declared by var", "%%\nfmt.Println(size)", "\nhint: size was a variable of another cell, "},
		{"never declared", "%%\nfmt.Println(pakets)", "undefined: pakets"},
		{"no main", "fmt.Println(1)", "\nhint: Statements stand below a line with %%; above it, and in a cell without that line, are declarations only."},
		{"a statement above", "x := 1\n%%\nfmt.Println(x)", "\nhint: Statements stand below a line with %%; "},
	} {
		a := execute(t, k, step.cell)
		if a.status == "ok" != (step.want == "") {
			t.Errorf("%s: %+v", step.name, a)
		}
		if !strings.Contains(a.evalue, step.want) || !strings.Contains(strings.Join(a.traceback, "\n"), strings.TrimSpace(step.want)) {
			t.Errorf("%s: the error is %q, want %q in it and in its traceback %q", step.name, a.evalue, step.want, a.traceback)
		}
		if step.name == "never declared" && strings.Contains(a.evalue, "values do not last") {
			t.Errorf("a name that no cell had gets the hint: %s", a.evalue)
		}
	}
}

// TestLanguage: the kernel describes its language as the committed notebooks do, so that
// JupyterLab, which puts that into a notebook that it opens, changes nothing.
func TestLanguage(t *testing.T) {
	k := start(t, jupyter.Options{Spec: goNB(t)})
	var info struct {
		Language map[string]any `json:"language_info"`
	}
	if err := json.Unmarshal(k.Info(), &info); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil || len(names) == 0 {
		t.Fatal("no notebooks", err)
	}
	for _, name := range names {
		nb, err := notebook.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var has map[string]any
		if err := json.Unmarshal(nb.Metadata.Get("language_info"), &has); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(has, info.Language); diff != "" {
			t.Errorf("%s: language_info (-notebook +kernel)\n%s", filepath.Base(name), diff)
		}
	}
}
