package memo

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// miniature is a module of this name with a package like this one; what Do reads of the real module
// it reads of this one.
var miniature = map[string]string{
	"go.mod":            "module flowbook\n\ngo 1.26\n",
	"go.sum":            "",
	"ml/memo/memo.go":   "package memo\n\nimport \"flowbook/ml/base\"\n\nvar X = base.X\n",
	"ml/base/base.go":   "// Package base is imported.\npackage base\n\nconst X = 1\n",
	"ml/other/other.go": "package other\n",
}

// writeModule writes a module whose files are older than this program.
func writeModule(t *testing.T, files map[string]string) string {
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
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// size reads a file and says so.
func size(ctx context.Context, path string) (int, error) {
	calls.Add(1)
	if err := Reads(path); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(path)
	return len(text), err
}

// TestDoFollowsTheFiles changes a file that a function of a package has read.
func TestDoFollowsTheFiles(t *testing.T) {
	inStore(t)
	t.Setenv("FLOWBOOK_ROOT", writeModule(t, miniature))
	file := filepath.Join(t.TempDir(), "x")
	for _, tt := range []struct {
		text string
		runs int64
	}{{"1", 1}, {"1", 0}, {"22", 1}, {"22", 0}} {
		if err := os.WriteFile(file, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		before := calls.Load()
		got, err := Do(t.Context(), size, file)
		if runs := calls.Load() - before; err != nil || got != len(tt.text) || runs != tt.runs {
			t.Errorf("%q: got %d, %v after %d runs, want %d", tt.text, got, err, runs, tt.runs)
		}
	}
}

func TestDoFollowsTheSource(t *testing.T) {
	tests := []struct {
		name       string
		file, text string
		runs       int64
	}{
		{"a line of the package", "ml/memo/memo.go", "package memo\n\nimport \"flowbook/ml/base\"\n\nvar X = base.X + 1\n", 1},
		{"a line of a package that it imports", "ml/base/base.go", "package base\n\nconst X = 2\n", 1},
		{"a comment", "ml/base/base.go", "// Package base is imported, now with another comment.\npackage base\n\nconst X = 1 // one\n", 0},
		{"formatting", "ml/base/base.go", "package base; const X=1", 0},
		{"a package that it does not import", "ml/other/other.go", "package other\n\nvar Y = 1\n", 0},
		{"a new file", "ml/memo/more.go", "package memo\n\nfunc init() {}\n", 1},
		{"a test", "ml/memo/memo_test.go", "package memo\n\nfunc init() {}\n", 0},
		{"go.mod", "go.mod", "module flowbook\n\ngo 1.26.1\n", 1},
		{"go.sum", "go.sum", "example.com/x v1.0.0 h1:x\n", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inStore(t)
			t.Setenv("FLOWBOOK_ROOT", writeModule(t, miniature))
			if _, err := Do(context.Background(), ask, question{}); err != nil {
				t.Fatal(err)
			}
			changed := map[string]string{}
			for name, text := range miniature {
				changed[name] = text
			}
			changed[tt.file] = tt.text
			t.Setenv("FLOWBOOK_ROOT", writeModule(t, changed))
			before := calls.Load()
			if _, err := Do(context.Background(), ask, question{}); err != nil {
				t.Fatal(err)
			}
			if runs := calls.Load() - before; runs != tt.runs {
				t.Errorf("the function ran %d times after the change, want %d", runs, tt.runs)
			}
		})
	}
}

func TestDoOfAnOldProgramStoresNothing(t *testing.T) {
	dir := inStore(t)
	root := writeModule(t, miniature)
	t.Setenv("FLOWBOOK_ROOT", root)
	soon := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(root, "ml/base/base.go"), soon, soon); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		before := calls.Load()
		if _, err := Do(context.Background(), ask, question{}); err != nil {
			t.Fatal(err)
		}
		if runs := calls.Load() - before; runs != 1 {
			t.Errorf("the function ran %d times, want 1", runs)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the store holds %v", entries)
	}
}
