package book

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// folder makes a folder of files; notebooks are empty, order is all that counts.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestContents(t *testing.T) {
	files := map[string]string{"intro.md": "", "a.ipynb": "", "b.ipynb": "", "c/d.ipynb": "", "c/e.md": "", "c/f.ipynb": "", "c/data.csv": "", "_config.yml": "title: Flows\n"}
	for _, tt := range []struct {
		name, toc string
		want      []Entry
	}{
		{"chapters", "format: jb-book\nroot: intro\nchapters:\n- file: b\n  title: Second\n- url: https://example.org\n- file: a.ipynb\n",
			[]Entry{{File: "intro.md"}, {File: "b.ipynb", Title: "Second"}, {File: "a.ipynb"}}},
		{"numbers", "root: intro\nparts:\n- caption: One\n  numbered: true\n  chapters:\n  - file: a\n    sections:\n    - file: c/d\n    - file: c/e\n- caption: Two\n  numbered: 2\n  chapters:\n  - file: b\n- caption: Rest\n  chapters:\n  - file: c/f\n",
			[]Entry{{File: "intro.md"}, {File: "a.ipynb", Part: "One", Number: "1"}, {File: "c/d.ipynb", Number: "1.1", Depth: 1}, {File: "c/e.md", Number: "1.2", Depth: 1},
				{File: "b.ipynb", Part: "Two", Number: "2"}, {File: "c/f.ipynb", Part: "Rest"}}},
		{"article", "format: jb-article\nroot: intro\noptions: {numbered: true}\nsections:\n- file: c/d\n- glob: c/*\n",
			[]Entry{{File: "intro.md"}, {File: "c/d.ipynb", Number: "1"}, {File: "c/e.md", Number: "2"}, {File: "c/f.ipynb", Number: "3"}}},
	} {
		files["_toc.yml"] = tt.toc
		b, err := Read(folder(t, files))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(&Book{Title: "Flows", Whole: true, Entries: tt.want}, b, cmpopts.IgnoreUnexported(Book{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestContentsFaults(t *testing.T) {
	for _, tt := range []struct{ name, toc, want string }{
		{"empty", "", "no root"},
		{"missing", "root: intro\nchapters:\n- file: nosuch\n", "line 3: there is no nosuch, as .ipynb or .md"},
		{"outside", "root: intro\nchapters:\n- file: ../x\n", "line 3: ../x is outside the book's folder"},
		{"twice", "root: intro\nchapters:\n- file: intro\n", "line 3: intro is there twice"},
		{"nothing", "root: intro\nchapters:\n- title: x\n", "line 3: neither file nor url nor glob"},
		{"no YAML", "root: [", "_toc.yml: yaml: line 1"},
		{"a list", "- a", "cannot unmarshal"},
		{"numbered", "root: intro\nchapters:\n- file: a\n  numbered: x\n", `line 4: numbered is true, false or a depth, not "x"`},
		{"endless", "root: intro\nchapters: &c\n- file: a\n  sections: *c\n", "line 4: write out *c"},
	} {
		_, err := Read(folder(t, map[string]string{"intro.md": "", "a.ipynb": "", "_toc.yml": tt.toc}))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v, want fs.ErrNotExist", err)
	}
}

// TestPipelineOrder: the notebooks of the repository's pipeline come in its order.
func TestPipelineOrder(t *testing.T) {
	dir := folder(t, map[string]string{"go.mod": "module flowbook\n", "n/b.ipynb": "{}", "n/a.ipynb": "{}",
		"n/pipeline.yaml": "title: Flows\nsteps:\n  one: {notebook: n/b.ipynb}\n  two: {command: data generate, outputs: [x]}\n  three: {notebook: n/a.ipynb}\n"})
	t.Setenv("FLOWBOOK_ROOT", dir)
	b, err := Read(filepath.Join(dir, "n"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Book{Title: "Flows", Entries: []Entry{{File: "b.ipynb", Number: "1"}, {File: "a.ipynb", Number: "2"}}}
	if diff := cmp.Diff(want, b, cmpopts.IgnoreUnexported(Book{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLaunch: the addresses are those that jupyter-book 1.0.4 writes.
func TestLaunch(t *testing.T) {
	for _, tt := range []struct{ name, config, launch, source string }{
		{"none", "", "", ""},
		{"GitHub", "repository: {url: https://github.com/o/r, branch: main, path_to_book: notebooks}\nlaunch_buttons: {binderhub_url: https://mybinder.org, notebook_interface: jupyterlab}\n",
			"https://mybinder.org/v2/gh/o/r/main?urlpath=lab%2Ftree%2Fnotebooks%2Fa+b.ipynb", "https://github.com/o/r/blob/main/notebooks/a%20b.ipynb"},
		{"GitLab", "repository: {url: https://gitlab.com/o/p/r.git}\nlaunch_buttons: {binderhub_url: https://mybinder.org/, notebook_interface: classic}\n",
			"https://mybinder.org/v2/gl/o%2Fp%2Fr/master?urlpath=tree%2Fa+b.ipynb", "https://gitlab.com/o/p/r/blob/master/a%20b.ipynb"},
		{"a login", "repository: {url: 'https://TOKEN@git.example/o/r'}\nlaunch_buttons: {binderhub_url: https://mybinder.org}\n",
			"https://mybinder.org/v2/git/https%3A%2F%2Fgit.example%2Fo%2Fr/master?urlpath=lab%2Ftree%2Fa+b.ipynb", "https://git.example/o/r/blob/master/a%20b.ipynb"},
		{"script", "repository: {url: 'javascript:alert(1)'}\nlaunch_buttons: {binderhub_url: https://mybinder.org}\n", "", ""},
	} {
		b, err := Read(folder(t, map[string]string{"_config.yml": tt.config, "_toc.yml": "root: x", "x.md": ""}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{tt.launch, tt.source}, []string{b.Launch("a b.ipynb"), b.Source("a b.ipynb")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
