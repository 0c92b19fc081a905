// Package detect finds anomalous flows beyond the original notebook: features of a flow and of the company it keeps, five
// detectors, thresholds with a promised number of false alarms, the folder that a trained model lives in, and the scorer
// that a stream runs through.
//
// Training flows need no labels. Thresholds are chosen on flows that neither trained the detector nor judge it.
package detect

import (
	"context"
	"math"
	"runtime"
	"sync"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// Detector scores rows of features: the higher, the less a row is like those it was trained on.
type Detector interface {
	// Score gives one number a row. It panics if m has other columns than the training rows had.
	Score(m dataset.Matrix) []float64
	// Explain gives each feature's part in the score of each row, in no unit that another detector shares.
	Explain(m dataset.Matrix) dataset.Matrix
}

// Kinds are the detectors that Train knows.
var Kinds = []string{"original", "autoencoder", "pca", "forest", "zscore"}

// eachPart calls f for parts of rows, from and to, on all cores at once, and returns when all are done.
func eachPart(rows int, f func(from, to int)) {
	const fewest = 256 // rows that are worth a goroutine
	parts := max(1, min(runtime.GOMAXPROCS(0), rows/fewest))
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() { f(p*rows/parts, (p+1)*rows/parts) })
	}
	wg.Wait()
}

// Reconstruction scores a row by the difference between it and what an autoencoder gives back.
type Reconstruction struct {
	Net *ml.Autoencoder
	// Order 2 scores by the mean squared difference, as the original does. Order 4 takes the root of the mean fourth power:
	// among many features, few that are far off then count for more than many that are a little off.
	Order int

	once      sync.Once
	predictor *ml.Predictor
	err       error
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
	if d.Order == 2 {
		return ml.ReconstructionError(d.reconstruct(m), m)
	}
	parts := d.Explain(m)
	out := make([]float64, m.Rows)
	for r := range out {
		for _, v := range parts.Row(r) {
			out[r] += v
		}
		out[r] = math.Sqrt(out[r])
	}
	return out
}

// Explain is each feature's term of the mean.
func (d *Reconstruction) Explain(m dataset.Matrix) dataset.Matrix {
	y := d.reconstruct(m)
	for i, v := range m.Data {
		e := y.Data[i] - v
		e *= e
		if d.Order == 4 {
			e *= e
		}
		y.Data[i] = e / float64(m.Cols)
	}
	return y
}

func (d *Reconstruction) reconstruct(m dataset.Matrix) dataset.Matrix {
	d.once.Do(func() { d.predictor, d.err = ml.NewPredictor(d.Net) })
	if d.err != nil {
		panic(d.err)
	}
	y := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	if err := d.predictor.PredictTo(y, m); err != nil {
		panic(err)
	}
	return y
}
