package ml

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// trained is a network that Keras 3.2.1 trained: tools/bench/reference/networks_keras.py.
type trained struct {
	Initial, Final, Losses []float64
	ValLosses              []float64 `json:"val_losses"`
	Predicted              []float64
	Summary                string
}

func readKeras(t *testing.T) map[string]trained {
	t.Helper()
	text, err := os.ReadFile("testdata/networks_keras.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "made_with")
	cases := map[string]trained{}
	for name, text := range all {
		var c trained
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		cases[name] = c
	}
	return cases
}

// kerasRows are the rows of networks_keras.py and their labels.
func kerasRows(source *lcg, rows int) (x, labels dataset.Matrix) {
	x = dataset.Matrix{Rows: rows, Cols: 3, Data: make([]float64, 3*rows)}
	labels = dataset.Matrix{Rows: rows, Cols: 1, Data: make([]float64, rows)}
	for i := range x.Data {
		x.Data[i] = float64(source.next()%1000) / 999
	}
	for r := range rows {
		row := x.Row(r)
		if r%5 == 0 {
			clear(row)
		}
		if float32(row[0])+float32(row[1])+float32(row[2]) > 1.5 {
			labels.Data[r] = 1
		}
	}
	return x, labels
}

// TestNetworksAgainstKeras trains 50 steps from Keras's initial weights and compares weights,
// losses, predictions and the summary. Both compute in float32, in another order of additions;
// Keras computes the bias correction of Adam so too.
func TestNetworksAgainstKeras(t *testing.T) {
	cases := readKeras(t)
	nesterov := SGD(0.05, 0.9)
	nesterov.Nesterov = true
	for name, c := range map[string]Config{
		"mse, adam": {
			Layers: []Layer{Dense(5, ReLU, ActivityL2(1e-3)), Dense(2, ReLU), Dense(5, ReLU), Dense(3, Sigmoid)},
			Loss:   MSE, Optimizer: Adam(1e-2),
		},
		"mae, sgd with momentum": {
			Layers: []Layer{Dense(4, Tanh)}, Output: Linear, // another way to say Dense(3, Linear)
			Loss: MAE, Optimizer: SGD(0.05, 0.9),
		},
		"huber, sgd with nesterov": {
			Layers: []Layer{Dense(6, SiLU), Dense(4, GELU, ActivityL2(1e-3)), Dense(3, Linear)},
			Loss:   Huber, HuberDelta: 0.3, Optimizer: nesterov,
		},
		"binary cross-entropy, adamw": {
			Layers: []Layer{Dense(5, ELU), Dense(4, SELU), Dense(1, Sigmoid)},
			Loss:   BinaryCrossentropy, Optimizer: AdamW(1e-2, 0.1),
		},
		"mse, sgd": {
			Layers: []Layer{Dense(8, ReLU), Dense(1, Linear, ActivityL2(1e-3))},
			Loss:   MSE, Optimizer: SGD(0.1, 0),
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, ok := cases[name]
			if !ok {
				t.Fatal("Keras did not train it")
			}
			c.Epochs, c.BatchSize = len(want.Losses), 64
			m, err := NewModel(c, 3)
			if err != nil {
				t.Fatal(err)
			}
			m.setFlat(singles(want.Initial))
			source := lcg(7)
			x, y := kerasRows(&source, 300)
			check, checkY := kerasRows(&source, 100)
			var targets, checkTargets []float32
			if m.Outputs() == 1 {
				targets, checkTargets = singles(y.Data), singles(checkY.Data)
			}
			steps := 0
			s := mustSession(newSession(m, targets != nil, theBackend()))
			defer s.close()
			validation := c.newValidation(check.Rows, singles(check.Data), checkTargets)
			rows := singles(x.Data)
			for epoch := range c.Epochs {
				var sum float64
				for from := 0; from < x.Rows; from += c.BatchSize {
					to := min(from+c.BatchSize, x.Rows)
					b := hostBatch{rows: to - from, x: rows[3*from : 3*to]}
					if targets != nil {
						b.targets = targets[from:to]
					}
					loss, err := s.trainBatch(b, c.LearningRate)
					if err != nil {
						t.Fatal(err)
					}
					sum += loss * float64(to-from)
					steps++
				}
				val, err := s.evaluate(t.Context(), validation)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "loss", epoch, sum/float64(x.Rows), want.Losses[epoch], 3e-6)
				near(t, "val_loss", epoch, val, want.ValLosses[epoch], 3e-6)
			}
			got, err := s.weights()
			if err != nil {
				t.Fatal(err)
			}
			var worst float64
			for i, w := range want.Final {
				near(t, "weight", i, float64(got[i]), w, 1e-5)
				worst = math.Max(worst, math.Abs(float64(got[i])-w))
			}
			t.Logf("largest difference of %d weights after %d steps: %.2g", len(got), steps, worst)
			m.setFlat(got)
			for i, y := range m.Predict(check).Data {
				near(t, "prediction", i, y, want.Predicted[i], 1e-5)
			}
			if diff := cmp.Diff(strings.TrimSpace(want.Summary), strings.TrimSpace(m.Summary().String())); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}
