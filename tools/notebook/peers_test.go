package notebook

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPeersOfNotebooks: the tools that people have beside Jupyter take a committed Go notebook, and
// we take what they make of it.
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

// TestNbdimeMerge: git merges two branches of an executed Go notebook by nbdime's driver; both
// edits, and outputs, are in the result.
func TestNbdimeMerge(t *testing.T) {
	bin := os.Getenv("FLOWBOOK_PEERS")
	if testing.Short() || bin == "" {
		t.Skip("set FLOWBOOK_PEERS to the folder of git-nbmergedriver (.ci/peers.txt) and run without -short")
	}
	committed, err := ReadFile("../../notebooks/Visualization_Top10_Protocol.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	command := func(args ...string) {
		t.Helper()
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	// save commits the notebook on a branch of its own, with a cell's source and text output changed.
	save := func(branch string, change int) {
		t.Helper()
		nb := committed.Clone()
		if change >= 0 {
			nb.Cells[change].Source += "\n" + branch
		}
		if change >= 0 {
			command("git", "checkout", "--quiet", "-b", branch, "main")
		}
		if err := nb.WriteFile(filepath.Join(dir, "a.ipynb")); err != nil {
			t.Fatal(err)
		}
		command("git", "add", "-A")
		command("git", "commit", "--quiet", "-m", branch)
	}
	command("git", "init", "--quiet", "-b", "main")
	command(filepath.Join(bin, "git-nbmergedriver"), "config", "--enable")
	if err := os.WriteFile(filepath.Join(dir, ".gitattributes"), []byte("*.ipynb merge=jupyternotebook\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	save("main", -1)
	last := len(committed.Cells) - 1
	save("first", 0)
	command("git", "checkout", "--quiet", "--force", "main")
	save("second", last)
	command("git", "merge", "--quiet", "--no-edit", "first")
	merged, err := ReadFile(filepath.Join(dir, "a.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(merged); err != nil {
		t.Error(err)
	}
	want := committed.Clone()
	want.Cells[0].Source += "\nfirst"
	want.Cells[last].Source += "\nsecond"
	var a, b bytes.Buffer
	if err := want.Write(&a); err != nil {
		t.Fatal(err)
	}
	if err := merged.Write(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.String(), b.String()); diff != "" {
		t.Errorf("(-both edits +merged):\n%s", diff)
	}
}
