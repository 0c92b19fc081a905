package module

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// miniature is a module with a package that imports another one, embeds a file and has code for one
// platform alone.
var miniature = map[string]string{
	"go.mod":             "// The module.\nmodule \"example.com/mini\"\n\ngo 1.26\n",
	"go.sum":             "example.com/x v1.0.0 h1:x\n",
	"ml/ml.go":           "// Package ml is imported by cells.\npackage ml\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/mini/ml/base\"\n)\n\n// F prints.\nfunc F(a int) { fmt.Println(base.X, a) }\n",
	"ml/ml_windows.go":   "//go:build windows\n\npackage ml\n\nimport _ \"example.com/mini/ml/windows\"\n",
	"ml/ml_test.go":      "package ml\n\nimport _ \"example.com/mini/ml/fixture\"\n",
	"ml/sum_amd64.s":     "TEXT ·Sum(SB),$0\n\tRET\n",
	"ml/README.md":       "words\n",
	"ml/base/base.go":    "package base\n\nimport _ \"embed\"\n\n//go:embed text/*.txt \"words here\"\nvar X string\n",
	"ml/base/text/a.txt": "a\n",
	"ml/base/text/b.md":  "b\n",
	"ml/base/words here": "w\n",
	"ml/windows/w.go":    "package windows\n",
	"ml/fixture/f.go":    "package fixture\n",
	"tools/tool/tool.go": "package tool\n\nimport _ \"example.com/mini/ml/base\"\n",
}

func writeModule(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestReadFollowsImports(t *testing.T) {
	s, err := Read(writeModule(t, miniature), "example.com/mini/ml", "fmt", "flowbookish/x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"example.com/mini/ml", "example.com/mini/ml/base", "example.com/mini/ml/windows"}, s.Packages); diff != "" {
		t.Errorf("packages (-want +got):\n%s", diff)
	}
}

func TestPackages(t *testing.T) {
	files := maps.Clone(miniature)
	files["top.go"] = "package top\n"
	files["ml/testdata/x.go"] = "package x\n"
	files[".hidden/x.go"] = "package x\n"
	files["tests/x_test.go"] = "package tests\n"
	w, err := Open(writeModule(t, files))
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Packages()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"example.com/mini", "example.com/mini/ml", "example.com/mini/ml/base", "example.com/mini/ml/fixture", "example.com/mini/ml/windows", "example.com/mini/tools/tool"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	busy, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Lock(busy, name); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lock: %v, want %v", err, context.DeadlineExceeded)
	}
	var held atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			unlock, err := Lock(t.Context(), name)
			if err != nil {
				t.Error(err)
				return
			}
			if n := held.Add(1); n != 1 {
				t.Errorf("%d hold the lock", n)
			}
			held.Add(-1)
			unlock()
		})
	}
	unlock()
	group.Wait()
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file is left behind: %v", err)
	}
}

func TestDigestChangesWithTheCode(t *testing.T) {
	edit := func(file, old, text string) func(map[string]string) {
		return func(files map[string]string) {
			if !strings.Contains(files[file], old) {
				t.Fatalf("%s has no %q", file, old)
			}
			files[file] = strings.Replace(files[file], old, text, 1)
		}
	}
	tests := []struct {
		name    string
		change  func(map[string]string)
		changes bool
	}{
		{"nothing", func(map[string]string) {}, false},
		{"a comment", edit("ml/ml.go", "// F prints.", "// F prints\n// two things."), false},
		{"a comment at the end of a line", edit("ml/ml.go", "(base.X, a)", "(base.X /* the text */, a) /* prints */"), false},
		{"blank lines", edit("ml/ml.go", "func", "\n\n\n\tfunc"), false},
		{"one line made several", edit("ml/ml.go", "{ fmt.Println(base.X, a) }", "{\n\tfmt.Println(\n\t\tbase.X,\n\t\ta,\n\t)\n}"), false},
		{"a value", edit("ml/ml.go", "base.X, a", "base.X, a+1"), true},
		{"a string's spaces", edit("ml/ml.go", "base.X, a", "base.X, \" a\""), true},
		{"an identifier split", edit("ml/ml.go", "fmt.Println", "fmt.Print"), true},
		{"an imported package", edit("ml/base/base.go", "var X string", "var X []byte"), true},
		{"a directive", edit("ml/base/base.go", "//go:embed text/*.txt", "//go:embed text/a.txt"), true},
		{"a directive made a comment", edit("ml/base/base.go", "//go:embed", "// go:embed"), true},
		{"a build constraint", edit("ml/ml_windows.go", "windows\n\npackage", "!windows\n\npackage"), true},
		{"code for another platform", edit("ml/windows/w.go", "windows\n", "windows\n\nvar Y int\n"), true},
		{"an embedded file", edit("ml/base/text/a.txt", "a", "b"), true},
		{"an embedded file with a space", edit("ml/base/words here", "w", "v"), true},
		{"a file beside it", edit("ml/base/text/b.md", "b", "c"), false},
		{"another embedded file", func(f map[string]string) { f["ml/base/text/c.txt"] = "" }, true},
		{"assembly", edit("ml/sum_amd64.s", "RET", "NOP"), true},
		{"a test", edit("ml/ml_test.go", "package ml", "package ml\n\nvar Z int"), false},
		{"what a test imports", edit("ml/fixture/f.go", "fixture", "fixture\n\nvar Z int"), false},
		{"a README", edit("ml/README.md", "words", "other words"), false},
		{"a package that is not imported", edit("tools/tool/tool.go", "package tool", "package tool\n\nvar Z int"), false},
		{"a new file", func(f map[string]string) { f["ml/new.go"] = "package ml\n" }, true},
		{"a file that go ignores", func(f map[string]string) { f["ml/_new.go"] = "package ml\n" }, false},
		{"a file moved to another package", func(f map[string]string) {
			f["ml/windows/x.go"] = "package windows\n"
			f["ml/windows/w.go"], f["ml/windows/x.go"] = f["ml/windows/x.go"], f["ml/windows/w.go"]
		}, true},
		{"broken code", edit("ml/ml.go", "(base.X, a)", "(base.X, \"a)"), true},
		{"go.mod", edit("go.mod", "go 1.26", "go 1.27"), true},
		{"go.sum", edit("go.sum", "h1:x", "h1:y"), true},
		{"no go.sum", func(f map[string]string) { delete(f, "go.sum") }, true},
	}
	base, err := Digest(writeModule(t, miniature), "example.com/mini/ml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(miniature)
			tt.change(files)
			got, err := Digest(writeModule(t, files), "example.com/mini/ml")
			if err != nil {
				t.Fatal(err)
			}
			if changed := got != base; changed != tt.changes {
				t.Errorf("the digest changed: %v, want %v", changed, tt.changes)
			}
		})
	}
}

func TestDigestOfCgo(t *testing.T) {
	files := map[string]string{"go.mod": miniature["go.mod"], "ml/ml.go": "package ml\n\n// int f() { return 1; }\nimport \"C\"\n"}
	before, err := Digest(writeModule(t, files), "example.com/mini/ml")
	if err != nil {
		t.Fatal(err)
	}
	files["ml/ml.go"] = strings.Replace(files["ml/ml.go"], "return 1", "return 2", 1)
	after, err := Digest(writeModule(t, files), "example.com/mini/ml")
	if err != nil {
		t.Fatal(err)
	}
	if before == after {
		t.Error("the digest is the same after cgo's preamble changed")
	}
}

func TestDigestErrors(t *testing.T) {
	files := maps.Clone(miniature)
	files["empty/x_test.go"] = "package empty\n"
	root := writeModule(t, files)
	tests := []struct{ name, root, pkg, want string }{
		{"no such package", root, "example.com/mini/ml/nothing", "digest package example.com/mini/ml/nothing: "},
		{"tests alone", root, "example.com/mini/empty", "digest package example.com/mini/empty: no Go files in "},
		{"no module", filepath.Join(root, "ml"), "example.com/mini/ml", "read the module: no go.mod and no go.work in "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Digest(tt.root, tt.pkg); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got error %v, want %q…", err, tt.want)
			}
		})
	}
}

func TestRoot(t *testing.T) {
	root := writeModule(t, map[string]string{"go.mod": miniature["go.mod"], "sub/go.mod": "module other\n", "sub/deep/x.go": "package x\n"})
	t.Setenv(EnvRoot, "")
	got, err := Root(filepath.Join(root, "sub", "deep"))
	if want := filepath.Join(root, "sub"); err != nil || got != want {
		t.Errorf("Root below another module = %q, %v; want %q", got, err, want)
	}
	outside := t.TempDir()
	if got, err := Root(outside); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "in "+outside+" or above") {
		t.Errorf("Root outside = %q, %v; want an error", got, err)
	}
	t.Setenv(EnvRoot, root)
	if got, err := Root(outside); err != nil || got != root {
		t.Errorf("Root with $%s = %q, %v; want %q", EnvRoot, got, err, root)
	}
	t.Setenv(EnvRoot, outside)
	if got, err := Root(root); !errors.Is(err, ErrNone) {
		t.Errorf("Root with a wrong $%s = %q, %v; want an error", EnvRoot, got, err)
	}
}

func TestState(t *testing.T) {
	root := t.TempDir()
	t.Setenv(EnvState, "")
	dir, err := State(root, "memo", "a")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, ".flowbook", "memo", "a"); dir != want {
		t.Errorf("State = %q, want %q", dir, want)
	}
	for at := dir; at != root; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, want 0700", at, info.Mode().Perm())
		}
	}
	other := filepath.Join(t.TempDir(), "state")
	t.Setenv(EnvState, other)
	if dir, err := State(root, "bin"); err != nil || dir != filepath.Join(other, "bin") {
		t.Errorf("State with $%s = %q, %v", EnvState, dir, err)
	}
}

// FuzzScan scans arbitrary source: white space around it changes nothing.
func FuzzScan(f *testing.F) {
	f.Add("package a; import \"b\"\nfunc f() { return }")
	f.Add("//go:embed a \"b c\" `d\n")
	f.Add("import ( . \"x\"; _ `y` )")
	f.Fuzz(func(t *testing.T, src string) {
		a, b := Scan([]byte(src)), Scan([]byte("\n \t"+src+"\n\n"))
		if a.Broken || b.Broken || strings.Contains(src, "\ufeff") {
			return
		}
		if diff := cmp.Diff(a.Tokens, b.Tokens); diff != "" && !strings.Contains(src, "//") {
			t.Errorf("(-alone +in space):\n%s", diff)
		}
	})
}

// BenchmarkDigest reads packages of this module, their files being in the operating system's cache.
func BenchmarkDigest(b *testing.B) {
	root, err := Root("")
	if err != nil {
		b.Fatal(err)
	}
	for _, pkg := range []string{"example.com/mini/ml/module", "example.com/mini/ml"} {
		b.Run(pkg, func(b *testing.B) {
			for b.Loop() {
				if _, err := Digest(root, pkg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestFutureSources: a source file dated in the future does not count as written after the program.
func TestFutureSources(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system tells no time of change")
	}
	path := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	future := time.Now().Add(1000 * time.Hour)
	if err := os.Chtimes(path, future, future); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if at := written(info); at.After(time.Now()) {
		t.Errorf("written at %v", at)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(path); err != nil || !written(info).Equal(info.ModTime()) {
		t.Errorf("written at %v, want the time of modification %v (%v)", written(info), info.ModTime(), err)
	}
}
