package main

import (
	"errors"
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
)

// kernel is another kernel's folder beside the same module, with the same shelf.
func (w *world) kernel(name string) *world {
	w.t.Helper()
	other := *w
	other.cell = filepath.Join(w.t.TempDir(), name)
	other.write(other.cell, "go.mod", "module "+name+"\n\ngo 1.26\n")
	other.write(other.cell, "go.work", "go 1.26\n\nuse (\n\t.\n\t"+w.module+"\n)\n")
	other.env = slices.Concat(w.env, []string{"GONB_TMP_DIR=" + other.cell})
	return &other
}

// newShelf is a world with a shelf, and its folder.
func newShelf(t *testing.T) (w *world, dir string) {
	t.Helper()
	if runtime.GOOS == "darwin" {
		t.Skip("there is no shelf on macOS: a signed program cannot be changed")
	}
	w, dir = newWorld(t), t.TempDir()
	w.env = append(w.env, "FLOWBOOK_PROGRAMS="+dir)
	return w, dir
}

// shelved gets and builds main.go as GoNB has it done and reports whether the program was linked.
func (w *world) shelved(text string) (prints string, linked bool) {
	w.t.Helper()
	w.write(w.cell, "main.go", text)
	if out, status := w.run(w.front, "get"); status != 0 {
		w.t.Fatalf("go get: %s", out)
	}
	prints, _ = w.build()
	_, err := os.Stat(filepath.Join(w.cell, ".gofront", linkedFile))
	return prints, err == nil
}

// A kernel takes the program that another has linked from the same main.go and the same files, and
// no other.
func TestShelf(t *testing.T) {
	w, dir := newShelf(t)
	const text = "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, p.Text) }\n"
	settling := w.kernel("gonb_00000000")
	settle := func() { // so that package p lies in the build cache
		settling.shelved("package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, 7) }\n")
	}
	settle()
	for i, step := range []struct {
		name   string
		do     func()
		text   string
		prints string
		linked bool
	}{
		{"the first kernel", func() {}, text, "1x", true},
		{"the second", func() {}, text, "1x", false},
		{"another main", func() {}, strings.Replace(text, "p.Text", "2", 1), "12", true},
		{"the second's again", func() {}, text, "1x", false},
		{"a package with another constant", func() {
			w.write(w.module, "p/p.go", "package p\n\nimport _ \"embed\"\n\n//go:embed data/x.txt\nvar Text string\n\nconst N = 0\n")
			settle()
		}, text, "0x", true},
		{"an embedded file of the same size and time", func() {
			path := filepath.Join(w.module, "p", "data", "x.txt")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			w.write(w.module, "p/data/x.txt", "y")
			settle()
			if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}, text, "0y", true},
		{"the module's go.mod", func() { w.write(w.module, "go.mod", "module m\n\ngo 1.25\n"); settle() }, text, "0y", true},
		{"other flags", func() { w.env = append(w.env, "GOFLAGS=-ldflags=-w") }, text, "0y", true},
		{"again", func() {}, text, "0y", false},
		{"damaged programs", func() {
			files, err := filepath.Glob(filepath.Join(dir, "*.program"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no programs: %v", err)
			}
			for _, f := range files {
				if err := os.WriteFile(f, []byte("#!/bin/sh\necho evil\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
		}, text, "0y", true},
		{"no shelf", func() { w.env = append(w.env, "FLOWBOOK_PROGRAMS=off") }, text, "0y", false},
	} {
		step.do()
		k := w.kernel(fmt.Sprintf("gonb_%08d", i+1))
		if prints, linked := k.shelved(step.text); prints != step.prints || linked != step.linked {
			t.Errorf("%s: prints %q, linked %v, want %q, %v", step.name, prints, linked, step.prints, step.linked)
		}
	}
}

// The traces of a program from the shelf name the main.go of the kernel that runs it, and later
// cells of that kernel are compiled as after a build of its own.
func TestShelfMoved(t *testing.T) {
	w, _ := newShelf(t)
	const text = "package main\n\nimport \"m/p\"\n\nfunc main() {\n\tif p.N == 1 {\n\t\tpanic(\"one\")\n\t}\n}\n"
	w.kernel("gonb_00000000").shelved(strings.Replace(text, "one", "settled", 1))
	first, second := w.kernel("gonb_00000001"), w.kernel("gonb_00000002")
	want, linked := first.shelved(text)
	if !linked || !strings.Contains(want, filepath.Join(first.cell, "main.go")+":7") {
		t.Fatalf("linked %v: %s", linked, want)
	}
	want = strings.ReplaceAll(want, first.cell, second.cell)
	got, linked := second.shelved(text)
	if diff := cmp.Diff(want, got); linked || diff != "" {
		t.Errorf("linked %v (-want +got):\n%s", linked, diff)
	}
	second.write(second.cell, "main.go", strings.Replace(text, "one", "two", 1))
	if prints, how := second.build(); how != "repeated" || !strings.Contains(prints, "panic: two") {
		t.Errorf("the next cell prints %q (%s), want a repeated build", prints, how)
	}
}

// A kernel that builds ahead puts the program on the shelf and leaves a stub that does nothing.
func TestAhead(t *testing.T) {
	w, _ := newShelf(t)
	const text = "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, p.Text) }\n"
	w.kernel("gonb_00000000").shelved(strings.Replace(text, "p.Text", "7", 1))
	ahead := w.kernel("gonb_00000001")
	ahead.env = append(ahead.env, "FLOWBOOK_AHEAD=1", "FLOWBOOK_KERNEL_FOLDER="+ahead.cell)
	if prints, linked := ahead.shelved(text); prints != "" || !linked {
		t.Errorf("the kernel that builds ahead prints %q, linked %v", prints, linked)
	}
	if prints, linked := w.kernel("gonb_00000002").shelved(text); prints != "1x" || linked {
		t.Errorf("the kernel after it prints %q, linked %v", prints, linked)
	}
	ahead.write(ahead.cell, "main.go", "package main\n\nfunc main() { x }\n")
	if out, status := ahead.run(ahead.front, "build", "-o", ahead.program()); status != 1 {
		t.Errorf("a mistake: status %d, %s", status, out)
	}
}

// In place of goimports gofront says that the program of the same main.go is there, only while it
// is.
func TestBuilt(t *testing.T) {
	w := newWorld(t)
	const text = "package main\n\nimport (\n\t\"m/p\"\n\t\"os\"\n)\n\nfunc main() { print(p.N) }\n"
	path := filepath.Join(w.cell, "main.go")
	goimports := func(text string) string {
		t.Helper()
		w.write(w.cell, "main.go", text)
		out, status := w.run(w.goimports, "-w", path)
		if status != 0 {
			t.Fatalf("goimports: %s", out)
		}
		return out
	}
	for _, step := range []struct {
		name string
		do   func()
		text string
		want string
	}{
		{"the first, which compiles package p", func() {}, text + "\nfunc g() {}\n", ""},
		{"before the build", func() {}, text, ""},
		{"after it", func() {}, text, builtMark},
		{"another main", func() {}, text + "\nfunc f() {}\n", ""},
		{"the same again", func() {}, text + "\nfunc f() {}\n", builtMark},
		{"a package has changed", func() { w.write(w.module, "p/n.go", "package p\n\nconst M = 5\n") }, text + "\nfunc f() {}\n", ""},
		{"before the build", func() {}, text, ""},
		{"after it", func() {}, text, builtMark},
		{"the program is gone", func() { os.Remove(w.program()) }, text, ""},
		{"a guarded program", func() { w.env = append(w.env, envGuard+"=1") }, text, ""},
	} {
		step.do()
		if got := goimports(step.text); got != step.want {
			t.Errorf("%s: goimports says %q, want %q", step.name, got, step.want)
		}
		w.build()
	}
}

// In place of goimports gofront says that the program is there, too, when it has put it there from
// the shelf: that of a main.go that GoNB composed in the same way before.
func TestBuiltFromShelf(t *testing.T) {
	w, dir := newShelf(t)
	const text = "package main\n\nimport (\n\t\"m/p\"\n\t\"os\"\n)\n\nfunc main() { print(p.N, p.Text) }\n"
	w.kernel("gonb_00000000").shelved("package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, 7) }\n")
	for i, step := range []struct {
		name   string
		do     func()
		text   string
		says   string
		prints string
	}{
		{"the first kernel", func() {}, text, "", "1x"},
		{"the second", func() {}, text, builtMark, "1x"},
		{"another main", func() {}, strings.Replace(text, "p.N", "4", 1), "", "4x"},
		{"the second's again", func() {}, text, builtMark, "1x"},
		{"an embedded file", func() { w.write(w.module, "p/data/x.txt", "y") }, text, "", "1y"},
		{"a damaged program", func() {
			files, err := filepath.Glob(filepath.Join(dir, "*.program"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no programs: %v", err)
			}
			for _, f := range files {
				if err := os.WriteFile(f, []byte("#!/bin/sh\necho evil\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
		}, text, "", "1y"},
		{"a kernel that builds ahead", func() { w.env = append(w.env, "FLOWBOOK_AHEAD=1", "FLOWBOOK_KERNEL_FOLDER=x") }, text, "", ""},
	} {
		step.do()
		k := w.kernel(fmt.Sprintf("gonb_%08d", i+1))
		k.write(k.cell, "main.go", step.text)
		says, status := k.run(k.goimports, "-w", filepath.Join(k.cell, "main.go"))
		if status != 0 {
			t.Fatalf("goimports: %s", says)
		}
		program := filepath.Join(k.cell, filepath.Base(k.cell))
		if says != builtMark {
			if out, status := k.run(k.front, "build", "-o", program); status != 0 {
				t.Fatalf("go build: %s", out)
			}
		}
		if prints, _ := k.run(program); says != step.says || prints != step.prints {
			t.Errorf("%s: goimports says %q, the program prints %q, want %q, %q", step.name, says, prints, step.says, step.prints)
		}
	}
}

// trim evicts the least recently used files, those of a program together, and old locks.
func TestTrim(t *testing.T) {
	s := shelf{keep: &keep{}, dir: t.TempDir(), key: "key"}
	now := time.Now()
	for _, f := range []struct {
		name string
		age  time.Duration
	}{{"b.program", 50}, {"a.program", 40}, {"b.json", 10}, {"a.json", 35}, {"c.program", 20}, {"x.lock", 1}, {"y.lock", 25}} {
		path := filepath.Join(s.dir, f.name)
		if err := os.WriteFile(path, make([]byte, 10), 0o600); err != nil {
			t.Fatal(err)
		}
		used := now.Add(-f.age * time.Hour)
		if err := os.Chtimes(path, used, used); err != nil {
			t.Fatal(err)
		}
	}
	s.trim(35)
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if diff := cmp.Diff([]string{"b.json", "b.program", "c.program", "x.lock"}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

const shelfMain = "package main\n\nimport \"m/p\"\n\nfunc main() { print(p.N, p.Text) }\n"

// settled has another kernel compile package p, so that a build finds it in the build cache.
func (w *world) settled() {
	w.kernel("gonb_90000000").shelved(strings.Replace(shelfMain, "p.Text", "7", 1))
}

// A program is not kept under the contents of files from which it was not compiled, even if their
// sizes and times are the same.
func TestShelfStale(t *testing.T) {
	w, _ := newShelf(t)
	w.settled()
	first := w.kernel("gonb_00000001")
	first.shelved(strings.Replace(shelfMain, "p.Text", "3", 1))
	path := filepath.Join(w.module, "p", "p.go")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	w.write(w.module, "p/p.go", "package p\n\nimport _ \"embed\"\n\n//go:embed data/x.txt\nvar Text string\n\nconst N = 5\n")
	if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	first.shelved(shelfMain)
	// It needs another package, so the go command builds it, from p's new contents.
	w.write(w.module, "q/q.go", "package q\n\nconst N = 0\n")
	w.kernel("gonb_00000002").shelved("package main\n\nimport \"m/q\"\n\nfunc main() { print(q.N) }\n")
	first.shelved("package main\n\nimport \"m/q\"\n\nfunc main() { print(q.N) }\n")
	const both = "package main\n\nimport (\n\t\"m/p\"\n\t\"m/q\"\n)\n\nfunc main() { print(p.N, q.N) }\n"
	first.shelved(both)
	for i, tt := range []struct{ text, want string }{{shelfMain, "5x"}, {both, "50"}} {
		if got, _ := w.kernel(fmt.Sprintf("gonb_1000000%d", i)).shelved(tt.text); got != tt.want {
			t.Errorf("the next kernel's program prints %q, want %q", got, tt.want)
		}
	}
}

// What lies beside a package's source files is not read: a large file, a pipe, a folder under
// another name. Programs are kept all the same.
func TestShelfBesideSource(t *testing.T) {
	for name, add := range map[string]func(t *testing.T, dir string){
		"large": func(t *testing.T, dir string) {
			path := filepath.Join(dir, "flows.csv")
			if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<40)); err != nil {
				t.Skipf("no sparse files here: %v", err)
			}
		},
		"pipe": func(t *testing.T, dir string) {
			if out, err := exec.Command("mkfifo", filepath.Join(dir, "pipe")).CombinedOutput(); err != nil {
				t.Skipf("no mkfifo here: %v %s", err, out)
			}
		},
		"folder": func(t *testing.T, dir string) {
			if err := os.Symlink(t.TempDir(), filepath.Join(dir, "Datasets")); err != nil {
				t.Skipf("no links here: %v", err)
			}
		},
		"folder called as a source file": func(t *testing.T, dir string) {
			if err := os.Symlink(t.TempDir(), filepath.Join(dir, "x.h")); err != nil {
				t.Skipf("no links here: %v", err)
			}
		},
		"nothing": func(t *testing.T, dir string) {
			if err := os.Symlink("nothing", filepath.Join(dir, ".#p.go")); err != nil { // as Emacs leaves
				t.Skipf("no links here: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := newShelf(t)
			w.write(w.module, "p/p.go", "package p\n\nconst N = 1\n")
			text := strings.Replace(shelfMain, "p.Text", "9", 1)
			w.settled()
			add(t, filepath.Join(w.module, "p"))
			w.settled()
			if prints, linked := w.kernel("gonb_00000001").shelved(text); prints != "19" || !linked {
				t.Errorf("the first kernel's program prints %q, linked %v", prints, linked)
			}
			if prints, linked := w.kernel("gonb_00000002").shelved(text); prints != "19" || linked {
				t.Errorf("the second kernel's program prints %q, linked %v", prints, linked)
			}
		})
	}
}

// An embedded pipe or folder is none to the go command, nor to the shelf.
func TestShelfBesideEmbedded(t *testing.T) {
	w, _ := newShelf(t)
	w.settled()
	if err := os.Symlink(t.TempDir(), filepath.Join(w.module, "p", "data", "Datasets")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	w.settled()
	w.kernel("gonb_00000001").shelved(shelfMain)
	if prints, linked := w.kernel("gonb_00000002").shelved(shelfMain); prints != "1x" || linked {
		t.Errorf("the second kernel's program prints %q, linked %v", prints, linked)
	}
}

// A kernel that leaves nothing out of its programs takes none of one that does.
func TestShelfWhole(t *testing.T) {
	w, _ := newShelf(t)
	w.settled()
	w.kernel("gonb_00000001").shelved(shelfMain)
	w.env = append(w.env, "FLOWBOOK_GOFRONT=whole")
	if prints, linked := w.kernel("gonb_00000002").shelved(shelfMain); prints != "1x" || !linked {
		t.Errorf("prints %q, linked %v, want a program of its own", prints, linked)
	}
}

// A main.go that embeds a file of the kernel's folder has no place on the shelf.
func TestShelfEmbedInMain(t *testing.T) {
	w, _ := newShelf(t)
	w.settled()
	const text = "package main\n\nimport (\n\t_ \"embed\"\n\t\"m/p\"\n)\n\n//go:embed x.txt\nvar s string\n\nfunc main() { print(p.N, s) }\n"
	for i, content := range []string{"one", "two"} {
		k := w.kernel(fmt.Sprintf("gonb_0000000%d", i))
		k.write(k.cell, "x.txt", content)
		if prints, linked := k.shelved(text); prints != "1"+content || linked {
			t.Errorf("%s: prints %q, on the shelf: %v", content, prints, linked)
		}
	}
}

// A folder into which others can write is no shelf.
func TestShelfOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder's mode tells nothing on Windows")
	}
	w, dir := newShelf(t)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	w.settled()
	w.kernel("gonb_00000001").shelved(shelfMain)
	if prints, linked := w.kernel("gonb_00000002").shelved(shelfMain); prints != "1x" || linked {
		t.Errorf("prints %q, linked %v", prints, linked)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%d files there: %v", len(entries), err)
	}
}

// A kernel that Jupyter starts runs its cells even if the user's environment says otherwise.
func TestAheadElsewhere(t *testing.T) {
	w, _ := newShelf(t)
	w.env = append(w.env, "FLOWBOOK_AHEAD=1", "FLOWBOOK_KERNEL_FOLDER=")
	if prints, _ := w.shelved(shelfMain); prints != "1x" {
		t.Errorf("prints %q", prints)
	}
}

// The folder of a kernel and the name of its module are replaced by others of the same length, and
// nothing else, wherever they stand.
func TestPlaces(t *testing.T) {
	const from, to = "/tmp/fb1/gonb_1", "/var/fb2/gonb_2"
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{from, to},
		{"a" + from + "/main.go\x00gonb_1.T gonb_", "a" + to + "/main.go\x00gonb_2.T gonb_"},
		{"gonb_1gonb_1" + from + from, "gonb_2gonb_2" + to + to},
		{"/tmp/fb3/gonb_1", "/tmp/fb3/gonb_2"},
		{"/tmp/fb1/gonb_", "/tmp/fb1/gonb_"},
	} {
		data := []byte(tt.text)
		whole, last := places(data, from)
		if ok := replace(data, whole, from, to) && replace(data, last, "gonb_1", "gonb_2"); !ok || string(data) != tt.want {
			t.Errorf("%q becomes %q (%v), want %q", tt.text, data, ok, tt.want)
		}
		if len(whole) > 0 && replace(data, whole, from, to) {
			t.Errorf("%q: replaced what is not there", tt.text)
		}
	}
	if replace([]byte("short"), []int{3}, from, to) || replace([]byte("short"), []int{-1}, from, to) {
		t.Error("replaced beyond the end")
	}
}
