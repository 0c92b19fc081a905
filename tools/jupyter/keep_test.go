package jupyter_test

import (
	"strconv"
	"strings"
	"testing"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
)

// TestKeep: cells of one kernel, as JupyterLab sends them: the result of a function of a cell is
// computed once and read back in later cells, and anew once it, or a function that it calls, is
// declared otherwise. Only top-level functions without type parameters are kept; the error says so.
func TestKeep(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a dozen cells")
	}
	t.Setenv(module.EnvState, t.TempDir())
	k := start(t, jupyter.Options{Spec: goNB(t), Dir: t.TempDir()})
	const refused = "is a closure, a method or generic"
	for _, step := range []struct{ name, cell, stdout, err string }{
		{"computed", "import \"flowbook/ml/memo\"\nimport \"github.com/janpfeifer/must\"\nfunc helper() int { return 1 }\n" +
			"func Slow() int { fmt.Print(\"computes \"); return 40 + helper() }\n%%\nfmt.Println(memo.Keep(Slow))", "computes 41\n", ""},
		{"read back in a later cell", "%%\nfmt.Println(memo.Keep(Slow))", "41\n", ""},
		{"a cell that changes nothing of it", "func other() {}\n%%\nfmt.Println(memo.Keep(Slow), 1)", "41 1\n", ""},
		{"a helper redefined", "func helper() int { return 2 }\n%%\nfmt.Println(memo.Keep(Slow))", "computes 42\n", ""},
		{"redefined in a later cell", "func Slow() int { fmt.Print(\"computes \"); return 50 + helper() }\n%%\nfmt.Println(memo.Keep(Slow))", "computes 52\n", ""},
		{"read back again", "%%\nfmt.Println(memo.Keep(Slow))", "52\n", ""},
		{"as it was before", "func Slow() int { fmt.Print(\"computes \"); return 40 + helper() }\n%%\nfmt.Println(memo.Keep(Slow))", "42\n", ""},
		{"recursion", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\n" +
			"func Fib() int { fmt.Print(\"computes \"); return fib(20) }\n%%\nfmt.Println(memo.Keep(Fib), memo.Keep(Fib))", "computes 6765 6765\n", ""},
		{"recursion redefined", "func fib(n int) int { if n < 1 { return 1 }; return fib(n-1) + 1 }\n%%\nfmt.Println(memo.Keep(Fib))", "computes 21\n", ""},
		{"a closure", "%%\nx := 3\nfmt.Println(memo.Keep(func() int { return x }))", "", refused},
		{"a method value", "type T struct{ N int }\nfunc (t T) Get() int { return t.N }\n%%\nfmt.Println(memo.Keep(T{3}.Get))", "", refused},
		{"a generic function", "func Zero[N int | float64]() N { return 0 }\n%%\nfmt.Println(memo.Keep(Zero[int]))", "", refused},
		{"what it calls may be all of these", "func Mixed() int { fmt.Print(\"computes \"); f := func() int { return T{3}.Get() }; return f() + Zero[int]() }\n" +
			"%%\nfmt.Println(memo.Keep(Mixed), memo.Keep(Mixed))", "computes 3 3\n", ""},
		{"a generic function that it calls redefined", "func Zero[N int | float64]() N { return 1 }\n%%\nfmt.Println(memo.Keep(Mixed))", "computes 4\n", ""},
		{"a file that it reads", "func Size() int { must.M(memo.Reads(\"notes.txt\")); fmt.Print(\"computes \"); return len(must.M1(os.ReadFile(\"notes.txt\"))) }\n" +
			"%%\nmust.M(os.WriteFile(\"notes.txt\", []byte(\"one\"), 0o600))\nfmt.Println(memo.Keep(Size))", "computes 3\n", ""},
		{"the same bytes", "%%\nmust.M(os.WriteFile(\"notes.txt\", []byte(\"one\"), 0o600))\nfmt.Println(memo.Keep(Size))", "3\n", ""},
		{"other bytes", "%%\nmust.M(os.WriteFile(\"notes.txt\", []byte(\"three\"), 0o600))\nfmt.Println(memo.Keep(Size))", "computes 5\n", ""},
		{"a gigabyte", "func Gigabyte() []byte { return make([]byte, 1<<30) }\n%%\nfmt.Println(len(memo.Keep(Gigabyte)))", "", "it has more than 268435456 bytes"},
	} {
		a := execute(t, k, step.cell)
		if step.err != "" {
			if a.status != "error" || !strings.Contains(a.stderr, step.err) {
				t.Errorf("%s: %+v, want an error with %q", step.name, a, step.err)
			}
			continue
		}
		if a.stdout != step.stdout || a.status != "ok" {
			t.Errorf("%s: %+v, want %q", step.name, a, step.stdout)
		}
	}
}

// BenchmarkKeep reads back what a function of five seconds returned; the cell itself measures how
// long that takes.
func BenchmarkKeep(b *testing.B) {
	b.Setenv(module.EnvState, b.TempDir())
	k := start(b, jupyter.Options{Spec: goNB(b), Dir: b.TempDir()})
	const body = "%%\nstart := time.Now()\n_ = memo.Keep(Slow)\nfmt.Print(time.Since(start).Seconds())"
	first := execute(b, k, "import \"flowbook/ml/memo\"\nfunc Slow() []float64 { time.Sleep(5 * time.Second); return make([]float64, 100_000) }\n"+body)
	if took, err := strconv.ParseFloat(first.stdout, 64); err != nil || took < 5 {
		b.Fatalf("the first cell took %s s: %+v", first.stdout, first)
	}
	var total float64
	n := 0
	for b.Loop() {
		took, err := strconv.ParseFloat(execute(b, k, body).stdout, 64)
		if err != nil {
			b.Fatal(err)
		}
		total += took
		n++
	}
	b.ReportMetric(total/float64(n)*1e3, "ms/keep")
}
