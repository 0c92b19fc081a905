package dataset_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/ml/dataset"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/must"
)

// Two notebooks as somebody writes them who comes from pandas, their cells one after another.
// Beside each lies the same in Python, testdata/newcomer/NAME.py. A cell needs no imports, so
// Python's do not count either.

func durations(path string) {
	df := must.M1(dataset.Read(path, "application_name", "bidirectional_duration_ms", "bidirectional_packets"))
	df = df.Filter(func(r dataset.Row) bool { return r.Float64("bidirectional_packets") > 1 }).DropNA("application_name")
	df = df.Assign("seconds", func(r dataset.Row) float64 { return r.Float64("bidirectional_duration_ms") / 1000 })

	table := df.GroupBy("application_name").Agg(
		dataset.Agg("flows", "seconds", "count"),
		dataset.Agg("median", "seconds", "median"),
		dataset.Agg("p95", "seconds", dataset.Quantile(0.95)),
		dataset.Agg("longest", "seconds", "max"),
	)
	fmt.Println(table.SortByDesc("flows").Head(10))

	df = df.Assign("large", func(r dataset.Row) bool { return r.Float64("bidirectional_packets") > 1000 })
	fmt.Println(df.Crosstab("application_name", "large").Head(5))
	fmt.Println(df.Select("seconds", "bidirectional_packets").DescribeAll())
}

func correlation(path string) {
	df := must.M1(dataset.Read(path))
	strongest := df.Corr().SortByDesc("bidirectional_bytes")
	fmt.Println(df.NumRows())
	fmt.Println(strongest.Select("bidirectional_bytes", "bidirectional_packets").Head(8))
}

// TestNewcomer runs both and wants the output of Python's version, in at most 1.3 times its lines.
func TestNewcomer(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB; run without -short")
	}
	for _, tt := range []struct {
		name string
		run  func(path string)
		rows int // 85,000 are 100 MB
	}{
		{"durations", durations, 10_000},
		{"correlation", correlation, 85_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			script := filepath.Join("testdata", "newcomer", tt.name+".py")
			ours, theirs := goLines(t, tt.name), pythonLines(t, script)
			t.Logf("%d lines of Go, %d of Python", ours, theirs)
			if float64(ours) > 1.3*float64(theirs) {
				t.Errorf("%d lines of Go for %d of Python", ours, theirs)
			}
			python := os.Getenv("FLOWBOOK_PYTHON")
			if python == "" {
				t.Skip("set FLOWBOOK_PYTHON to a Python with tools/bench/reference/requirements.txt installed (CONTRIBUTING.md)")
			}
			path := dataset.SyntheticFile(t, tt.rows)
			want, err := exec.Command(python, script, path).Output()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), output(t, func() { tt.run(path) })); diff != "" {
				t.Errorf("(-pandas +ours):\n%s", diff)
			}
		})
	}
}

// goLines counts the lines of a function of this file that are neither blank nor a comment.
func goLines(t *testing.T, name string) int {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "newcomer_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("newcomer_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name {
			return count(string(source[files.Position(f.Body.Lbrace).Offset+1:files.Position(f.Body.Rbrace).Offset]), "//")
		}
	}
	t.Fatalf("no function %s", name)
	return 0
}

// pythonLines counts the lines of a script after its text and its imports.
func pythonLines(t *testing.T, path string) int {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, code, ok := strings.Cut(string(source), "import pandas as pd\n")
	if !ok {
		t.Fatalf("%s does not import pandas", path)
	}
	return count(code, "#")
}

func count(code, comment string) int {
	n := 0
	for line := range strings.Lines(code) {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, comment) {
			n++
		}
	}
	return n
}

// output returns what f prints.
func output(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = stdout }()
	f()
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
