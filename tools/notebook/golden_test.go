package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGoldens reads and writes what nbformat wrote (testdata/make_goldens.py): not one byte may
// differ.
func TestGoldens(t *testing.T) {
	paths, _ := filepath.Glob("testdata/golden/*.ipynb")
	if len(paths) < 9 {
		t.Fatalf("%d goldens found, want at least 9", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			nb, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for name, nb := range map[string]*Notebook{"read": nb, "cloned": nb.Clone()} {
				var got bytes.Buffer
				if err := nb.Write(&got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Errorf("%s and written (-want +got):\n%s", name, diff)
				}
			}
			if err := Validate(nb); err != nil && nb.Minor <= formatMinor {
				t.Errorf("validate: %v", err)
			}
		})
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.ipynb")
	nb := New()
	nb.Cells = []*Cell{NewCode("x\ny"), NewMarkdown("")}
	nb.AddIDs()
	if err := nb.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.ipynb")
	if err := os.Symlink("a.ipynb", link); err != nil {
		t.Skip("this system makes no symbolic links:", err)
	}
	nb.Cells[0].Source = "z"
	if err := nb.WriteFile(link); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Cells[0].Source != "z" {
		t.Errorf("source %q after a write through a link, want %q", got.Cells[0].Source, "z")
	}
	if info, _ := os.Stat(path); info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("permissions %v, want those of the file before", info.Mode().Perm())
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("%d files left in the folder, want 2: %v", len(left), left)
	}

	nb.Metadata.Set("bad", []byte("{"))
	if err := nb.WriteFile(path); err == nil {
		t.Error("a raw value that is not JSON was written")
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("a failed write left something: %v", left)
	}
}
