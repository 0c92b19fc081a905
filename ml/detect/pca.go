package detect

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"flowbook/ml/dataset"
)

// PCA scores a row by its mean squared distance from the plane of the largest principal components.
type PCA struct {
	Mean       []float64      // per feature
	Components dataset.Matrix // one row a component, orthonormal
}

// TrainPCA finds the components of m that together explain at least that share of the variance.
func TrainPCA(m dataset.Matrix, share float64) (*PCA, error) {
	mean := make([]float64, m.Cols)
	for i, v := range m.Data {
		mean[i%m.Cols] += v / float64(m.Rows)
	}
	covariance := mat.NewSymDense(m.Cols, nil)
	centred := make([]float64, m.Cols)
	for r := range m.Rows {
		for c, v := range m.Row(r) {
			centred[c] = v - mean[c]
		}
		covariance.SymRankOne(covariance, 1/float64(m.Rows), mat.NewVecDense(m.Cols, centred))
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, errors.New("pca: the covariance has no eigenvectors; are there infinite values?")
	}
	values := eigen.Values(nil) // rising
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	var total, got float64
	for _, v := range values {
		total += v
	}
	p := &PCA{Mean: mean, Components: dataset.Matrix{Cols: m.Cols}}
	for k := len(values) - 1; k >= 0 && got < share*total; k-- {
		got += values[k]
		p.Components.Rows++
		for c := range m.Cols {
			p.Components.Data = append(p.Components.Data, vectors.At(c, k))
		}
	}
	return p, nil
}

// Score is the mean squared distance of each row.
func (p *PCA) Score(m dataset.Matrix) []float64 {
	out := make([]float64, m.Rows)
	rest := make([]float64, m.Cols)
	for r := range out {
		p.distance(rest, m.Row(r))
		for _, v := range rest {
			out[r] += v
		}
	}
	return out
}

// Explain is each feature's part of the mean squared distance.
func (p *PCA) Explain(m dataset.Matrix) dataset.Matrix {
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for r := range m.Rows {
		p.distance(out.Row(r), m.Row(r))
	}
	return out
}

// distance writes each feature's part of the mean squared distance of row into rest.
func (p *PCA) distance(rest, row []float64) {
	if len(row) != len(p.Mean) {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", len(row), len(p.Mean)))
	}
	for c, v := range row {
		rest[c] = v - p.Mean[c]
	}
	for k := range p.Components.Rows {
		component := p.Components.Row(k)
		var dot float64
		for c, v := range component {
			dot += float64(v * rest[c])
		}
		for c, v := range component {
			rest[c] -= float64(dot * v)
		}
	}
	for c, v := range rest {
		rest[c] = float64(v*v) / float64(len(row))
	}
}
