package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
)

// world is a module m with a package p, and a kernel's folder whose go.work uses it, with gofront
// before the go command.
type world struct {
	t         *testing.T
	module    string
	cell      string
	env       []string
	front     string // the go command that is gofront
	realGo    string
	goimports string
}

// newWorld takes gofront, as all of the kernel's programs, from where the kernel has them.
func newWorld(t *testing.T) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("builds Go programs; run without -short")
	}
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command on the PATH: install Go from https://go.dev/dl")
	}
	spec, err := jupyter.GoNB(context.Background(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Dir(spec.Argv[0])
	w := &world{t: t, module: t.TempDir(), cell: t.TempDir(), realGo: realGo, front: filepath.Join(bin, "go"), goimports: filepath.Join(bin, "goimports")}
	if runtime.GOOS == "windows" {
		w.front += ".exe"
		w.goimports += ".exe"
	}
	w.write(w.module, "go.mod", "module m\n\ngo 1.26\n")
	w.write(w.module, "p/p.go", "package p\n\nimport _ \"embed\"\n\n//go:embed data/x.txt\nvar Text string\n\nconst N = 1\n")
	w.write(w.module, "p/data/x.txt", "x")
	w.write(w.cell, "go.mod", "module gonb_12345678\n\ngo 1.26\n")
	w.write(w.cell, "go.work", "go 1.26\n\nuse (\n\t.\n\t"+w.module+"\n)\n")
	w.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GONB_TMP_DIR="+w.cell, "GOPROXY=off", "GOFLAGS=-ldflags=-s",
		"CGO_ENABLED=0", "GOWORK=", "GOTOOLCHAIN=local", "GOENV=off")
	return w
}

func (w *world) write(dir, name, text string) {
	w.t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // file times are coarse: a build must be seen to begin later
}

// run runs a program in the kernel's folder.
func (w *world) run(program string, args ...string) (out string, status int) {
	w.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = w.cell, w.env
	text, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		w.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func (w *world) program() string { return filepath.Join(w.cell, "gonb_12345678.exe") }

// build builds main.go and says what the program prints and how it came about.
func (w *world) build() (prints, how string) {
	w.t.Helper()
	before, there := statOf(w.program())
	if out, status := w.run(w.front, "build", "-o", w.program()); status != 0 {
		return out, "failed"
	}
	after, _ := statOf(w.program())
	prints, _ = w.run(w.program())
	id, _ := w.run(w.realGo, "tool", "buildid", w.program())
	switch {
	case there && before == after:
		how = "there"
	case strings.TrimSpace(id) == "": // the go command gives an id to what it builds
		how = "repeated"
	default:
		how = "go build"
	}
	return prints, how
}

// $FLOWBOOK_GOFRONT=off has every build be the go command's.
func TestOff(t *testing.T) {
	w := newWorld(t)
	w.env = append(w.env, "FLOWBOOK_GOFRONT=off")
	for _, body := range []string{"1", "2", "1", "2"} {
		w.write(w.cell, "main.go", "package main\n\nfunc main() { print("+body+") }\n")
		if prints, how := w.build(); prints != body || how != "go build" {
			t.Errorf("printed %q by %s, want %q by go build", prints, how, body)
		}
	}
	if _, err := os.Stat(filepath.Join(w.cell, ".gofront")); err == nil {
		t.Error("gofront remembers something")
	}
}

// A repeated build leaves out what main does not reach, with the imports that only this uses,
// unless it is told to compile all.
func TestPrune(t *testing.T) {
	sizes := map[string]int64{}
	for _, mode := range []string{"", "whole"} {
		w := newWorld(t)
		w.env = append(w.env, "FLOWBOOK_GOFRONT="+mode)
		text := ""
		for _, body := range []string{"1", "2", "3", "4"} {
			text = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"m/p\"\n)\n\nfunc Text() string { b, _ := json.Marshal(p.N); return string(b) }\n\nfunc main() {\n\tprint(p.N, " + body + ")\n}\n"
			w.write(w.cell, "main.go", text)
			if prints, _ := w.build(); prints != "1"+body {
				t.Errorf("%q: printed %q", mode, prints)
			}
		}
		if left, err := os.ReadFile(filepath.Join(w.cell, "main.go")); err != nil || string(left) != text {
			t.Errorf("%q: main.go is left as\n%s %v", mode, left, err)
		}
		after, _ := statOf(w.program())
		sizes[mode] = after.Size
		w.write(w.cell, "main.go", strings.Replace(text, "string(b)", "b", 1))
		want, _ := w.run(w.realGo, "build", "-o", w.program())
		if got, status := w.run(w.front, "build", "-o", w.program()); status != 1 || got != want {
			t.Errorf("%q: an error in what main does not reach: %q, want %q", mode, got, want)
		}
	}
	if sizes[""] >= sizes["whole"] {
		t.Errorf("the program has %d bytes with all declarations, %d without", sizes["whole"], sizes[""])
	}
}

// A build is repeated, or left out, only where nothing but main.go has changed, and the program is
// always the right one.
func TestBuild(t *testing.T) {
	w := newWorld(t)
	main := func(body string, imports ...string) {
		text := "package main\n\nimport (\n"
		for _, i := range append(imports, "m/p") {
			text += fmt.Sprintf("\t%q\n", i)
		}
		w.write(w.cell, "main.go", text+")\n\nfunc main() {\n\t"+body+"\n}\n")
	}
	for _, step := range []struct {
		name        string
		do          func()
		prints, how string
	}{
		{"the first", func() { main("print(p.N, p.Text, 1)") }, "1x1", "go build"},
		{"what was compiled during a build lies in the build cache only afterwards", func() { main("print(p.N, p.Text, 2)") }, "1x2", "go build"},
		{"the same again", func() {}, "1x2", "there"},
		{"the first again", func() { main("print(p.N, p.Text, 1)") }, "1x1", "repeated"},
		{"a package changes", func() { w.write(w.module, "p/n.go", "package p\n\nconst M = 5\n"); main("print(p.N, p.M, 3)") }, "153", "go build"},
		{"the build after it", func() { main("print(p.N, p.M, 4)") }, "154", "go build"},
		{"and then", func() { main("print(p.N, p.M, 5)") }, "155", "repeated"},
		{"a file with another time", func() { w.write(w.module, "p/n.go", "package p\n\nconst M = 6\n") }, "165", "go build"},
		{"settled", func() { main("print(p.N, p.M, 7)") }, "167", "go build"},
		{"an embedded file", func() { w.write(w.module, "p/data/x.txt", "y"); main("print(p.Text)") }, "y", "go build"},
		{"settled", func() { main("print(p.Text, 8)") }, "y8", "go build"},
		{"settled", func() { main("print(p.Text, 9)") }, "y9", "repeated"},
		{"embedded files where go build ./... does not look", func() {
			w.write(w.module, "p/testdata/.t/_t.txt", "t")
			w.write(w.module, "p/q/q.go", "package q\n")
			w.write(w.module, "p/t.go", "package p\n\nimport _ \"embed\"\n\n//go:embed testdata/.t/_t.txt\nvar Test string\n\n//go:embed q/q.go\nvar Source string\n")
			main("print(p.Test, len(p.Source))")
		}, "t10", "go build"},
		{"settled", func() { main("print(p.Test, len(p.Source), 9)") }, "t109", "go build"},
		{"settled", func() { main("print(p.Test, len(p.Source), 8)") }, "t108", "repeated"},
		{"one in testdata", func() { w.write(w.module, "p/testdata/.t/_t.txt", "u") }, "u108", "go build"},
		{"settled", func() { main("print(p.Test, len(p.Source), 9)") }, "u109", "go build"},
		{"settled", func() { main("print(p.Test, len(p.Source), 8)") }, "u108", "repeated"},
		{"one in the folder of another package", func() { w.write(w.module, "p/q/q.go", "package qq\n") }, "u118", "go build"},
		{"settled", func() { main("print(p.Text)") }, "y", "go build"},
		{"settled", func() { main("print(p.Text, 9)") }, "y9", "repeated"},
		{"a mistake", func() { main("print(p.Text)\n\tx := 1") }, "# gonb_12345678\n./main.go:9:2: declared and not used: x\n", "failed"},
		{"two mistakes", func() { main("print(p.Texts)\n\tx := 1") }, "# gonb_12345678\n./main.go:8:10: undefined: p.Texts\n./main.go:9:2: declared and not used: x\n", "failed"},
		{"mended", func() { main("print(p.Text, 10)") }, "y10", "repeated"},
		{"a new import", func() { main("print(strings.ToUpper(p.Text))", "strings") }, "Y", "go build"},
		{"without it", func() { main("print(p.Text, 11)") }, "y11", "repeated"},
		{"with it", func() { main("print(strings.ToUpper(p.Text), 11)", "strings") }, "Y11", "repeated"},
		{"the module's go.mod", func() { w.write(w.module, "go.mod", "module m\n\ngo 1.25\n"); main("print(p.Text, 12)") }, "y12", "go build"},
		{"settled", func() { main("print(p.Text, 13)") }, "y13", "go build"},
		{"settled", func() { main("print(p.Text, 14)") }, "y14", "repeated"},
		{"another Go file", func() { w.write(w.cell, "other.go", "package main\n\nfunc init() { print(0) }\n") }, "0y14", "go build"},
		{"the environment", func() { w.env = append(w.env, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=-ldflags=-w") }, "0y14", "go build"},
		{"what it remembers is damaged", func() {
			for _, name := range []string{"importcfg", "importcfg.link"} {
				w.write(w.cell, ".gofront/"+name, "packagefile m/p=/nowhere\n")
			}
			main("print(p.Text, 15)")
		}, "0y15", "go build"},
		{"the program is gone", func() { os.Remove(w.program()) }, "0y15", "repeated"},
		{"flags of which it knows nothing", func() { w.env = append(w.env, "GOFLAGS=-asmflags=-I.") }, "0y15", "go build"},
		{"the same, with these flags", func() { main("print(p.Text, 16)") }, "0y16", "go build"},
	} {
		step.do()
		prints, how := w.build()
		if prints != step.prints || how != step.how {
			t.Errorf("%s: prints %q (%s), want %q (%s)", step.name, prints, how, step.prints, step.how)
		}
	}
}

// An error of main.go is told as the go command tells it.
func TestBuildErrors(t *testing.T) {
	w := newWorld(t)
	w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N) }\n")
	for range 2 { // the first compiles package p
		w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, 1) }\n")
		w.build()
		w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, 2) }\n")
		w.build()
	}
	if _, how := w.build(); how != "there" {
		t.Fatalf("the build is %s", how)
	}
	many := "package main\n\nfunc main() {\n" + strings.Repeat("\tx()\n", 20) + "}\n"
	for _, text := range []string{
		"package main\n\nimport \"m/p\"\n\nfunc main() { p.N() }\n",
		"package main\n\nimport \"m/q\"\n\nfunc main() { q.N() }\n",
		"package main\n\nfunc main() { var s []int = map[string]int{}; f(s) }\n\nfunc f(int) {}\n",
		"package main\n\ntype I interface{ M() }\n\nfunc main() { var _ I = 3 }\n",
		"package main\n\nfunc main() {\n\tx(\n",
		"package main\n\nfunc f() {}\n",
		many,
	} {
		w.write(w.cell, "main.go", text)
		want, wantStatus := w.run(w.realGo, "build", "-o", w.program())
		got, status := w.run(w.front, "build", "-o", w.program())
		if got != want || status != wantStatus {
			t.Errorf("%s\nsays (%d)\n%s\nwant (%d)\n%s", text, status, got, wantStatus, want)
		}
	}
}

// What gofront makes of a main.go has the imports that goimports gives it.
func TestGoimports(t *testing.T) {
	w := newWorld(t)
	files, err := filepath.Glob("../../*/*.go")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	texts := []string{
		"package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"github.com/janpfeifer/must\"\n)\n\nfunc main() {\n\tflag.Parse()\n\tfmt.Println(must.M1(1, nil))\n}\n",
		"package main\n\nfunc main() {\n\tflag.Parse()\n}\n",
		"package main\n\nimport \"os\"\n\nfunc main() {\n\tflag.Parse()\n}\n",
		"package main\n\nimport rand \"math/rand/v2\"\n\nfunc main() {\n\tflag.Parse()\n\trand.Int()\n}\n",
		"package main\n\nimport \"math/rand/v2\"\n\nfunc main() {\n\tflag.Parse()\n\trand.Int()\n}\n",
		"package main\n\nimport \"gopkg.in/yaml.v3\"\n\nfunc main() {\n\tflag.Parse()\n}\n",
		"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tflag.Parse()\n\tfmt := T{}\n\tfmt.Println()\n}\n",
		"package main\n\nfunc main() {\n\tflag.Parse()\n\tstrings.ToUpper(\"\")\n}\n",
		"package main\n\nvar fmt T\n\nfunc main() {\n\tflag.Parse()\n\tfmt.Println()\n}\n",
		"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tflag.Parse(\n}\n",
	}
	for i := 0; i < len(files); i += 8 {
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.Replace(string(text), "import (\n", "import (\n\t\"container/ring\"\n", 1))
	}
	settled := 0
	for _, text := range texts {
		path := filepath.Join(w.cell, "main.go")
		imports := func(program string) (string, int) {
			w.write(w.cell, "main.go", text)
			if _, status := w.run(program, "-w", path); status != 0 {
				return "", status
			}
			m, err := readMain(path)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(m.imports, " "), 0
		}
		if _, ok := fixImports([]byte(text)); ok {
			settled++
		}
		want, wantStatus := imports(filepath.Join(filepath.Dir(w.goimports), "real", filepath.Base(w.goimports)))
		for _, time := range []string{"first", "second"} {
			got, status := imports(w.goimports)
			if got != want || status != wantStatus {
				t.Errorf("%s\nimports the %s time %q (%d), want %q (%d)", text, time, got, status, want, wantStatus)
			}
		}
	}
	if settled < len(texts)/2 {
		t.Errorf("only %d of %d files needed no search", settled, len(texts))
	}
}

// go get is left out only where the last build shows that nothing is missing.
func TestGet(t *testing.T) {
	w := newWorld(t)
	w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N) }\n")
	for range 2 {
		w.build()
		w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, 2) }\n")
	}
	if out, status := w.run(w.front, "get"); status != 0 || out != "" {
		t.Errorf("go get says (%d) %q", status, out)
	}
	for name, missing := range map[string]func(){
		"an import of main.go": func() {
			w.write(w.cell, "main.go", "package main\n\nimport \"example.com/nothing\"\n\nfunc main() { nothing.F() }\n")
		},
		"an import of a package": func() { w.write(w.module, "p/p.go", "package p\n\nimport _ \"example.com/nothing\"\n\nconst N = 1\n") },
		"a package":              func() { os.RemoveAll(filepath.Join(w.module, "p")) },
	} {
		w.write(w.module, "p/p.go", "package p\n\nconst N = 1\n")
		for _, n := range []string{"3", "4", "5"} {
			w.write(w.cell, "main.go", "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, "+n+") }\n")
			w.build()
		}
		missing()
		want, wantStatus := w.run(w.realGo, "get")
		got, status := w.run(w.front, "get")
		// The cause comes first; GoNB's advice about go.work belongs to words that are left out.
		want = strings.ReplaceAll(want, "cannot find module providing package", "no module provides package")
		missing := func(line string) bool { return !strings.Contains(got, strings.TrimSpace(line)) }
		if slices.ContainsFunc(strings.Split(want, "\n"), missing) || status != wantStatus || status == 0 {
			t.Errorf("%s is missing: go get says (%d) %q, want (%d) %q", name, status, got, wantStatus, want)
		}
	}
}

// All else is the go command's, with its output and status.
func TestPass(t *testing.T) {
	w := newWorld(t)
	for _, args := range [][]string{{"version"}, {"env", "GOOS", "GOPROXY"}, {"nonsense"}, {"build", "-o"}, {"vet", "./nowhere"}} {
		want, wantStatus := w.run(w.realGo, args...)
		got, status := w.run(w.front, args...)
		if diff := cmp.Diff(want, got); diff != "" || status != wantStatus {
			t.Errorf("go %s: status %d, want %d; (-want +got):\n%s", strings.Join(args, " "), status, wantStatus, diff)
		}
	}
	cmd := exec.Command(w.front, "build", "-o", filepath.Join(w.cell, "x.exe"), "./p") // from another folder
	cmd.Dir, cmd.Env = w.module, w.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("build elsewhere: %v\n%s", err, bytes.TrimSpace(out))
	}
	if _, err := os.Stat(filepath.Join(w.module, ".gofront")); err == nil {
		t.Error("something is remembered of a folder that is no kernel's")
	}
}
