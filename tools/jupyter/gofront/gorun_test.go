package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// goRunText is a command that prints what it has from its package and from whoever starts it.
const goRunText = `package main

import (
	"fmt"
	"io"
	"m/p"
	"os"
	"path/filepath"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	parent, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", os.Getppid()))
	dir, _ := os.Getwd()
	fmt.Println(p.N, p.Text, os.Args[1:], string(text), filepath.Base(dir), os.Getenv("PATH"), os.Getenv("FLOWBOOK_RAN"), filepath.Base(os.Args[0]))
	fmt.Fprintln(os.Stderr, "parent", parent)
	os.Exit(len(os.Args) - 2)
}
`

// A go run of a cell does the same as the go command's, which is asked only where the files are
// others than those from which the program was built.
func TestGoRun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program tells its parent by /proc")
	}
	w, dir := newShelf(t)
	w.write(w.module, "cmd/c/main.go", goRunText)
	cell := w.cell
	w.cell = filepath.Join(w.module, "cmd") // where the cell runs
	const text = "package p\n\nimport _ \"embed\"\n\n//go:embed data/x.txt\nvar Text string\n\nconst N = "
	for _, step := range []struct {
		name string
		do   func()
		args string
		kept bool
	}{
		{"the first", func() {}, "m/cmd/c", false},
		{"the second, of a program that has been linked", func() {}, "m/cmd/c", false},
		{"the third", func() {}, "m/cmd/c", true},
		{"with arguments", func() {}, "m/cmd/c a", true},
		{"that fails", func() {}, "m/cmd/c a b c", true},
		{"by its folder", func() {}, "./c", true},
		{"by its absolute folder", func() {}, filepath.Join(w.module, "cmd", "c"), true},
		{"a constant of another package", func() { w.write(w.module, "p/p.go", text+"2\n") }, "m/cmd/c a", false},
		{"the second of this", func() {}, "m/cmd/c a", false},
		{"again", func() {}, "m/cmd/c a", true},
		{"an embedded file of the same size and time", func() {
			path := filepath.Join(w.module, "p", "data", "x.txt")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			w.write(w.module, "p/data/x.txt", "y")
			if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}, "m/cmd/c a", false},
		{"a file more", func() { w.write(w.module, "cmd/c/more.go", "package main\n\nfunc init() { print(1) }\n") }, "m/cmd/c a", false},
		{"other flags", func() { w.env = append(w.env, "GOFLAGS=-ldflags=-w") }, "m/cmd/c a", false},
		{"the module's go.mod", func() { w.write(w.module, "go.mod", "module m\n\ngo 1.25\n") }, "m/cmd/c a", false},
		{"the second of this", func() {}, "m/cmd/c a", false},
		{"again", func() {}, "m/cmd/c a", true},
		{"a go.work", func() { w.write(w.module, "go.work", "go 1.26\n\nuse .\n") }, "m/cmd/c a", false},
		{"another program in its place", func() {
			files, err := filepath.Glob(filepath.Join(dir, "*.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				text, err := os.ReadFile(f)
				if err == nil {
					err = os.WriteFile(f, []byte(strings.Replace(string(text), `"Size":`, `"Size":1`, 1)), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}, "m/cmd/c a", false},
		{"flags of go run", func() {}, "-race=false m/cmd/c a", false},
		{"a file", func() {}, "c/main.go", false},
		{"a package that is not there", func() {}, "m/cmd/d", false},
		{"a mistake", func() { w.write(w.module, "cmd/c/more.go", "package main\n\nvar x = \n") }, "m/cmd/c a", false},
		{"no shelf", func() {
			w.write(w.module, "cmd/c/more.go", "package main\n")
			w.env = append(w.env, "FLOWBOOK_PROGRAMS=off")
		}, "m/cmd/c a", false},
	} {
		step.do()
		args := append([]string{"run"}, strings.Fields(step.args)...)
		got, status := w.run(w.front, args...)
		want, wantStatus := w.run(w.realGo, args...)
		parent := func(text, program string) string { return strings.ReplaceAll(text, "parent "+program, "parent X") }
		kept := strings.Contains(got, "parent "+w.front+"\n")
		if diff := cmp.Diff(parent(want, w.realGo), parent(parent(got, w.front), w.realGo)); diff != "" || status != wantStatus || kept != step.kept {
			t.Errorf("%s: status %d, kept %v, want %d, %v (-want +got):\n%s", step.name, status, kept, wantStatus, step.kept, diff)
		}
	}
	if _, err := os.Stat(filepath.Join(cell, ".gofront")); err == nil {
		t.Error("go run has left something in the kernel's folder")
	}
}
