package notebooks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/ml/dataset"
	"flowbook/ml/module"

	"github.com/google/go-cmp/cmp"
)

// TestReferenceIsCurrent lets pandas and Keras write the expected texts again, from the split and the weights that are here,
// and compares them with the stored ones. The lines of Keras's own training (cell 19) and the versions are not compared.
func TestReferenceIsCurrent(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if testing.Short() || python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a python with tools/bench/reference/requirements.txt installed (CONTRIBUTING.md) to let it write the expected texts again")
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	model, err := module.State(root, "models")
	if err != nil {
		t.Fatal(err)
	}
	model = filepath.Join(model, "Anomaly_Detection")
	split := dataset.Path("EditDatasets/split_1.csv")
	for _, path := range []string{model, split} {
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("%v: TestExecute makes it", err)
		}
	}
	if m, err := dataset.ReadManifest(dataset.Path("EditDatasets")); err != nil || m.Source.SHA256 != committed {
		t.Skip("Datasets/27072022.csv is not the synthetic capture of the stored texts")
	}
	out := t.TempDir()
	script := filepath.Join(root, "tools", "bench", "reference", "expected.py")
	command := exec.Command(python, script, "--split", split, "--out", out, "--final", model)
	command.Env = append(os.Environ(), "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(script), err, text)
	}
	stored, err := filepath.Glob(filepath.Join("testdata", "reference", "cell_*"))
	if err != nil || len(stored) < 13 {
		t.Fatalf("stored texts: %d, %v", len(stored), err)
	}
	for _, path := range stored {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "cell_19.") {
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "cell_23.txt" {
			near(t, string(want), string(got))
			continue
		}
		if diff := cmp.Diff(lines(string(want)), lines(string(got))); diff != "" {
			t.Errorf("%s (-stored +now):\n%s", name, diff)
		}
	}
}
