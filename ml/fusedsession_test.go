package ml

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestFusedTrainingHasTheBitsOfTheGraph trains networks in both ways and compares losses and
// weights bit for bit: over widths, numbers of rows and validations that threes and fours divide
// and do not, over activations, regularisers, dropout layers anywhere, optimizers, and with
// targets and without.
func TestFusedTrainingHasTheBitsOfTheGraph(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 22))
	nesterov := SGD(1e-2, 0.9)
	nesterov.Nesterov = true
	optimizers := []Optimizer{Adam(1e-2), AdamW(1e-2, 0.05), SGD(1e-2, 0), SGD(1e-2, 0.9), nesterov}
	activations := []Activation{Linear, ReLU, Sigmoid, Tanh}
	trials := 60
	if testing.Short() {
		trials = 15
	}
	for trial := range trials {
		c, features, rows := KerasConfig(), 1+random.IntN(12), []int{1, 2, 3, 30, 88, 255, 256, 257}[random.IntN(8)]
		checks := []int{0, 1, 299, 3000, 3001}[random.IntN(5)]
		if trial == 0 {
			features, rows, checks = 1, 256, evalRows+1000
		} else {
			c.Optimizer, c.Output = optimizers[trial%len(optimizers)], activations[random.IntN(4)]
			c.RegulariserPerRow, c.Layers, c.BatchSize = random.IntN(2) == 0, nil, 256
			for range 1 + random.IntN(4) {
				l := Layer{Units: 1 + random.IntN(12), Activation: activations[random.IntN(4)]}
				if random.IntN(2) == 0 {
					l.ActivityL2 = 1e-3
				}
				if random.IntN(4) == 0 {
					c.Layers = append(c.Layers, Dropout(0.3))
				}
				if random.IntN(2) == 0 {
					l.Dropout = 0.1
				}
				c.Layers = append(c.Layers, l)
			}
		}
		if trial == 1 { // the validation's products are so large that the backend adds in another order
			features, checks, c.Layers = 60, evalRows, []Layer{Dense(16, Tanh), Dense(2, Tanh), Dense(16, Tanh)}
		}
		compareSessions(t, random, c, features, rows, checks)
	}
}

func compareSessions(t *testing.T, random *rand.Rand, c Config, features, rows, checks int) {
	t.Helper()
	name := fmt.Sprintf("%+v, %d features, %d rows, %d to validate", c, features, rows, checks)
	m, err := NewModel(c, features)
	if err != nil {
		t.Fatal(err)
	}
	var targets, checkTargets []float32
	if random.IntN(2) == 0 {
		targets, checkTargets = numbers(random, rows*m.Outputs()), numbers(random, checks*m.Outputs())
	}
	fused := newFusedSession(m, pureGo)
	if fused == nil {
		t.Fatalf("%s: has no fused form", name)
	}
	backend, err := newBackend(pureGo)
	if err != nil {
		t.Fatal(err)
	}
	sessions := [2]session{mustSession(newGraphSession(m, targets != nil, backend)), fused}
	defer sessions[0].close()
	masks := newMasker(c, features)
	validation := c.newValidation(checks, numbers(random, checks*features), checkTargets)
	for step := range 6 {
		b := hostBatch{rows: rows, x: numbers(random, rows*features), targets: targets}
		b.masks = make([]float32, rows*len(masks.drop))
		masks.fill(b.masks, rows)
		var losses, vals [2]float64
		var weights [2][]float32
		for i, s := range sessions {
			if losses[i], err = s.trainBatch(b, c.LearningRate); err == nil {
				vals[i], err = s.evaluate(t.Context(), validation)
			}
			if err == nil {
				weights[i], err = s.weights()
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for i, w := range weights[0] {
			if math.Float32bits(w) != math.Float32bits(weights[1][i]) {
				t.Fatalf("%s: step %d: weight %d is %v, in the graph %v", name, step+1, i, weights[1][i], w)
			}
		}
		if losses[0] != losses[1] || vals[0] != vals[1] && checks > 0 {
			t.Fatalf("%s: step %d: loss and val_loss %v and %v, in the graph %v and %v",
				name, step+1, losses[1], vals[1], losses[0], vals[0])
		}
	}
}

// numbers are some of which every sixth is 0.
func numbers(random *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		if random.IntN(6) > 0 {
			out[i] = float32(random.NormFloat64())
		}
	}
	return out
}

// TestFusedTrainingLeavesTheRest: a training that has no fused form, or would have other bits,
// runs as a graph.
func TestFusedTrainingLeavesTheRest(t *testing.T) {
	for name, c := range map[string]struct {
		layer    Layer
		features int
		backend  string
		loss     Loss
		fused    bool
	}{
		"small":                   {Dense(8, Tanh), 10, pureGo, MSE, true},
		"the default backend":     {Dense(8, Tanh), 10, "go", "", true},
		"XLA":                     {Dense(8, Tanh), 10, "xla:cpu", "", false},
		"another activation":      {Dense(8, GELU), 10, pureGo, "", false},
		"another loss":            {Dense(8, Tanh), 10, pureGo, MAE, false},
		"the largest product":     {Dense(63, ReLU), 260, pureGo, "", true},
		"a product beyond that":   {Dense(64, ReLU), 256, pureGo, "", false},
		"too many things to add":  {Dense(2, ReLU), 513, pureGo, "", false},
		"as many as can be added": {Dense(2, ReLU), 512, pureGo, "", true},
	} {
		k := KerasConfig()
		k.Layers, k.Output, k.Loss = []Layer{c.layer}, "", c.loss
		m, err := NewModel(k, c.features)
		if err != nil {
			t.Fatal(err)
		}
		if got := newFusedSession(m, c.backend) != nil; got != c.fused {
			t.Errorf("%s: fused %v, want %v", name, got, c.fused)
		}
	}
}
