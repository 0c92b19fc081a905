package ml

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

// TestFusedHasTheBitsOfTheGraph compares the two ways to compute a network, bit for bit, over
// widths that fill a vector and that do not, zeros, infinities and subnormal numbers.
func TestFusedHasTheBitsOfTheGraph(t *testing.T) {
	if !canFuse {
		t.Skip("this processor has no fused form of a network (amd64 with AVX2 has)")
	}
	random := rand.New(rand.NewPCG(11, 12))
	activations := []Activation{Linear, ReLU, Sigmoid, Tanh}
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, -1e-40, 3e38, 1}
	for trial := range 60 {
		features := 1 + random.IntN(40)
		c := KerasConfig()
		c.Layers, c.Output = nil, ""
		for range 1 + random.IntN(4) {
			c.Layers = append(c.Layers, Dense(1+random.IntN(40), activations[random.IntN(4)]), Dropout(0.1))
		}
		if trial == 0 {
			features, c = 1, KerasConfig()
		}
		m, err := NewModel(c, features)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range m.Weights {
			for i := range w.Bias {
				w.Bias[i] = random.Float32() - 0.5
			}
		}
		rows := []int{1, 7, 63, 64, 65, 255, 256, 257, 1535, 1536, 4000}[random.IntN(11)]
		x := dataset.Matrix{Rows: rows, Cols: features, Data: make([]float64, rows*features)}
		for i := range x.Data {
			if x.Data[i] = random.NormFloat64(); random.IntN(50) == 0 {
				x.Data[i] = special[random.IntN(len(special))]
			}
		}
		p, err := NewPredictor(m)
		if err != nil {
			t.Fatal(err)
		}
		if p.fused == nil {
			t.Skip("the backend is " + ChosenBackend().Config)
		}
		answer := func(p *Predictor) dataset.Matrix {
			y := dataset.Matrix{Rows: rows, Cols: m.Outputs(), Data: make([]float64, rows*m.Outputs())}
			if err := p.PredictTo(y, x); err != nil {
				t.Fatal(err)
			}
			return y
		}
		got := answer(p)
		p.fused = nil
		if p.graph, err = newPredictionGraph(m, theBackend().compute); err != nil {
			t.Fatal(err)
		}
		want := answer(p)
		p.Close()
		name := fmt.Sprintf("%v, %d features, %d rows", c.Sizes(features), features, rows)
		for i := range want.Data {
			g, w := got.Data[i], want.Data[i]
			if math.Float64bits(g) != math.Float64bits(w) && !(math.IsNaN(g) && math.IsNaN(w)) {
				t.Fatalf("%s: value %d is %v, in the graph %v", name, i, g, w)
			}
		}
	}
}

// TestFusedLeavesTheRest: what has no fused form, or would have other bits, runs as a graph.
func TestFusedLeavesTheRest(t *testing.T) {
	for name, c := range map[string]struct {
		layer    Layer
		features int
		backend  string
		fused    bool
	}{
		"small":                {Dense(8, Tanh), 10, pureGo, canFuse},
		"the default backend":  {Dense(8, Tanh), 10, "go", canFuse},
		"XLA":                  {Dense(8, Tanh), 10, "xla:cpu", false},
		"another activation":   {Dense(8, GELU), 10, pureGo, false},
		"the largest kernel":   {Dense(2729, ReLU), 1, pureGo, canFuse},
		"a kernel beyond that": {Dense(2730, ReLU), 1, pureGo, false},
	} {
		k := KerasConfig()
		k.Layers, k.Output = []Layer{c.layer}, ""
		m, err := NewModel(k, c.features)
		if err != nil {
			t.Fatal(err)
		}
		if got := newFused(m, c.backend) != nil; got != c.fused {
			t.Errorf("%s: fused %v, want %v", name, got, c.fused)
		}
	}
}
