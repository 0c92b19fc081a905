package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// The original notebook's detector and the autoencoder of many features differ in their network and
// in how they add up errors.
var (
	originalKind    = reconstructionKind("original", func(Training) ml.Config { return ml.KerasConfig() }, 2)
	autoencoderKind = reconstructionKind("autoencoder", func(t Training) ml.Config {
		c := WideConfig()
		if t.Blocks {
			c.Epochs, c.BatchSize = 30, 256 // as the first version
		}
		return c
	}, 4)
)

func reconstructionKind(name string, config func(Training) ml.Config, order int) kind {
	return kind{name: name, stops: true,
		train: func(ctx context.Context, t Training, parts ml.Parts) (Detector, error) {
			c := config(t)
			c.Seed = t.Seed
			return TrainReconstruction(ctx, c, parts, order)
		},
		check: func(d Detector, width int) error {
			r := d.(*Reconstruction)
			if r.Order != 2 && r.Order != 4 {
				return fmt.Errorf("errors of order %d", r.Order)
			}
			return cmp.Or(r.Net.Check(), fits("network", r.Net.Features, width), fits("network", r.Net.Outputs(), width))
		},
		save: func(d Detector, to *document) {
			r := d.(*Reconstruction)
			to.Network, to.Order = storeNetwork(r.Net.Config), r.Order
			for i, w := range r.Net.Weights {
				to.add(fmt.Sprintf("layer_%d_kernel", i), "<f4", doubles(w.Kernel), w.In, w.Out)
				to.add(fmt.Sprintf("layer_%d_bias", i), "<f4", doubles(w.Bias), w.Out)
			}
		},
		load: func(from *document, width int, read readArray) (Detector, error) {
			if from.Network == nil {
				return nil, errors.New("it has no network")
			}
			net := &ml.Autoencoder{Config: from.Network.config(), Features: width}
			for i, size := range net.Config.Sizes(width) {
				kernel, err := read(fmt.Sprintf("layer_%d_kernel", i), "<f4", size[0], size[1])
				if err != nil {
					return nil, err
				}
				bias, err := read(fmt.Sprintf("layer_%d_bias", i), "<f4", size[1])
				if err != nil {
					return nil, err
				}
				net.Weights = append(net.Weights, ml.Weights{In: size[0], Out: size[1], Kernel: singles(kernel), Bias: singles(bias)})
			}
			return &Reconstruction{Net: net, Order: from.Order}, nil
		},
	}
}

// Reconstruction scores a row by the difference between it and what an autoencoder gives back.
type Reconstruction struct {
	Net *ml.Autoencoder
	// Order 2 scores by the mean squared difference, as the original does. Order 4 takes the root
	// of the mean fourth power: among many features, few that are far off then count for more than
	// many that are a little off.
	Order int

	once      sync.Once
	predictor *ml.Predictor
	err       error
	answers   sync.Pool // of *[]float64: a block's are megabytes
}

// TrainReconstruction fits an autoencoder to parts.Train; parts.Test stops the training early.
func TrainReconstruction(ctx context.Context, c ml.Config, parts ml.Parts, order int) (*Reconstruction, error) {
	fit, err := ml.Train(ctx, ml.Training{Config: c, Parts: parts})
	if err != nil {
		return nil, err
	}
	return &Reconstruction{Net: &fit.Autoencoder, Order: order}, nil
}

// Score is the reconstruction error of each row.
func (d *Reconstruction) Score(m dataset.Matrix) []float64 {
	y, done := d.reconstruct(m)
	defer done()
	if d.Order == 2 {
		return ml.ReconstructionError(y, m)
	}
	out := make([]float64, m.Rows)
	eachPart(m.Rows, func(from, to int) {
		for r := from; r < to; r++ {
			var sum float64
			row, answer := m.Row(r), y.Row(r)
			for c, v := range row {
				sum += d.term(answer[c]-v, m.Cols)
			}
			out[r] = math.Sqrt(sum)
		}
	})
	return out
}

// Explain is each feature's term of the mean.
func (d *Reconstruction) Explain(m dataset.Matrix) dataset.Matrix {
	y, done := d.reconstruct(m)
	defer done()
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for i, v := range m.Data {
		out.Data[i] = d.term(y.Data[i]-v, m.Cols)
	}
	return out
}

// term is what the difference e in one of cols features adds to the mean.
func (d *Reconstruction) term(e float64, cols int) float64 {
	e *= e
	if d.Order == 4 {
		e *= e
	}
	return e / float64(cols)
}

// reconstruct is what the network gives back for each row; done ends the use of it, and another
// call may overwrite it.
func (d *Reconstruction) reconstruct(m dataset.Matrix) (y dataset.Matrix, done func()) {
	d.once.Do(func() { d.predictor, d.err = ml.NewPredictor(d.Net) })
	if d.err != nil {
		panic(d.err)
	}
	kept, _ := d.answers.Get().(*[]float64)
	if kept == nil {
		kept = new([]float64)
	}
	*kept = slices.Grow((*kept)[:0], len(m.Data))
	y = dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: (*kept)[:len(m.Data)]}
	if err := d.predictor.PredictTo(y, m); err != nil {
		panic(err)
	}
	return y, func() { d.answers.Put(kept) }
}

// WideConfig is the autoencoder of many features. As in the original, two numbers must hold a flow.
// Six epochs of small batches find what thirty of batches of 256 find, in a third of their time:
// the narrow middle and the score's order are what finds attacks, not the last digit of the loss.
func WideConfig() ml.Config {
	c := ml.KerasConfig()
	c.Layers = []ml.Layer{{Units: 16, Activation: ml.Tanh}, {Units: 2, Activation: ml.Tanh}, {Units: 16, Activation: ml.Tanh}}
	c.Output = ml.Linear
	c.Epochs, c.BatchSize, c.LearningRate = 6, 32, 3e-3
	return c
}
