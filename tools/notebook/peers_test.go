package notebook

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPeersOfNotebooks: the tools that people have beside Jupyter take a committed Go notebook, and we take what they make of it.
func TestPeersOfNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts Python")
	}
	bin := os.Getenv("FLOWBOOK_PEERS")
	if bin == "" {
		t.Skip("set FLOWBOOK_PEERS to the folder of jupytext, nbstripout and nbdiff (.ci/peers.txt)")
	}
	committed, err := filepath.Abs("../../notebooks/Course_Exercises.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	type view struct {
		ID, Type, Source string
		Tags             []string
	}
	views := func(nb *Notebook, ids bool) (all []view) {
		for _, c := range nb.Cells {
			v := view{Type: c.Type, Source: c.Source, Tags: c.Tags()}
			if ids {
				v.ID = c.ID
			}
			all = append(all, v)
		}
		return all
	}
	for _, tt := range []struct {
		name string
		ids  bool // are kept
		run  [][]string
	}{
		{"jupytext", false, [][]string{{"jupytext", "--to", "go:percent", "-o", "a.go", "a.ipynb"}, {"jupytext", "--to", "ipynb", "-o", "b.ipynb", "a.go"}}},
		{"nbstripout", true, [][]string{{"nbstripout", "--keep-id", "a.ipynb"}, {"nbdiff", "--ignore-outputs", "--ignore-details", "a.ipynb", "b.ipynb"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			text, err := os.ReadFile(committed)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"a.ipynb", "b.ipynb"} {
				if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out []byte
			for _, args := range tt.run {
				cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
				if out, err = cmd.CombinedOutput(); err != nil {
					t.Fatalf("%q: %v\n%s", args, err, out)
				}
			}
			made := "b.ipynb"
			if tt.name == "nbstripout" {
				made = "a.ipynb"
				if len(bytes.TrimSpace(out)) > 0 {
					t.Errorf("nbdiff sees more than outputs change:\n%s", out)
				}
			}
			want, err := ReadFile(committed)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ReadFile(filepath.Join(dir, made))
			if err != nil {
				t.Fatal(err)
			}
			if err := Validate(got); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(views(want, tt.ids), views(got, tt.ids)); diff != "" {
				t.Errorf("cells (-committed +%s):\n%s", tt.name, diff)
			}
			for i, c := range got.Cells {
				if len(c.Outputs) > 0 {
					t.Errorf("cell %d has outputs", i+1)
				}
			}
		})
	}
}
