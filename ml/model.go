// Package ml is the library for cells with models: scaling and splitting, dense networks trained by
// Keras's rules on GoMLX, reconstruction errors, percentiles, and the measures that judge a
// detector. Names are those of scikit-learn and Keras.
//
// Data goes in and comes out as dataset.Matrix, rows by features, float64; the network computes in
// float32. Randomness is Config.Seed and nothing else. Functions panic only for a caller's mistake,
// such as shapes that do not fit.
//
// A product that is added or subtracted stands in a conversion, as in a + float32(b*c). Without
// the conversion Go fuses both operations on arm64, with one rounding, and not on amd64 (Go
// specification, Floating-point operators). With it, results are equal on all processors.
//
//	parts := ml.TrainTestSplit(new(ml.MinMaxScaler).FitTransform(m), 0.3)
//	fit, err := ml.Train(ctx, ml.Training{Config: ml.KerasConfig(), Parts: parts})
//	…
//	errs := ml.ReconstructionError(fit.Predict(parts.Test), parts.Test)
//	threshold := ml.Percentile(errs, 95)
package ml

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Model is a network of dense layers and its weights.
type Model struct {
	Config   Config
	Features int       // columns of the data that it takes
	Weights  []Weights // of each dense layer, in the order that data passes them
}

// Autoencoder is a Model that reproduces its input: it has as many outputs as features.
type Autoencoder = Model

// Weights are those of one dense layer: Kernel is In rows by Out columns, row-major; Bias has Out
// values.
type Weights struct {
	In, Out      int
	Kernel, Bias []float32
}

// NewModel returns the untrained network for data of that many features, with Keras's initial
// weights: Glorot-uniform kernels, drawn from Config.Seed, and zero biases.
func NewModel(c Config, features int) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if features < 1 {
		return nil, fmt.Errorf("a network cannot have %d features", features)
	}
	random := rand.New(rand.NewPCG(c.Seed, weightStream))
	m := &Model{Config: c, Features: features}
	for _, s := range c.Sizes(features) {
		w := Weights{In: s[0], Out: s[1], Kernel: make([]float32, s[0]*s[1]), Bias: make([]float32, s[1])}
		limit := math.Sqrt(6 / float64(w.In+w.Out))
		for i := range w.Kernel {
			w.Kernel[i] = float32(limit * (2*random.Float64() - 1))
		}
		m.Weights = append(m.Weights, w)
	}
	return m, nil
}

// NewAutoencoder is NewModel for a network that must give back as many columns as it is given.
func NewAutoencoder(c Config, features int) (*Autoencoder, error) {
	m, err := NewModel(c, features)
	if err != nil {
		return nil, err
	}
	if m.Outputs() != features {
		return nil, fmt.Errorf("an autoencoder of %d features has %d outputs", features, m.Outputs())
	}
	return m, nil
}

// Outputs is the number of columns that the network gives back.
func (m *Model) Outputs() int {
	width := m.Features
	for _, size := range m.Config.Sizes(m.Features) {
		width = size[1]
	}
	return width
}

// Check reports the faults of a model that came from outside: a config that makes no sense, or
// weights that do not fit it.
func (m *Model) Check() error {
	if err := m.Config.check(); err != nil {
		return err
	}
	sizes := m.Config.Sizes(m.Features)
	if m.Features < 1 || len(m.Weights) != len(sizes) {
		return fmt.Errorf("model: %d layers of weights do not fit a network of %d layers and %d features", len(m.Weights), len(sizes), m.Features)
	}
	for i, w := range m.Weights {
		if w.In != sizes[i][0] || w.Out != sizes[i][1] || len(w.Kernel) != w.In*w.Out || len(w.Bias) != w.Out {
			return fmt.Errorf("model: layer %d: %d×%d with %d and %d weights does not fit %d×%d",
				i, w.In, w.Out, len(w.Kernel), len(w.Bias), sizes[i][0], sizes[i][1])
		}
	}
	return nil
}

// Parameters counts the trainable weights.
func (m *Model) Parameters() int {
	n := 0
	for _, w := range m.Weights {
		n += len(w.Kernel) + len(w.Bias)
	}
	return n
}

// flat puts all weights into one vector, kernel before bias, layer by layer: the order of the
// graph's parameter vector.
func (m *Model) flat() []float32 {
	out := make([]float32, 0, m.Parameters())
	for _, w := range m.Weights {
		out = append(append(out, w.Kernel...), w.Bias...)
	}
	return out
}

// setFlat takes the weights from a vector in flat's order.
func (m *Model) setFlat(v []float32) {
	for _, w := range m.Weights {
		v = v[copy(w.Kernel, v):]
		v = v[copy(w.Bias, v):]
	}
}
