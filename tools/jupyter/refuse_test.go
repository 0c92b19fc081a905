package jupyter_test

import (
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// TestRefusals: cells that would end the kernel, or do something else than stands there, are refused
// with the line; the kernel goes on.
func TestRefusals(t *testing.T) {
	k := start(t, jupyter.Options{Spec: goNB(t)})
	for _, tt := range []struct{ name, cell, want string }{
		{"two bodies", "%%\nfmt.Println(1)\n%%\nfmt.Println(2)", "Line 3: %% begins a second main function: line 1 began the first"},
		{"%main and %%", "%main\nfmt.Println(1)\n%% x\nfmt.Println(2)", "Line 3: %% begins a second main function"},
		{"long", "%%\n" + strings.Repeat("fmt.Println(1)\n", 20) + "%%\nfmt.Println(2)", "Line 22: %% begins a second main function"},
		{"%exec twice", "func f() {}\n%exec f\n//gonb:%exec f", "Line 3: %exec begins a second main function: line 2 began the first"},
		{"in a string", "%%\nfmt.Println(`\n%%\n`)", "Line 3: %% begins a second main function"},
		{"embed", "import _ \"embed\"\n\n//go:embed x.txt\nvar x string", "Line 3: //go:embed has no effect in a cell"},
		{"embed in a group", "import \"embed\"\nvar (\n\t//go:embed x.txt\n\tx embed.FS\n)", "Line 3: //go:embed has no effect in a cell"},
		{"linkname of a variable", "import _ \"unsafe\"\n//go:linkname x time.zoneSources\nvar x []string", "Line 2: //go:linkname has no effect"},
		{"debug", "//go:debug madvdontneed=1\n%%\nfmt.Println(1)", "Line 1: //go:debug has no effect"},
		{"unknown command", "%nosuch 1", "%nosuch is no command of the kernel"},
		{"%exec of nothing", "%exec nosuch", "undefined: nosuch"},
		{"%exec without a name", "%exec", "%exec requires the name"},
		{"%%script without a program", "%%script\nls", "%%script requires the name of a program"},
	} {
		a := execute(t, k, tt.cell)
		said := plainTrace(a.traceback)
		if a.status != "error" || !strings.Contains(said, tt.want) {
			t.Errorf("%s: %s %q, want %q", tt.name, a.status, said, tt.want)
		}
	}
	for _, tt := range []struct{ name, cell, want string }{
		{"a directive of a function", "//go:noinline\nfunc f() int { return 1 }\n%%\nfmt.Println(f())", "1\n"},
		{"a directive in a string", "%%\nfmt.Println(`\n//go:embed x`)", "\n//go:embed x\n"},
		{"%exec alone", "%exec shout", "A\n"},
		{"%env with =", "%env X=1\n%%\nfmt.Println(os.Getenv(`X`))", "Set: X=\"1\"\n1\n"},
		{"blanks after %", "% \n%%\nfmt.Println(2)", "2\n"},
		{"blanks after !", "! \t\n%%\nfmt.Println(3)", "3\n"},
	} {
		if tt.name == "%exec alone" {
			execute(t, k, "func shout() { fmt.Println(`A`) }")
		}
		if a := execute(t, k, tt.cell); a.status != "ok" || a.stdout != tt.want {
			t.Errorf("%s: %s %q %q, want %q", tt.name, a.status, a.stdout, a.evalue, tt.want)
		}
	}
}

// TestOtherKind: a declaration replaces one of another kind that has its name, as Jupyter's users
// do by editing a cell.
func TestOtherKind(t *testing.T) {
	k := start(t, jupyter.Options{Spec: goNB(t)})
	for _, tt := range []struct{ cell, want string }{
		{"var n, m = 1, 2\n%%\nfmt.Println(n)", "1\n"},
		{"func n() int { return 3 }\n%%\nfmt.Println(n(), m)", "3 2\n"},
		{"type n int\nfunc (n) String() string { return `four` }\n%%\nfmt.Println(n(4), m)", "four 2\n"},
		{"const n = 5\n%%\nfmt.Println(n)", "5\n"},
		{"var n = 6\n%%\nfmt.Println(n)", "6\n"},
		{"import n \"strings\"\n%%\nfmt.Println(n.ToUpper(`seven`))", "SEVEN\n"},
		{"type n struct{}\n%%\nfmt.Println(n{})", "{}\n"},
		{"func pair() (int, int) { return 1, 2 }\nvar a, b = pair()\n%%\nfmt.Println(a, b)", "1 2\n"},
		{"func a() int { return 8 }\n%%\nfmt.Println(a())", "8\n"},
		{"import _ \"image/png\"\nconst _ = 1\nfunc _() {}\n%%\nfmt.Println(9)", "9\n"},
	} {
		if a := execute(t, k, tt.cell); a.status != "ok" || a.stdout != tt.want {
			t.Errorf("%q: %s %q %q, want %q", tt.cell, a.status, a.stdout, a.evalue, tt.want)
		}
	}
}

// plainTrace is a traceback in one line for each place, without colours.
func plainTrace(traceback []string) string {
	var lines []string
	for _, entry := range traceback {
		parts := strings.Split(strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(entry), "\n")
		line := parts[len(parts)-1]
		if place, ok := strings.CutPrefix(parts[0], "Cell["); ok {
			_, place, _ = strings.Cut(place, ": ")
			line = place + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
