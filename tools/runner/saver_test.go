package runner

import (
	"os"
	"path/filepath"
	"testing"

	"flowbook/tools/notebook"
)

// TestFolderGone removes a notebook's folder between two writes.
func TestFolderGone(t *testing.T) {
	for _, last := range []string{"save", "flush"} {
		t.Run(last, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "state", "out")
			if err := os.MkdirAll(out, 0o700); err != nil {
				t.Fatal(err)
			}
			nb := notebook.New()
			v := newSaver(filepath.Join(out, "a.ipynb"))
			if err := v.save(nb); err != nil {
				t.Fatal(err)
			}
			v.wait()
			if err := os.RemoveAll(filepath.Dir(out)); err != nil {
				t.Fatal(err)
			}
			var err error
			if last == "save" {
				err = v.save(nb)
				v.wait()
			} else {
				err = v.flush(nb)
			}
			if err != nil || v.err != nil {
				t.Fatal(err, v.err)
			}
			if _, err := notebook.ReadFile(v.path); err != nil {
				t.Error(err)
			}
		})
	}
}
