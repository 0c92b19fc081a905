package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// pcaShare is the share of the variance that the components must explain in models of blocks: the
// usual choice.
const pcaShare = 0.9

// Two components of bounded values, whose errors count by their fourth power, find as much of real
// attacks as the autoencoder whose narrow middle has two numbers, in a fiftieth of its time.
const (
	pcaComponents = 2
	pcaBound      = 5
)

var pcaKind = kind{name: "pca",
	train: func(_ context.Context, t Training, parts ml.Parts) (Detector, error) {
		if t.Blocks {
			return TrainPCA(parts.Train, pcaShare)
		}
		return TrainBoundedPCA(parts.Train, pcaComponents, pcaBound)
	},
	check: func(d Detector, width int) error {
		p := d.(*PCA)
		if p.Order != 0 && p.Order != 4 || !(p.Bound >= 0) {
			return fmt.Errorf("components of order %d, bound %v", p.Order, p.Bound)
		}
		return cmp.Or(fits("means of components", len(p.Mean), width), fits("components", p.Components.Cols, width))
	},
	save: func(d Detector, to *document) {
		p := d.(*PCA)
		to.Mean, to.Order, to.Bound = p.Mean, p.Order, p.Bound
		to.add("components", "<f8", p.Components.Data, p.Components.Rows, p.Components.Cols)
	},
	load: func(from *document, width int, read readArray) (Detector, error) {
		p := &PCA{Mean: from.Mean, Order: from.Order, Bound: from.Bound, Components: dataset.Matrix{Cols: width}}
		p.Components.Rows = from.rowsOf("components")
		var err error
		p.Components.Data, err = read("components", "<f8", p.Components.Rows, width)
		return p, err
	},
}

// PCA scores a row by its distance from the plane of the largest principal components.
type PCA struct {
	Mean       []float64      // per feature
	Components dataset.Matrix // one row a component, orthonormal
	// Order 0 scores by the mean squared distance. Order 4 takes the root of the mean fourth power:
	// among many features, few that are far off then count for more than many that are a little off.
	Order int
	// Bound, if not 0, is where values are cut off for the plane, on both sides, so that one extreme
	// value neither turns the plane when it is learnt nor moves the point of it that a row is
	// compared with. The distance is that of the whole value.
	Bound float64
}

// TrainPCA finds the components of m that together explain at least that share of the variance.
func TrainPCA(m dataset.Matrix, share float64) (*PCA, error) {
	p, values, err := principal(m, math.Inf(1))
	if err != nil {
		return nil, err
	}
	var total, got float64
	for _, v := range values {
		total += v
	}
	k := 0
	for ; k < len(values) && got < share*total; k++ {
		got += values[len(values)-1-k]
	}
	p.keep(k)
	return p, nil
}

// TrainBoundedPCA finds the k largest components of m's values, cut off at bound, for scores of
// order 4.
func TrainBoundedPCA(m dataset.Matrix, k int, bound float64) (*PCA, error) {
	p, _, err := principal(m, bound)
	if err != nil {
		return nil, err
	}
	p.keep(min(k, m.Cols))
	p.Order, p.Bound = 4, bound
	return p, nil
}

// keep leaves the first k components.
func (p *PCA) keep(k int) {
	p.Components.Rows, p.Components.Data = k, p.Components.Data[:k*p.Components.Cols]
}

// principal are all components of m's values, cut off at bound, the largest first, and their
// variances, rising.
func principal(m dataset.Matrix, bound float64) (*PCA, []float64, error) {
	mean := make([]float64, m.Cols)
	for r := range m.Rows {
		for c, v := range m.Row(r) {
			mean[c] += max(-bound, min(bound, v)) / float64(m.Rows)
		}
	}
	covariance := mat.NewSymDense(m.Cols, nil)
	centred := make([]float64, m.Cols)
	for r := range m.Rows {
		for c, v := range m.Row(r) {
			centred[c] = max(-bound, min(bound, v)) - mean[c]
		}
		covariance.SymRankOne(covariance, 1/float64(m.Rows), mat.NewVecDense(m.Cols, centred))
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, nil, errors.New("pca: the covariance has no eigenvectors; are there infinite values?")
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	p := &PCA{Mean: mean, Components: dataset.Matrix{Rows: m.Cols, Cols: m.Cols, Data: make([]float64, 0, m.Cols*m.Cols)}}
	for k := len(values) - 1; k >= 0; k-- {
		for c := range m.Cols {
			p.Components.Data = append(p.Components.Data, vectors.At(c, k))
		}
	}
	return p, values, nil
}

// Score is the distance of each row.
func (p *PCA) Score(m dataset.Matrix) []float64 {
	out := make([]float64, m.Rows)
	p.each(m, func(r int, _ []float64, sum float64) {
		if out[r] = sum; p.Order == 4 {
			out[r] = math.Sqrt(sum)
		}
	})
	return out
}

// Explain is each feature's part of the mean.
func (p *PCA) Explain(m dataset.Matrix) dataset.Matrix {
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	p.each(m, func(r int, parts []float64, _ float64) { copy(out.Row(r), parts) })
	return out
}

// each calls use with each row's number, each feature's part of the mean and the sum of these, on
// all cores at once; the parts are overwritten afterwards.
func (p *PCA) each(m dataset.Matrix, use func(r int, parts []float64, sum float64)) {
	if m.Cols != len(p.Mean) {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", m.Cols, len(p.Mean)))
	}
	if p.Order == 4 {
		p.bounded(m, use)
		return
	}
	p.distances(m, use)
}

// bounded is each for scores of order 4.
func (p *PCA) bounded(m dataset.Matrix, use func(r int, parts []float64, sum float64)) {
	mean, n, bound := p.Mean, len(p.Mean), p.Bound
	if bound == 0 {
		bound = math.Inf(1)
	}
	eachPart(m.Rows, func(from, to int) {
		parts, near, mean := make([]float64, n), make([]float64, n), mean[:n]
		for r := from; r < to; r++ {
			row := m.Row(r)[:n]
			for c, v := range row {
				parts[c] = v - mean[c]
				if v > bound {
					v = bound
				} else if v < -bound {
					v = -bound
				}
				near[c] = v - mean[c]
			}
			for k := range p.Components.Rows {
				component := p.Components.Row(k)[:n]
				var sums [4]float64 // one sum would wait for each addition to end
				c := 0
				for ; c+4 <= n; c += 4 {
					sums[0] += float64(component[c] * near[c])
					sums[1] += float64(component[c+1] * near[c+1])
					sums[2] += float64(component[c+2] * near[c+2])
					sums[3] += float64(component[c+3] * near[c+3])
				}
				for ; c < n; c++ {
					sums[0] += float64(component[c] * near[c])
				}
				d := (sums[0] + sums[1]) + (sums[2] + sums[3])
				for c, v := range component {
					parts[c] -= float64(d * v)
				}
			}
			var sum float64
			for c, v := range parts {
				v *= v
				v = float64(v*v) / float64(n)
				parts[c] = v
				sum += v
			}
			use(r, parts, sum)
		}
	})
}

// distances is each for mean squared distances. Rows go four by four: the sums of one would wait
// for each addition to end.
func (p *PCA) distances(m dataset.Matrix, use func(r int, parts []float64, sum float64)) {
	n := len(p.Mean)
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
				var sum float64
				for c, v := range parts {
					v = float64(v*v) / float64(n)
					parts[c] = v
					sum += v
				}
				use(r+i, parts, sum)
			}
		}
	})
}
