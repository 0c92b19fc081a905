package notebooks_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/pipeline"
)

// TestPipeline holds pipeline.yaml to the notebooks that are there: each is a step, once.
func TestPipeline(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Read(root, filepath.Join(root, "notebooks", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, s := range p.Steps {
		if s.Notebook != "" {
			steps = append(steps, s.Notebook)
		}
	}
	slices.Sort(steps)
	files, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, file := range files {
		there = append(there, "notebooks/"+filepath.Base(file))
	}
	if diff := cmp.Diff(there, steps); diff != "" {
		t.Errorf("notebooks and steps (-notebooks +steps):\n%s", diff)
	}
}
