package report

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

// cells makes a page of Go cells; one that begins with # is Markdown.
func cells(sources ...string) Page {
	nb := notebook.New()
	for _, s := range sources {
		if strings.HasPrefix(s, "#") {
			nb.Cells = append(nb.Cells, notebook.NewMarkdown(s))
			continue
		}
		nb.Cells = append(nb.Cells, notebook.NewCode(s))
	}
	return Page{Name: "Made", Path: "notebooks/Made.ipynb", Notebook: nb}
}

// made has what a GoNB notebook may hold: each cell says what it is there for.
func made() Page {
	p := cells(
		"# Title\n\nText before\na cell. */",
		"package main // dropped\n!echo shell\n%env A b\nimport (\n\t\"os\"\n\tstr \"strings\"\n\t\"math/rand/v2\"\n)\n\nvar (\n\t// A is replaced below.\n\tA = 1\n\tB = str.ToUpper(\"b\") // stays\n)\n\n// Point is a point.\ntype Point struct{ X int }\n\n// Double doubles.\nfunc (p *Point) Double() { p.X *= 2 }\n\nconst (\n\tRed = iota\n\tGreen\n)\n\n%%\nfmt.Println(A, B, Red, Green)",
		"# Later",
		"// a comment that floats\n\nvar A = 7\n\nfunc init_z() { fmt.Println(\"init z\") }\nfunc init_a() { fmt.Println(\"init a\") }\n",
		"func (p *Point) Double() { p.X *= 3 }\n\nfunc Show(v any) { fmt.Printf(\"%v\\n\", v) }\n\n%% --n=5 rest\np := &Point{2}\np.Double()\nShow(p.X)\nif *n == 5 {\n!ls\n\tShow(*n)\n\treturn\n}\nShow(\"unreached\")",
		"import \"flag\"\n\nvar n = flag.Int(\"n\", 1, \"a number\")",
		"%%bash\necho nothing",
		"func main() {\n\tShow(strings.Repeat(\"x\", 3))\n}",
		"%exec Hello a\nfunc Hello() { fmt.Println(\"hello\", flag.Args()) }",
		"%%\npanic(\"expected\")",
		"%%\n// nothing but a comment",
		"!echo hi\n//gonb:!ls",
	)
	p.Notebook.Cells[9].Metadata.Put("tags", []string{"raises-exception"})
	return p
}

func TestProgram(t *testing.T) {
	var b bytes.Buffer
	if err := Program(&b, made()); err != nil {
		t.Fatal(err)
	}
	golden(t, "program.go.txt", b.String())
	if testing.Short() {
		t.Skip("short: builds the program")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"main.go": b.String(), "go.mod": "module made\n\ngo 1.26\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	want := "init a\ninit z\n7 B 0 1\n6\n5\nxxx\nhello [a]\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("the program prints (-want +got):\n%s", diff)
	}
}

func TestProgramErrors(t *testing.T) {
	python := cells("x = 1")
	python.Notebook.Metadata.Set("language_info", []byte(`{"name": "python"}`))
	for name, tt := range map[string]struct {
		page Page
		want string
	}{
		"declaration": {cells("# T", "\n\nfunc f( {}"), "notebooks/Made.ipynb: cell 1, line 3: "},
		"body":        {cells("!ls\n\n%%\nx :=\n"), "notebooks/Made.ipynb: cell 1, line 4: "},
		"python":      {python, "a notebook in python, not in Go"},
		"command":     {Page{Path: "data split"}, "data split is not a notebook"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Program(&bytes.Buffer{}, tt.page)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestMarkdownDocument(t *testing.T) {
	page := course(t).Pages[2]
	page.Notebook.Cells = append(page.Notebook.Cells, notebook.NewCode("s := \"```\""))
	saved := map[string]int{}
	var b bytes.Buffer
	err := Markdown(&b, page, func(name string, data []byte) error {
		saved[name] = len(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "Flows.md", b.String())
	if diff := cmp.Diff(map[string]int{"Flows_files/cell-1-4.png": 72, "Flows_files/text-1-d.png": 72}, saved); diff != "" {
		t.Errorf("saved files and their sizes (-want +got):\n%s", diff)
	}
}
