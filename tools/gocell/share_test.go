package gocell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Which cells share a program: each rule alone.
func TestShare(t *testing.T) {
	const a, b = "func A() int { return 1 }\n%%\nfmt.Println(A())", "%%\nfmt.Println(A() + 1)"
	for _, tt := range []struct {
		name  string
		cells []string
		want  [][]int
	}{
		{"plain cells", []string{a, b, "%%\nprintln()"}, [][]int{{0, 1, 2}}},
		{"one cell is no group", []string{a}, nil},
		{"declarations alone", []string{"func A() {}", "type T int", "const c = 1", "%%\nA()"}, [][]int{{0, 1, 2, 3}}},
		{"lines for the shell do not part cells", []string{a, "!ls", b}, [][]int{{0, 2}}},
		{"scripts do not part cells", []string{a, "%%bash\nls", b}, [][]int{{0, 2}}},
		{"what is skipped does not part cells", []string{a, "// skip\n%%\nprintln()", b}, [][]int{{0, 2}}},
		{"commands for GoNB part cells", []string{a, "%env X=1", b}, nil},
		{"commands in GoNB's folder part cells", []string{a, "!*ls", b}, nil},
		{"a command beside Go", []string{a, b, "!ls\n%%\nprintln()", a + "2", b}, [][]int{{0, 1}}},
		{"an expected failure", []string{a, b, "// fails\n%%\npanic(1)", "%%\nprintln(A())", "%%\nprintln()"}, [][]int{{0, 1}, {3, 4}}},
		{"a variable begins a group", []string{a, b, "var x = 1\n%%\nprintln(x)", "%%\nprintln(x+A())"}, [][]int{{0, 1}, {2, 3}}},
		{"an init function begins a group", []string{a, b, "func init_x() { println() }", "%%\nprintln(A())"}, [][]int{{0, 1}, {2, 3}}},
		{"a computed variable without a name is alone", []string{a, b, "var _ = A()", "%%\nprintln(A())", "%%\nprintln()"}, [][]int{{0, 1}, {3, 4}}},
		{"a type assertion is not", []string{a, "type T struct{}\nvar _ any = T{}", b}, [][]int{{1, 2}}},
		{"a redeclaration begins a group", []string{a, b, "func A() int { return 2 }", b}, [][]int{{0, 1}, {2, 3}}},
		{"a method on an earlier type begins a group", []string{"type T int", "%%\nfmt.Println(T(1))", "func (T) String() string { return \"t\" }", "%%\nfmt.Println(T(1))"}, [][]int{{0, 1}, {2, 3}}},
		{"a method on a new type does not", []string{a, "type T int\nfunc (T) String() string { return \"t\" }", "%%\nfmt.Println(T(1))"}, [][]int{{0, 1, 2}}},
		{"a builtin is redeclared", []string{"%%\nprintln(len(\"x\"))", "%%\nprintln(min(1, 2))", "func min(a, b int) int { return a }", "%%\nprintln(min(1, 2))"}, [][]int{{0, 1}, {2, 3}}},
		{"a plain import joins", []string{"import \"fmt\"\n%%\nfmt.Println()", "import \"strings\"\n%%\nfmt.Println(strings.ToUpper(\"a\"))"}, [][]int{{0, 1}}},
		{"a package of a module begins a group", []string{"import \"fmt\"\n%%\nfmt.Println()", "%%\nfmt.Println()", "import \"example.com/x\"\n%%\nfmt.Println(x.Y)", "%%\nprintln()"}, [][]int{{0, 1}, {2, 3}}},
		{"a package that registers itself begins a group", []string{"%%\nprintln()", "%%\nprintln()", "import \"image/png\"\n%%\nprintln(png.X)", "%%\nprintln()"}, [][]int{{0, 1}, {2, 3}}},
		{"a blank import begins a group", []string{"%%\nprintln()", "%%\nprintln()", "import _ \"fmt\"", "%%\nprintln()"}, [][]int{{0, 1}, {2, 3}}},
		{"the same import again", []string{"import \"example.com/x\"\n%%\nx.A()", "import \"example.com/x\"\n%%\nx.B()"}, [][]int{{0, 1}}},
		{"another import of the name", []string{"import \"example.com/x\"\n%%\nx.A()", "import \"example.org/x\"\n%%\nx.B()", "%%\nx.B()"}, [][]int{{1, 2}}},
		{"nothing joins a cell that names what is not there yet", []string{a, "%%\nprintln(B())", "func B() int { return 2 }", "%%\nprintln(B())"}, [][]int{{2, 3}}},
		{"a local variable is not a later function", []string{"%%\nB := 1\nprintln(B)", "func B() int { return 2 }\n%%\nprintln(B())"}, [][]int{{0, 1}}},
		{"a parameter is not a later function", []string{"func f(B int) int { return B }", "func B() int { return f(2) }"}, [][]int{{0, 1}}},
		{"a field may be a later constant", []string{"%%\nprintln(m[string]int{Key: 1})", "const Key = \"a\""}, nil},
		{"a method on an alias of an earlier type begins a group", []string{"type T int", "%%\nfmt.Println(T(1))", "type U = T\nfunc (U) String() string { return \"t\" }", "%%\nfmt.Println(T(1))"}, [][]int{{0, 1}, {2, 3}}},
		{"GoNB takes two methods for one", []string{"type T[P any] int\nfunc (T[P]) M() {}", "%%\nT[int](1).M()", "type U[P any] int\nfunc (U[P]) M() {}", "%%\nU[int](1).M()"}, [][]int{{0, 1}, {2, 3}}},
		{"an init begins a group", []string{a, b, "func init() { println() }", "%%\nprintln(A())"}, [][]int{{0, 1}, {2, 3}}},
		{"the first use of a package begins a group", []string{"import \"example.com/x\"", "%%\nprintln(1)", "%%\nprintln(2)", "%%\nx.F()", "%%\nprintln(3)"}, [][]int{{0, 1, 2}, {3, 4}}},
		{"so does that of a package that registers itself", []string{"import \"image/png\"", "%%\nprintln(1)", "func F() { png.Decode(nil) }", "%%\nF()"}, [][]int{{0, 1}, {2, 3}}},
		{"an import before a reset is none", []string{"import \"image/png\"\n%%\npng.Decode(nil)", "%reset", "%%\nprintln()", "import \"image/png\"\n%%\npng.Decode(nil)"}, nil},
		{"what is inert may come into use", []string{"import \"flowbook/ml/figure\"", "%%\nprintln(1)", "%%\nfigure.New(s())"}, [][]int{{0, 1}}},
		{"goimports finds another package for both than for one", []string{"%%\nprintln(errors.New(\"x\"))", "%%\nprintln(errors.Wrap(nil, \"x\"))"}, nil},
		{"arguments of its own", []string{"%% -x\nprintln()", "%%\nprintln()", "%%\nprintln(flag.Arg(0))", "%%\nprintln(os.Args[0])"}, nil},
		{"arguments under another name", []string{"import f \"flag\"\nimport o \"os\"\n%%\nprintln()", "%%\nprintln(f.NArg())", "%%\nprintln(len(o.Args))", "%%\nprintln()", "%%\nprintln(2)"}, [][]int{{3, 4}}},
		{"a function that sees its arguments", []string{a, b, "func N() int { return len(os.Args) }", "%%\nprintln(N())", b}, [][]int{{0, 1}}},
		{"a package without its name that sees them", []string{a, b, "import . \"os\"", "%%\nprintln(1)", b}, [][]int{{0, 1}}},
		{"a variable flag is not the package", []string{"func F() (flag bool) { return flag }", "%%\nflag := F()\nprintln(flag)", "%%\nprintln()"}, [][]int{{0, 1, 2}}},
		{"a declaration flag", []string{"type flag struct{}", "%%\nprintln(1)", "%%\nprintln(2)"}, nil},
		{"another package flag", []string{"import flag \"example.com/flag\"", "%%\nprintln(1)", "%%\nprintln(2)"}, nil},
		{"cells that see their lines", []string{a, b, "%%\nlog.SetFlags(log.Lshortfile)", "%%\nprintln(runtime.Caller(0))", "%%\ndebug.PrintStack()", "import \"github.com/pkg/errors\"\n%%\nerrors.New(\"\")"}, [][]int{{0, 1}}},
		{"cells that see what is registered", []string{a, b, "import \"encoding/gob\"\n%%\ngob.NewEncoder(w)", "import \"image\"\n%%\nimage.Decode(nil)"}, [][]int{{0, 1}}},
		{"a main that grows too large", []string{a, b, "%%\n" + strings.Repeat("println(1, 2, 3, 4, 5)\n", 380), b, b}, [][]int{{0, 1}, {3, 4}}},
		{"lines that GoNB leaves out", []string{a, b, "const (\npackages = 1\n)", "%%\nprintln(`\npackage p\n`)", "%%\r\nprintln()", "package p\n%%\nprintln()", b}, [][]int{{0, 1}, {4, 5, 6}}},
		{"a main of its own", []string{"func main() { println() }", "%%\nprintln()"}, nil},
		{"what cannot be parsed", []string{a, "%%\nprintln(", b, b}, [][]int{{2, 3}}},
		{"a body that closes main", []string{a, "%%\nprintln()\n}\nfunc x() {", b, b}, [][]int{{2, 3}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cells []*Cell
			for _, source := range tt.cells {
				if strings.HasPrefix(source, "// skip") {
					cells = append(cells, nil)
				} else {
					cells = append(cells, Read(source))
				}
			}
			got := Share(cells, func(i int) bool { return strings.HasPrefix(tt.cells[i], "// fails") })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
		})
	}
}
