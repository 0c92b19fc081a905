package ml_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/janpfeifer/must"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// An autoencoder of three features with widths of one's own, as a newcomer writes it. Beside it,
// line for line, stands the same in Keras: testdata/three_features.py.
func ExampleTrain() {
	columns := []string{"bidirectional_packets", "bidirectional_bytes", "bidirectional_duration_ms"}
	flows := must.M1(dataset.Read("testdata/three_features.csv", columns...)).Matrix(columns...)
	for i, v := range flows.Data {
		flows.Data[i] = math.Log1p(v)
	}
	x := new(ml.StandardScaler).FitTransform(flows)
	parts := ml.ShuffleSplit(x.Rows, 0.3, 1).Of(x)

	fit := must.M1(ml.Train(context.Background(), ml.Training{Parts: parts, Config: ml.Config{
		Layers: []ml.Layer{
			ml.Dense(16, ml.Tanh),
			ml.Dense(2, ml.Tanh),
			ml.Dense(16, ml.Tanh),
			ml.Dense(3, ml.Linear),
		},
		Loss: ml.MAE, Optimizer: ml.Adam(1e-2), Epochs: 60, BatchSize: 32, Seed: 1,
		EarlyStopping: &ml.EarlyStopping{Patience: 10, RestoreBestWeights: true},
	}}))

	errors := ml.ReconstructionError(fit.Predict(parts.Test), parts.Test)
	threshold := ml.Percentile(errors, 95)
	above := ml.Nonzero(ml.Above(errors, threshold))
	fmt.Println(parts, "of the test rows above the threshold:", len(above))
	// Output: ((350, 3), (150, 3)) of the test rows above the threshold: 8
}

// TestThreeFeaturesIsShort counts the lines of code of the two forms: Go's may be 1.3 times
// Python's.
func TestThreeFeaturesIsShort(t *testing.T) {
	count := func(path, begin, end, comment string) (n int) {
		_, code, found := strings.Cut(string(must.M1(os.ReadFile(path))), begin)
		if end != "" {
			code, _, found = strings.Cut(code, end)
		}
		if !found {
			t.Fatalf("%s: the code is not where it was", path)
		}
		for line := range strings.Lines(code) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, comment) {
				n++
			}
		}
		return n
	}
	python := count("testdata/three_features.py", "columns =", "", "#")
	here := count("threefeatures_test.go", "columns :=", "// Output:", "//")
	t.Logf("%d lines of Go, %d of Python: %.2f", here, python, float64(here)/float64(python))
	if float64(here) > 1.3*float64(python) {
		t.Errorf("%d lines of Go for %d of Python", here, python)
	}
}
