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
	"slices"
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

// reconstruct is what the network gives back for each row; done ends the use of it, and another call may overwrite it.
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
