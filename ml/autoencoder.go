// Package ml is what a model-minded cell calls: scaling and splitting, an autoencoder trained by Keras's rules on GoMLX,
// reconstruction errors, percentiles, and the measures that judge a detector. Names are those of scikit-learn and Keras.
//
// Data goes in and comes out as dataset.Matrix, rows by features, float64; the network computes in float32. Randomness
// is Config.Seed and nothing else. Functions panic only for a caller's mistake, such as shapes that do not fit.
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

// Autoencoder is a network of dense layers that gives back what it is given, through a narrow middle.
type Autoencoder struct {
	Config   Config
	Features int
	Weights  []Dense // the hidden layers, then the output layer
}

// Dense holds the weights of one layer: Kernel is In rows by Out columns, row-major; Bias has Out values.
type Dense struct {
	In, Out      int
	Kernel, Bias []float32
}

// NewAutoencoder is the untrained network for data of that many features: Glorot-uniform kernels from Config.Seed and
// zero biases, Keras's defaults.
func NewAutoencoder(c Config, features int) (*Autoencoder, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if features < 1 {
		return nil, fmt.Errorf("autoencoder for %d features", features)
	}
	random := rand.New(rand.NewPCG(c.Seed, weightStream))
	a := &Autoencoder{Config: c, Features: features}
	for _, s := range c.Sizes(features) {
		d := Dense{In: s[0], Out: s[1], Kernel: make([]float32, s[0]*s[1]), Bias: make([]float32, s[1])}
		limit := math.Sqrt(6 / float64(d.In+d.Out))
		for i := range d.Kernel {
			d.Kernel[i] = float32(limit * (2*random.Float64() - 1))
		}
		a.Weights = append(a.Weights, d)
	}
	return a, nil
}

// Sizes lists the inputs and outputs of every dense layer of the network for data of that many features.
func (c Config) Sizes(features int) [][2]int {
	sizes, in := make([][2]int, 0, len(c.Layers)+1), features
	for _, l := range c.Layers {
		sizes, in = append(sizes, [2]int{in, l.Units}), l.Units
	}
	return append(sizes, [2]int{in, features})
}

// Check says what is wrong with an autoencoder that came from outside: a config that makes no sense, or weights that do
// not fit it.
func (a *Autoencoder) Check() error {
	if err := a.Config.check(); err != nil {
		return err
	}
	sizes := a.Config.Sizes(a.Features)
	if a.Features < 1 || len(a.Weights) != len(sizes) {
		return fmt.Errorf("autoencoder: %d layers of weights for %d layers, %d features", len(a.Weights), len(sizes), a.Features)
	}
	for i, d := range a.Weights {
		if d.In != sizes[i][0] || d.Out != sizes[i][1] || len(d.Kernel) != d.In*d.Out || len(d.Bias) != d.Out {
			return fmt.Errorf("autoencoder: layer %d: %d×%d with %d and %d weights does not fit %d×%d",
				i, d.In, d.Out, len(d.Kernel), len(d.Bias), sizes[i][0], sizes[i][1])
		}
	}
	return nil
}

// Parameters counts the trainable weights.
func (a *Autoencoder) Parameters() int {
	n := 0
	for _, d := range a.Weights {
		n += len(d.Kernel) + len(d.Bias)
	}
	return n
}

// flat puts all weights into one vector, kernel before bias, layer by layer: the order of the graph's parameter vector.
func (a *Autoencoder) flat() []float32 {
	out := make([]float32, 0, a.Parameters())
	for _, d := range a.Weights {
		out = append(append(out, d.Kernel...), d.Bias...)
	}
	return out
}

// setFlat takes the weights from a vector in flat's order.
func (a *Autoencoder) setFlat(v []float32) {
	for _, d := range a.Weights {
		v = v[copy(d.Kernel, v):]
		v = v[copy(d.Bias, v):]
	}
}
