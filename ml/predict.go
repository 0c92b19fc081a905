package ml

import (
	"fmt"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"flowbook/ml/dataset"
)

// Predict runs every row of m through the network. It panics if m has other features than the network, or if the
// backend fails.
func (a *Autoencoder) Predict(m dataset.Matrix) dataset.Matrix {
	p, err := NewPredictor(a)
	if err != nil {
		panic(err)
	}
	defer p.Close()
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	if err := p.PredictTo(out, m); err != nil {
		panic(err)
	}
	return out
}

// Predictor runs rows through one network again and again, as a stream needs it.
type Predictor struct {
	features int
	backend  compute.Backend
	params   *tensors.Tensor
	exec     *graph.Exec
}

// chunkRows is how many rows one execution takes; shorter remainders are padded to a power of two, so that few shapes
// are compiled.
const chunkRows = 4096

// NewPredictor prepares a's network as it is now: weights that change later are not seen.
func NewPredictor(a *Autoencoder) (p *Predictor, err error) {
	defer catch(&err)
	if err := a.Check(); err != nil {
		return nil, err
	}
	b := theBackend()
	if b.err != nil {
		return nil, b.err
	}
	w, c, sizes := a.flat(), a.Config, a.Config.sizes(a.Features)
	p = &Predictor{features: a.Features, backend: b.compute, params: tensors.FromFlatDataAndDimensions(w, len(w))}
	if err := p.params.MaterializeOnDevice(b.compute, true, 0); err != nil {
		return nil, err
	}
	p.exec, err = graph.NewExec(b.compute, func(params, x *graph.Node) *graph.Node {
		y, _ := c.forward(cutWeights(params, sizes), x, nil)
		return y
	})
	return p, err
}

// Close frees what the predictor holds on the backend.
func (p *Predictor) Close() {
	p.exec.Finalize()
	p.params.MustFinalizeAll()
}

// PredictTo writes the network's answer to every row of src into dst, which must have src's shape. Rows that are equal
// bit for bit are computed once, unless most rows are distinct. All cores are used; the result does not depend on how many.
func (p *Predictor) PredictTo(dst, src dataset.Matrix) error {
	f := p.features
	if src.Cols != f || dst.Cols != f || dst.Rows != src.Rows {
		return fmt.Errorf("predict: shapes (%d, %d) to (%d, %d) for a network of %d features",
			src.Rows, src.Cols, dst.Rows, dst.Cols, f)
	}
	distinct, which := distinctRows(src)
	if which == nil {
		rows := src.Data
		return p.each(src.Rows, func(from, n int, x []float32) {
			for i, v := range rows[from*f : (from+n)*f] {
				x[i] = float32(v)
			}
		}, func(from int, y []float32) {
			for i, v := range y {
				dst.Data[from*f+i] = float64(v)
			}
		})
	}
	answers := make([]float64, len(distinct))
	err := p.each(len(distinct)/f, func(from, n int, x []float32) {
		copy(x, distinct[from*f:(from+n)*f])
	}, func(from int, y []float32) {
		for i, v := range y {
			answers[from*f+i] = float64(v)
		}
	})
	if err != nil {
		return err
	}
	for r, k := range which {
		copy(dst.Data[r*f:(r+1)*f], answers[int(k)*f:(int(k)+1)*f])
	}
	return nil
}

// each computes rows rows in chunks on all cores: read fills the inputs of a chunk, write takes its outputs.
func (p *Predictor) each(rows int, read func(from, n int, x []float32), write func(from int, y []float32)) error {
	chunks := (rows + chunkRows - 1) / chunkRows
	workers := min(runtime.GOMAXPROCS(0), chunks)
	var next atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for {
				from := (int(next.Add(1)) - 1) * chunkRows
				if from >= rows || errs[w] != nil {
					return
				}
				errs[w] = p.chunk(from, min(chunkRows, rows-from), read, write)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("predict: %w", err)
		}
	}
	return nil
}

func (p *Predictor) chunk(from, n int, read func(from, n int, x []float32), write func(from int, y []float32)) (err error) {
	defer catch(&err)
	padded := n
	if n < chunkRows {
		padded = max(16, 1<<bits.Len(uint(n-1)))
	}
	x := make([]float32, padded*p.features)
	read(from, n, x)
	in, err := graph.DonateTensorBuffer(tensors.FromFlatDataAndDimensions(x, padded, p.features), p.backend, 0)
	if err != nil {
		return err
	}
	out, err := p.exec.Call(p.params, in)
	if err != nil {
		return err
	}
	err = tensors.ConstFlatData(out[0], func(y []float32) { write(from, y[:n*p.features]) })
	out[0].MustFinalizeAll()
	return err
}
