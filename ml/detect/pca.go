package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// pcaShare is the share of the variance that the components must explain: the usual choice.
const pcaShare = 0.9

var pcaKind = kind{name: "pca",
	train: func(_ context.Context, _ Training, parts ml.Parts) (Detector, error) {
		return TrainPCA(parts.Train, pcaShare)
	},
	check: func(d Detector, width int) error {
		p := d.(*PCA)
		return cmp.Or(fits("means of components", len(p.Mean), width), fits("components", p.Components.Cols, width))
	},
	save: func(d Detector, to *document) {
		p := d.(*PCA)
		to.Mean = p.Mean
		to.add("components", "<f8", p.Components.Data, p.Components.Rows, p.Components.Cols)
	},
	load: func(from *document, width int, read readArray) (Detector, error) {
		p := &PCA{Mean: from.Mean, Components: dataset.Matrix{Cols: width}}
		p.Components.Rows = from.rowsOf("components")
		var err error
		p.Components.Data, err = read("components", "<f8", p.Components.Rows, width)
		return p, err
	},
}

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
	p.distances(m, func(r int, parts []float64) {
		for _, v := range parts {
			out[r] += v
		}
	})
	return out
}

// Explain is each feature's part of the mean squared distance.
func (p *PCA) Explain(m dataset.Matrix) dataset.Matrix {
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	p.distances(m, func(r int, parts []float64) { copy(out.Row(r), parts) })
	return out
}

// distances calls use with each row's number and each feature's part of its mean squared distance,
// on all cores at once; the parts are overwritten afterwards. Rows go four by four: the sums of one
// would wait for each addition to end.
func (p *PCA) distances(m dataset.Matrix, use func(r int, parts []float64)) {
	n := len(p.Mean)
	if m.Cols != n {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", m.Cols, n))
	}
	eachPart(m.Rows, func(from, to int) {
		rest := make([]float64, 4*n)
		w, x, y, z := rest[:n], rest[n:2*n], rest[2*n:3*n], rest[3*n:]
		for r := from; r < to; r += 4 {
			for i := range min(4, to-r) {
				for c, v := range m.Row(r + i) {
					rest[i*n+c] = v - p.Mean[c]
				}
			}
			for k := range p.Components.Rows {
				component := p.Components.Row(k)
				w, x, y, z := w[:len(component)], x[:len(component)], y[:len(component)], z[:len(component)]
				var dw, dx, dy, dz float64
				for c, v := range component {
					dw += float64(v * w[c])
					dx += float64(v * x[c])
					dy += float64(v * y[c])
					dz += float64(v * z[c])
				}
				for c, v := range component {
					w[c] -= float64(dw * v)
					x[c] -= float64(dx * v)
					y[c] -= float64(dy * v)
					z[c] -= float64(dz * v)
				}
			}
			for i := range min(4, to-r) {
				parts := rest[i*n : (i+1)*n]
				for c, v := range parts {
					parts[c] = float64(v*v) / float64(n)
				}
				use(r+i, parts)
			}
		}
	})
}
