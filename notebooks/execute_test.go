package notebooks_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flowbook/ml/dataset"
	"flowbook/ml/module"
	"flowbook/tools/compare"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

func TestMain(m *testing.M) {
	jupyter.Main()
	os.Exit(m.Run())
}

// committed is the digest of the capture that the committed outputs come from: data generate, 100,000 rows, seed 1.
const committed = "7e6b581c9f3f7c8387059bd83ab6dd05d516c23f4238be8e8ae11f3807206960"

// first are the notebooks that others need the results of.
var first = []string{"Dataset_Processing.ipynb"}

// TestExecute runs every committed notebook on the kernel of go.mod and compares what it shows with what it has stored. On a
// capture of the user's own the notebooks must run, and their outputs are theirs.
func TestExecute(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: executing every notebook takes a minute; run go test ./notebooks without -short")
	}
	ctx := context.Background()
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dataset.Path("27072022.csv")); os.IsNotExist(err) {
		generate := exec.Command("go", "run", "flowbook/tools/flowbook", "data", "generate")
		if out, err := generate.CombinedOutput(); err != nil {
			t.Fatalf("data generate: %v\n%s", err, out)
		}
	}
	spec, err := jupyter.GoNB(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range notebooks(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".ipynb"), func(t *testing.T) {
			nb, err := notebook.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			stored := nb.Clone()
			res, err := runner.Run(ctx, nb, runner.Options{
				Spec: spec, Dir: filepath.Dir(path), Env: []string{module.EnvRoot + "=" + root}, Path: path, Timeout: 5 * time.Minute,
			})
			if err != nil {
				t.Fatal(err)
			}
			if bad := res.Bad(); bad != nil {
				t.Fatalf("cell %d: %s: %v", bad.Number, bad.Status, bad.Error)
			}
			if m, err := dataset.ReadManifest(dataset.Path("EditDatasets")); err != nil || m.Source.SHA256 != committed {
				t.Skip("ran well; not compared, because Datasets/27072022.csv is not the synthetic capture of the committed outputs (move it away to compare)")
			}
			if err := runner.Check(stored, nb, res, runner.Comparison{Rules: compare.Rules{Tolerance: 1e-6, Pixels: 0.001}}); err != nil {
				t.Fatal(err)
			}
			if bad := res.Bad(); bad != nil {
				t.Errorf("cell %d: %s: %v", bad.Number, bad.Status, bad.Error)
			}
		})
	}
}

// notebooks are the committed notebooks, those that others need first.
func notebooks(t *testing.T) []string {
	t.Helper()
	here, err := filepath.Glob("*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	small, err := filepath.Glob(filepath.Join("testdata", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	list := append([]string(nil), first...)
	for _, path := range append(append(here, small...), units(t)...) {
		if path != first[0] {
			list = append(list, path)
		}
	}
	return list
}
