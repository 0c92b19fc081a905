package gocell

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a cell is taken for.
func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		keys         []string // of the declarations; those that are executed in every cell end in *
		lines        []int    // where they begin
		body         string
		bodyLine     int
		commands     []string
		other        string
	}{
		{"declarations", "import (\n\t\"fmt\"\n\tr \"math/rand/v2\"\n)\n\n// F is one.\nfunc F() {}\nfunc (t *T[P]) M() {}\ntype T[P any] struct{}\nvar a, b = 1, f()\nconst c = 2",
			[]string{"import fmt", "import r", "F", "T~M", "T", "a b*", "c"}, []int{2, 3, 7, 8, 9, 10, 11}, "", 0, nil, ""},
		{"constants that count", "const (\n\tx = iota\n\ty\n)\nconst (\n\tu = 1\n\tv = 2\n)\nfunc init_x() {}", []string{"x y", "u", "v", "init_x*"}, []int{1, 6, 7, 9}, "", 0, nil, ""},
		{"a body", "func F() {}\n%% -x 1\nF()", []string{"F"}, []int{1}, "F()", 3, nil, "%% -x 1"},
		{"a main of its own", "func main() { F() }", nil, nil, "func main() { F() }", 0, nil, ""},
		{"commands", "!ls \\\n  -l\n%env A=1\n//gonb:%cd x\npackage p\nvar a int\n%main\nprint(a)", []string{"a"}, []int{6}, "print(a)", 8, []string{"!ls \\", "  -l", "%env A=1", "%cd x"}, "%main"},
		{"a script", "%%bash\nls", nil, nil, "", 0, nil, "foreign"},
		{"no Go", "func (", nil, nil, "", 0, nil, "opaque"},
		{"a body that closes main", "%%\n}\nfunc f() {", nil, nil, "", 2, nil, "opaque"},
		{"two mains", "func F() {}\n%%\n%%\nF()", nil, nil, "", 3, nil, "opaque"},
		{"executed in every cell", "func init() {}\nfunc init_() {}\nfunc (T) init() {}", []string{"init*", "init_*", "T~init"}, []int{1, 2, 3}, "", 0, nil, ""},
		{"receivers for which GoNB has no name", "func (t T[P]) M() {}\nfunc (t *T[P]) N() {}\nfunc ((T)) O() {}", []string{"T~M unknown~M", "T~N", "T~O unknown~O"}, []int{1, 2, 3}, "", 0, nil, ""},
		{"a package clause", "// Of Jupytext's.\npackage p\nfunc F() {}", []string{"F"}, []int{3}, "", 0, nil, ""},
		{"a line that begins with package", "const (\npackages = 1\n)", nil, nil, "", 0, nil, "altered"},
		{"such a line in a string", "%%\nprint(`\npackage p\n`)", nil, nil, "print(`\n\n`)", 2, nil, "altered"},
		{"lines that end in CRLF", "var a int\r\n%%\r\nprint(a)\r\n", []string{"a"}, []int{1}, "print(a)\n", 3, nil, "%%"},
		{"a carriage return", "var a = `\r`", []string{"a"}, []int{1}, "", 0, nil, "altered"},
		{"a script behind a comment", "//gonb:%%bash\r\nls", nil, nil, "", 0, nil, "foreign"},
		{"a directive that GoNB drops", "//go:embed x\nvar a string", []string{"a"}, []int{2}, "", 0, nil, "altered"},
		{"a directive that it keeps", "//go:noinline\nfunc f() {}", []string{"f"}, []int{2}, "", 0, nil, ""},
		{"a lone %", "%\nvar a int", nil, nil, "", 0, nil, "opaque"},
		{"an import beside something", "import \"fmt\"; var a = 1", []string{"import fmt", "a"}, []int{1, 1}, "", 0, nil, "tangled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Read(tt.source)
			var keys []string
			var lines []int
			for _, d := range c.Decls {
				k := strings.Join(d.Keys, " ")
				if d.Always {
					k += "*"
				}
				keys, lines = append(keys, k), append(lines, d.Line)
			}
			body, other := "", c.Args
			if c.Body != nil {
				body = c.Body.Text
			}
			switch {
			case c.Foreign:
				other = "foreign"
			case c.Opaque:
				other = "opaque"
			case c.Tangled:
				other = "tangled"
			case c.Altered:
				other = "altered"
			}
			if diff := cmp.Diff(tt.keys, keys); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.commands, c.Commands); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			if body != tt.body || c.BodyLine != tt.bodyLine && !c.Opaque || other != tt.other && !c.Opaque {
				t.Errorf("body %q from line %d, %q; want %q from line %d, %q", body, c.BodyLine, other, tt.body, tt.bodyLine, tt.other)
			}
			if c.Opaque != (tt.other == "opaque") {
				t.Errorf("opaque: %v", c.Opaque)
			}
		})
	}
}

func TestFreeNames(t *testing.T) {
	for _, tt := range []struct{ source, free, maybe string }{
		{"%%\nx := f(1)\nfor i, v := range g(x) { fmt.Println(i, v.X, len(v)) }", "f fmt g", ""},
		{"import \"fmt\"\nfunc f() { fmt.Println(h()) }", "h", ""},
		{"type T struct{ A B }\nfunc (t T) f(u U) (v V) { return t.A.g(u, v) }", "B U V", ""},
		{"%%\nfig.Line(figure.Style{Color: c, Width: 1})", "c fig figure", "Color Width"},
		{"%%\nm := map[K]int{}\nfunc() { m[k]++; defer d() }()", "K d k", ""},
		{"%%\nL:\nfor { break L }", "", ""},
		{"func f[P any](p P) P { return p }\n%%\nf[Q](q)", "Q q", ""},
		{"%%\nswitch v := x.(type) { case error: println(v.Error()); case Y: println(v) }", "Y x", ""},
	} {
		free, maybe := Read(tt.source).FreeNames()
		if got := sorted(free); got != tt.free {
			t.Errorf("%q: free names %q, want %q", tt.source, got, tt.free)
		}
		if got := sorted(maybe); got != tt.maybe {
			t.Errorf("%q: possible names %q, want %q", tt.source, got, tt.maybe)
		}
	}
}

func sorted(set map[string]bool) string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
