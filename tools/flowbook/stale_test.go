package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// small is the module in small: the sources of ml, the three-cell notebook and its capture, and a
// pipeline of that notebook and one that needs nothing of the module.
type small struct {
	t    *testing.T
	root string
}

const smallPipeline = `title: In small
steps:
  three:
    notebook: notebooks/three.ipynb
    inputs: [notebooks/three_cells.csv]
  other: {notebook: notebooks/other.ipynb}
`

func newSmall(t *testing.T) *small {
	t.Helper()
	module0, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jupyter.GoNB(t.Context(), module0); err != nil { // builds the kernel, if nobody has yet
		t.Fatal(err)
	}
	s := &small{t, t.TempDir()}
	for from, to := range map[string]string{
		"go.mod": "", "go.sum": "", "ml": "", "tools/jupyter/gofront": "", "notebooks/testdata/Three_Cells.ipynb": "notebooks/three.ipynb",
		"notebooks/testdata/three_cells.csv": "notebooks/three_cells.csv",
	} {
		if to == "" {
			to = from
		}
		err := filepath.WalkDir(filepath.Join(module0, filepath.FromSlash(from)), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() && e.Name() != "testdata" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			if e.IsDir() {
				return fs.SkipDir
			}
			rel, err := filepath.Rel(filepath.Join(module0, filepath.FromSlash(from)), name)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(name)
			if err == nil {
				s.write(filepath.ToSlash(filepath.Join(to, rel)), string(data))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.write("notebooks/again.ipynb", s.read("notebooks/three.ipynb"))
	s.write("notebooks/pipeline.yaml", smallPipeline)
	other := notebook.New()
	other.Cells = []*notebook.Cell{notebook.NewCode("%%\nfmt.Println(\"nothing of ml\")")}
	other.AddIDs()
	if err := other.WriteFile(s.path("notebooks/other.ipynb")); err != nil {
		t.Fatal(err)
	}
	built, _, err := jupyter.BuiltTools(t.Context(), module0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.path(".flowbook/bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(built, s.path(".flowbook/bin/"+filepath.Base(built))); err != nil {
		t.Skipf("symbolic links: %v", err)
	}
	t.Setenv(module.EnvRoot, s.root)
	t.Setenv(module.EnvState, "")
	return s
}

func (s *small) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

func (s *small) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *small) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// edit replaces the first old in a file and returns what takes that back.
func (s *small) edit(name, old, text string) (undo func()) {
	s.t.Helper()
	was := s.read(name)
	if !strings.Contains(was, old) {
		s.t.Fatalf("%s has no %q", name, old)
	}
	s.write(name, strings.Replace(was, old, text, 1))
	return func() { s.write(name, was) }
}

// flowbook runs a command line and returns what it printed.
func (s *small) flowbook(args ...string) string {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr); code != 0 {
		s.t.Fatalf("flowbook %s: status %d\n%s%s", strings.Join(args, " "), code, &stdout, &stderr)
	}
	return stdout.String()
}

// ran says what is out of date: the notebooks that pipeline would run, how many trainings are
// computed, and how many cells of the three an incremental run executes.
func (s *small) ran() string {
	s.t.Helper()
	var notebooks []string
	for line := range strings.Lines(s.flowbook("pipeline", "--plan")) {
		if name, what, _ := strings.Cut(line, " "); !strings.HasPrefix(strings.TrimSpace(what), "up to date") {
			notebooks = append(notebooks, name)
		}
	}
	before := s.trainings()
	out := s.flowbook("run", s.path("notebooks/three.ipynb"), "--incremental", "-o", s.path("inc.ipynb"))
	executed := 3
	if m := regexp.MustCompile(`(\d) cached`).FindStringSubmatch(out); m != nil {
		executed -= int(m[1][0] - '0')
	}
	return fmt.Sprintf("run %v, trained %d, cells %d", notebooks, s.trainings()-before, executed)
}

func (s *small) trainings() int {
	entries, err := os.ReadDir(s.path(".flowbook/memo"))
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range entries {
		if len(e.Name()) == 64 {
			n++
		}
	}
	return n
}

// TestNothingStale changes one thing at a time and looks at what is run again, at three levels:
// notebooks (pipeline), values (package memo) and cells (run --incremental). All else is reused.
// Two full runs at the same time and an incremental one give the same bytes.
func TestNothingStale(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: runs notebooks on the Go kernel")
	}
	s := newSmall(t)
	s.flowbook("pipeline")
	s.flowbook("run", "--jobs", "2", "-o", s.path("two"), s.path("notebooks/three.ipynb"), s.path("notebooks/again.ipynb"))
	s.ran()
	for _, name := range []string{"two/three.ipynb", "two/again.ipynb", "inc.ipynb"} {
		if diff := cmp.Diff(s.read(".flowbook/out/three.ipynb"), s.read(name)); diff != "" {
			t.Errorf("%s is not as the first run's (-first +second):\n%s", name, diff)
		}
	}
	const values, nothing, three = "run [three], trained 1, cells 3", "run [], trained 0, cells 0", "notebooks/three.ipynb"
	tests := []struct {
		name            string
		file, old, text string
		want            string
	}{
		{"nothing", "go.mod", "", "", nothing},
		{"a line in a source file of ml", "ml/train.go", "\nimport (", "\nimport _ \"embed\"\n\nimport (", values},
		{"a line in a file that ml imports", "ml/dataset/path.go", "\nimport (", "\nimport _ \"embed\"\n\nimport (", values},
		{"a comment there", "ml/dataset/path.go", "\nimport (", "\n// A comment.\nimport (", nothing},
		{"a line in what only the figure needs", "ml/figure/figure.go", "\nimport (", "\nimport _ \"embed\"\n\nimport (", "run [three], trained 0, cells 2"}, // cell 1 imports it
		{"a config value in a cell", three, "config.Epochs = 3", "config.Epochs = 4", "run [three], trained 1, cells 2"},
		{"a cell", three, "after %d epochs: %.6f", "after %d epochs: %.5f", "run [three], trained 0, cells 1"},
		{"a comment in a cell", three, "// Fitted is trained once", "// Fitted is trained one time", nothing},
		{"go.mod", "go.mod", "module flowbook", "module flowbook // changed", "run [three other], trained 1, cells 3"},
		// A cell's outputs are kept for one state of what it reads, so these come last.
		{"a value that is trained on", "notebooks/three_cells.csv", "902768472,5,390,", "902768472,6,390,", values},
		{"a value that is not", "notebooks/three_cells.csv", "902768472,5,390,", "902768472,5,391,", "run [three], trained 0, cells 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.t = t
			defer s.edit(tt.file, tt.old, tt.text)()
			if got := s.ran(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
