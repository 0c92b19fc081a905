package gocell

import (
	"go/importer"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/ml/module"

	"github.com/google/go-cmp/cmp"
)

// Programs that libraries let read what no key knows, each of which was once served from the store
// after its file had changed.
func TestImpure(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module flowbook\n\ngo 1.26\n",
		"ml/ml.go":     "package ml\n\nimport \"flowbook/ml/net\"\n\nvar rate = 2\n\nfunc Fit() int { return net.N*rate }\nfunc Load() any { return net.Read() }\n",
		"ml/net/n.go":  "package net\n\nimport \"os\"\n\nconst N = 1\n\nfunc Read() []byte { b, _ := os.ReadFile(\"x\"); return b }\n",
		"ml/fig/f.go":  "package fig\n\nimport \"os\"\n\ntype F struct{}\n\nfunc New() *F { return &F{} }\nfunc (f *F) Bundle() string { return \"\" }\nfunc (f *F) Store() error { return os.WriteFile(\"x\", nil, 0) }\n",
		"ml/init/i.go": "package init\n\nimport \"time\"\n\nvar begun = time.Now()\n\nfunc Begun() string { return begun.String() }\n",
		"ml/who/w.go":  "package who\n\nimport \"os\"\n\ntype U struct{}\n\nfunc (U) String() string { h, _ := os.Hostname(); return h }\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	space, err := module.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	packages, err := space.Packages()
	if err != nil {
		t.Fatal(err)
	}
	p := NewPurity(space, packages)
	const not = ", which is not known to be pure"
	for _, tt := range []struct{ source, want string }{
		{"%%\ntemplate.Must(template.ParseFiles(\"t.txt\")).Execute(os.Stdout, nil)", "uses template.Must" + not},
		{"import \"text/template\"\n%%\ntemplate.New(\"\").ParseGlob(\"*\")", "uses text/template" + not},
		{"import \"archive/zip\"\n%%\nr, _ := zip.OpenReader(\"x.zip\")\nfmt.Println(len(r.File))", "uses zip.OpenReader" + not},
		{"import (\n\"go/parser\"\n\"go/token\"\n)\n%%\nf, _ := parser.ParseFile(token.NewFileSet(), \"x.go\", nil, 0)\nfmt.Println(f.Name)", "uses parser.ParseFile" + not},
		{"import \"go/build\"\n%%\np, _ := build.ImportDir(\".\", 0)\nfmt.Println(p.Name)", "uses go/build" + not},
		{"import \"golang.org/x/sys/unix\"\n%%\nfd, _ := unix.Open(\"x\", 0, 0)\nfmt.Println(fd)", "uses golang.org/x/sys/unix" + not},
		{"import \"github.com/apache/arrow-go/v18/parquet/file\"\n%%\nr, _ := file.OpenParquetFile(\"x\", false)\nfmt.Println(r.NumRows())", "uses github.com/apache/arrow-go/v18/parquet/file" + not},
		{"import _ \"github.com/lib/pq\"\n%%\nfmt.Println(1)", "uses github.com/lib/pq" + not},
		{"import \"gopkg.in/yaml.v3\"\n%%\nfmt.Println(1)", "uses gopkg.in/yaml.v3" + not},
		{"%%\nyaml.Unmarshal(nil, nil)", "uses yaml, of which nothing is known"},
		{"%%\nfmt.Scan(nil)", "uses fmt.Scan" + not},
		{"%%\nfmt.Println(io.ReadAll(os.Stdin))", "uses os.Stdin" + not},
		{"func f(yaml []int) { yaml.x() }\n%%\nf(nil)", ""},
		{"%%\nfmt.Println(ml.Fit(), rand.New(rand.NewPCG(1, 2)).IntN(3))", ""},
		{"import \"flowbook/ml\"\n%%\nfmt.Println(ml.Load())", "package flowbook/ml/net uses os.ReadFile" + not},
		{"%%\nfmt.Println(fig.New().Bundle())", ""},
		{"%%\nfig.New().Store()", "package flowbook/ml/fig uses os.WriteFile" + not},
		{"import \"flowbook/ml/init\"\n%%\nfmt.Println(1, init.X)", "package flowbook/ml/init uses time.Now" + not},
		{"%%\nfmt.Println(who.U{})", "package flowbook/ml/who uses os.Hostname" + not},
	} {
		c := Read(tt.source)
		got, err := p.Impure(Remember([]*Cell{c}).Reach(c))
		if err != nil {
			t.Fatal(err)
		}
		if got != tt.want {
			t.Errorf("%q:\ngot  %q\nwant %q", tt.source, got, tt.want)
		}
	}
}

// Every name that is listed as pure exists, and of packages with one name all or none are listed
// with everything.
func TestPureNamesExist(t *testing.T) {
	var paths, parts []string
	for _, list := range []map[string][]string{pure, pureInPackages} {
		for path, names := range list {
			paths = append(paths, path)
			if !slices.Contains(names, "*") {
				parts = append(parts, path)
			}
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if diff := cmp.Diff(paths, slices.Sorted(strings.FieldsSeq(goList(t, paths...)))); diff != "" {
		t.Errorf("packages (-listed +there):\n%s", diff)
	}
	export := map[string]string{}
	for line := range strings.Lines(goList(t, append([]string{"-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, parts...)...)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		export[path] = file
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	for _, list := range []map[string][]string{pure, pureInPackages} {
		for path, names := range list {
			if slices.Contains(names, "*") || path == "unsafe" {
				continue
			}
			pkg, err := imp.Import(path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			for _, name := range names {
				if pkg.Scope().Lookup(name) == nil {
					t.Errorf("%s.%s is listed as pure, and is not there", path, name)
				}
			}
		}
	}
	for name, paths := range stdNames {
		every, some := true, false
		for _, p := range paths {
			whole := slices.Contains(pure[p], "*")
			every, some = every && whole, some || whole
		}
		if some && !every {
			t.Errorf("of the packages %s some are pure as a whole: %q", name, paths)
		}
	}
}

// The standard library has the packages that are listed, and no others.
func TestStd(t *testing.T) {
	var want []string
	for path := range strings.FieldsSeq(goList(t, "std")) {
		if !slices.ContainsFunc(strings.Split(path, "/"), func(e string) bool { return e == "internal" || e == "vendor" }) {
			want = append(want, path)
		}
	}
	got := strings.Fields(stdPaths)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-go list std +ours):\n%s", diff)
	}
}

// goList is what go list puts out; the packages that need cgo are among them.
func goList(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	if args[0] != "-export" { // which compiles
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return string(out)
}
