package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/compare"
	"flowbook/tools/gocell"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// module makes a small module called flowbook with package ml, which imports ml/net.
func smallModule(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module flowbook\n\ngo 1.26\n", "go.sum": "",
		"ml/ml.go":         "package ml\n\nimport \"flowbook/ml/net\"\n\nfunc Fit() int { return net.N }\n",
		"ml/net/net.go":    "package net\n\nconst N = 1\n",
		"ml/figure/fig.go": "package figure\n\nfunc Show() {}\n",
		"ml/disk/disk.go":  "package disk\n\nimport \"os\"\n\nfunc Load() ([]byte, error) { return os.ReadFile(\"x\") }\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// keysOf gives each cell's key, or "-" and why it has none.
func keysOf(t *testing.T, root string, sources []string) []string {
	t.Helper()
	k, err := newKeyer(root, &jupyter.Spec{Name: "gonb", Argv: []string{"gonb"}}, Options{Dir: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		k.cells = append(k.cells, gocell.Read(s))
	}
	var keys []string
	for i := range sources {
		key, why, err := k.key(i, nil)
		if err != nil {
			t.Fatal(err)
		}
		if key == "" {
			key = "- " + why
		}
		keys = append(keys, key)
	}
	return keys
}

var base = []string{
	"import (\n\t\"fmt\"\n\t\"flowbook/ml\"\n\t\"flowbook/ml/figure\"\n)",
	"var rate = 0.5 // per step\nconst size = 3",
	"func Fit() int { return ml.Fit() }\n%%\nfmt.Println(Fit())",
	"type T struct{ A int }\nfunc (t T) Show() { fmt.Println(t.A, rate) }\nfunc other() {}",
	"%%\nfmt.Println(Fit() + 1)",
	"%%\nT{size}.Show()",
	"%%\nfigure.Show()",
	"!ls",
	"%%\nfmt.Println(\"end\")",
}

// Each change alone makes exactly those cells run again that it concerns.
func TestKeys(t *testing.T) {
	edit := func(i int, old, new string) func(*testing.T, string, []string) {
		return func(t *testing.T, _ string, cells []string) {
			if !strings.Contains(cells[i], old) {
				t.Fatalf("cell %d has no %q", i, old)
			}
			cells[i] = strings.Replace(cells[i], old, new, 1)
		}
	}
	file := func(name, old, new string) func(*testing.T, string, []string) {
		return func(t *testing.T, root string, _ []string) {
			path := filepath.Join(root, name)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*testing.T, string, []string)
		want   []int // the cells whose key changes
	}{
		{"nothing", func(*testing.T, string, []string) {}, nil},
		{"a comment", edit(1, "per step", "each step"), nil},
		{"formatting", edit(2, "{ return ml.Fit() }", "{\n\treturn ml.Fit()\n}"), nil},
		{"a variable", edit(1, "0.5", "0.6"), []int{1, 3, 5}},
		{"a constant", edit(1, "size = 3", "size = 4"), []int{1, 5}},
		{"a function", edit(2, "ml.Fit()", "ml.Fit() + 1"), []int{2, 4}},
		{"a function that nothing calls", edit(3, "other() {}", "other() { println() }"), []int{3}},
		{"a method", edit(3, "Println(t.A", "Println(t.A+1"), []int{3, 5}},
		{"a body", edit(4, "+ 1", "+ 2"), []int{4}},
		{"an import's alias", edit(0, "\"flowbook/ml/figure\"", "figure \"flowbook/ml\""), []int{0, 2, 4, 6}}, // 2 and 4 name ml, which is also the path of the alias
		{"a package", file("ml/ml.go", "net.N", "net.N+1"), []int{0, 2, 4}},
		{"a package that a package imports", file("ml/net/net.go", "1", "2"), []int{0, 2, 4}},
		{"another package", file("ml/figure/fig.go", "{}", "{ println() }"), []int{0, 6}},
		{"a comment in a package", file("ml/ml.go", "package ml\n", "// Package ml fits.\npackage ml\n"), nil},
		{"go.mod", file("go.mod", "go 1.26", "go 1.25"), []int{0, 1, 2, 3, 4, 5, 6, 8}},
		{"a command", edit(7, "ls", "env"), []int{7, 8}},
		{"a variable that is computed", edit(1, "rate = 0.5", "rate = f()"), []int{1, 2, 3, 4, 5, 6, 8}},
		{"a redeclaration", edit(4, "%%", "const size = 9\n%%"), []int{4, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := smallModule(t)
			cells := append([]string{}, base...)
			before := keysOf(t, root, cells)
			tt.change(t, root, cells)
			after := keysOf(t, root, cells)
			var got []int
			for i := range before {
				if before[i] != after[i] {
					got = append(got, i)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cells whose key changed (-want +got):\n%s\nbefore %q\nafter %q", diff, before, after)
			}
		})
	}
}

// Cells that are no pure programs have no key.
func TestImpureCells(t *testing.T) {
	root := smallModule(t)
	for _, tt := range []struct{ source, want string }{
		{"!ls", "- has the command !ls"},
		{"%env A b\n%%\nfmt.Println(1)", "- has the command %env A b"},
		{"%%bash\nls", "- is no Go"},
		{"func {", "- cannot be parsed"},
		{"%%\nfmt.Println(time.Now())", "- uses time.Now, which is not known to be pure"},
		{"import t \"time\"\n%%\nfmt.Println(t.Now())", "- uses t.Now, which is not known to be pure"},
		{"import \"math/rand/v2\"\n%%\nfmt.Println(rand.IntN(3))", "- uses rand.IntN, which is not known to be pure"},
		{"%%\nos.ReadFile(\"x\")", "- uses os.ReadFile, which is not known to be pure"},
		{"import \"os/exec\"\n%%\nexec.Command(\"x\").Run()", "- uses os/exec, which is not known to be pure"},
		{"import \"net/http\"\n%%\nhttp.Get(\"x\")", "- uses net/http, which is not known to be pure"},
		{"import . \"os\"\n%%\nReadFile(\"x\")", "- imports os as ."},
		{"func read() { os.ReadFile(\"x\") }\n%%\nread()", "- uses os.ReadFile, which is not known to be pure"},
		{"import \"flowbook/ml/disk\"\n%%\ndisk.Load()", "- package flowbook/ml/disk uses os.ReadFile, which is not known to be pure"},
		{"%%\ndisk.Load()", "- package flowbook/ml/disk uses os.ReadFile, which is not known to be pure"},
		{"%%\np.Save(1, 2, \"x.png\")", "- calls Save, which may write a file"},
		{"%%\nfmt.Fprintln(os.Stdout, rand.New(rand.NewPCG(1, 2)).IntN(3), 2*time.Second)", ""},
	} {
		got := keysOf(t, root, []string{tt.source})[0]
		if tt.want == "" && strings.HasPrefix(got, "-") || tt.want != "" && got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.source, got, tt.want)
		}
	}
}

// An author may vouch for a cell; then the packages that it names there count too.
func TestVouchedCell(t *testing.T) {
	root := smallModule(t)
	key := func() string {
		t.Helper()
		k, err := newKeyer(root, &jupyter.Spec{Name: "gonb"}, Options{Dir: root})
		if err != nil {
			t.Fatal(err)
		}
		k.cells = []*gocell.Cell{gocell.Read("import \"os/exec\"\n%%\nexec.Command(\"x\").Run()")}
		key, why, err := k.key(0, []string{"flowbook/ml"})
		if err != nil || why != "" {
			t.Fatal(why, err)
		}
		return key
	}
	before := key()
	if err := os.WriteFile(filepath.Join(root, "ml", "net", "net.go"), []byte("package net\n\nconst N = 5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if key() == before {
		t.Error("another package, the same key")
	}
}

// What is sent for a cell begins with the declarations that the kernel lacks, and each line knows
// where it comes from.
func TestCompose(t *testing.T) {
	s := &session{gonb: true}
	reads := filepath.Join(t.TempDir(), "reads")
	if err := os.WriteFile(reads, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inc := &incremental{asIs: asIs{s}, reads: reads, sent: map[int]bool{2: true}, keys: &keyer{}}
	for i, source := range []string{
		"import \"fmt\"\n\nvar a = 1\nvar b = 2", "import \"io\"\n// f\nfunc f() {\n\tfmt.Println(a)\n}\n%%\nf()",
		"import \"os\"\nvar b = 3", "const (\n\tx = iota\n\ty\n)", "!ls", "import \"os\"\nvar a = 7\n%%\nf()", "%%\nf()",
	} {
		inc.keys.cells = append(inc.keys.cells, gocell.Read(source))
		s.plan = append(s.plan, &task{cell: notebook.NewCode(source), res: &CellResult{Number: i + 1}})
	}
	for _, tt := range []struct {
		cell         int
		want, places string
	}{
		{4, "!ls", "[]"},
		{5, "import \"fmt\"\nimport \"io\"\nimport \"os\"\n// f\nfunc f() {\n\tfmt.Println(a)\n}\nconst (\n\tx = iota\n\ty\n)\n\nvar a = 7\n%%\nf()",
			"[{1 1} {2 1} {6 1} {2 2} {2 3} {2 4} {2 5} {4 1} {4 2} {4 3} {4 4} {6 1} {6 2} {6 3} {6 4}]"},
		{6, "%%\nf()", "[]"},
	} {
		got, places, err := inc.compose(tt.cell)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("cell %d: source (-want +got):\n%s", tt.cell, diff)
		}
		if diff := cmp.Diff(tt.places, fmt.Sprint(places)); diff != "" {
			t.Errorf("cell %d: places (-want +got):\n%s", tt.cell, diff)
		}
	}
}

// A cell that cannot be sent with the declarations of those before it makes the run one that
// executes everything.
func TestIncrementalOff(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{"import \"fmt\"\nfunc f() {}", ""},
		{"import \"fmt\"; func f() {}", "an import shares a line with something else"},
		{"%%\nprintln(`\npackage p\n`)", "GoNB may run something else than a cell's text"},
		{"%reset", "a cell has the command %reset"},
	} {
		s := planned(t, tt.source)
		s.opt.Cells, s.opt.Root = t.TempDir(), smallModule(t)
		inc, err := newIncremental(s)
		if err != nil {
			t.Fatal(err)
		}
		if inc.off != tt.want {
			t.Errorf("%q: off because %q, want %q", tt.source, inc.off, tt.want)
		}
	}
}

// A result that is damaged, belongs to another key, or whose data file changed is none.
func TestCellStore(t *testing.T) {
	dir := t.TempDir()
	store := cellStore{dir}
	csv := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(csv, []byte("1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var files fileDigests
	sum, err := files.of(csv)
	if err != nil {
		t.Fatal(err)
	}
	outs := []*notebook.Output{
		{Type: notebook.Stream, Name: "stdout", Text: "a\n"},
		{Type: notebook.DisplayData, Data: notebook.NewBundle("image/png", "iVBORw0KGgo=", "text/plain", "a picture")},
	}
	put := func() {
		t.Helper()
		if err := store.put("k", outs, []readFile{{csv, sum}}); err != nil {
			t.Fatal(err)
		}
	}
	put()
	got, why := store.get("k", &files)
	if why != "" || (compare.Rules{}).Diff(outs, got) != "" {
		t.Fatalf("got %v, %s", got, why)
	}
	whole, err := os.ReadFile(store.path("k"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		bad := append([]byte{}, whole...)
		bad[i] ^= 1
		if err := os.WriteFile(store.path("k"), bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if outs, why := store.get("k", &files); why == "" && (compare.Rules{}).Diff(outs, got) != "" {
			t.Fatalf("byte %d changed, and the result is taken", i)
		}
	}
	put()
	if err := os.Rename(store.path("k"), store.path("other")); err != nil {
		t.Fatal(err)
	}
	if _, why := store.get("other", &files); why == "" {
		t.Error("a result under another key is taken")
	}
	put()
	if err := os.WriteFile(csv, []byte("22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, why := store.get("k", &files); why == "" {
		t.Error("a result of another data file is taken")
	}
}
