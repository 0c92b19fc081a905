package ml

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"flowbook/ml/dataset"
)

// Predict runs every row through the network. It panics if the rows have other features than the
// network, or if the backend fails.
func (m *Model) Predict(rows dataset.Matrix) dataset.Matrix {
	p, err := NewPredictor(m)
	if err != nil {
		panic(err)
	}
	defer p.Close()
	out := dataset.Matrix{Rows: rows.Rows, Cols: p.outputs, Data: make([]float64, rows.Rows*p.outputs)}
	if err := p.PredictTo(out, rows); err != nil {
		panic(err)
	}
	return out
}

// Predictor runs rows through one network again and again, as a stream needs it.
type Predictor struct {
	features, outputs int

	chunk int    // rows of an execution
	fused *fused // computes without a graph, where that can be; nil elsewhere
	graph *predictionGraph
}

// predictionGraph is the network as a graph of GoMLX.
type predictionGraph struct {
	backend compute.Backend
	layers  []Weights // without their kernels
	kernels []any     // of *tensors.Tensor, layer by layer
	exec    *graph.Exec

	mu     sync.Mutex
	biases map[int][]any // by rows: each layer's bias as a tensor of that many equal rows
}

// A chunk is the input of one execution: enough rows to make its fixed cost small, few enough to
// stay in the cache of a core, or to fill a GPU. Shorter remainders are padded to a chunk over a
// power of two, so that few shapes are compiled. All of these are multiples of 3, because the Go
// backend's matrix product takes rows in threes and sums the remaining rows in another order: a
// row's answer would depend on its place.
const (
	cpuChunk = 3 << 9
	gpuChunk = 3 << 18
	minChunk = 3 << 3
)

// NewPredictor prepares m as it is now: weights that change later are not seen.
func NewPredictor(m *Model) (p *Predictor, err error) {
	defer catch(&err)
	if err := m.Check(); err != nil {
		return nil, err
	}
	b := theBackend()
	if b.err != nil {
		return nil, b.err
	}
	p = &Predictor{features: m.Features, outputs: m.Outputs(), chunk: cpuChunk}
	if b.GPU() {
		p.chunk = gpuChunk
	}
	if p.fused = newFused(m, b.Config); p.fused == nil {
		p.graph, err = newPredictionGraph(m, b.compute)
	}
	return p, err
}

func newPredictionGraph(m *Model, backend compute.Backend) (g *predictionGraph, err error) {
	g = &predictionGraph{backend: backend, biases: map[int][]any{}}
	for _, w := range m.Weights {
		kernel, err := g.place(w.Kernel, w.In, w.Out)
		if err != nil {
			return nil, err
		}
		g.kernels = append(g.kernels, kernel)
		g.layers = append(g.layers, Weights{In: w.In, Out: w.Out, Bias: slices.Clone(w.Bias)})
	}
	var dense []stage
	for _, l := range m.Config.stages(m.Features) {
		if l.dense() {
			dense = append(dense, l)
		}
	}
	g.exec, err = graph.NewExec(backend, func(in []*graph.Node) *graph.Node {
		x, kernels, biases := in[0], in[1:1+len(dense)], in[1+len(dense):]
		for i, l := range dense {
			x = graph.Add(graph.Dot(x, kernels[i]).Product(), biases[i])
			if l.activation == ReLU { // nobody differentiates this graph, so the quickest form will do
				x = graph.Max(x, graph.ScalarZero(x.Graph(), x.DType()))
			} else {
				x = activations[l.activation](x)
			}
		}
		return x
	})
	return g, err
}

// place puts a matrix on the backend, to be used by many executions.
func (g *predictionGraph) place(data []float32, rows, cols int) (*tensors.Tensor, error) {
	t := tensors.FromFlatDataAndDimensions(data, rows, cols)
	return t, t.MaterializeOnDevice(g.backend, true, 0)
}

// bias gives each layer's bias, repeated for rows rows: adding equal shapes the Go backend does
// three times faster than adding a row to each row.
func (g *predictionGraph) bias(rows int) ([]any, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b, ok := g.biases[rows]; ok {
		return b, nil
	}
	var b []any
	for _, d := range g.layers {
		t, err := g.place(slices.Repeat(d.Bias, rows), rows, d.Out)
		if err != nil {
			return nil, err
		}
		b = append(b, t)
	}
	g.biases[rows] = b
	return b, nil
}

// Close frees the predictor's memory on the backend.
func (p *Predictor) Close() {
	g := p.graph
	if g == nil {
		return
	}
	g.exec.Finalize()
	free := func(all []any) {
		for _, t := range all {
			t.(*tensors.Tensor).MustFinalizeAll()
		}
	}
	free(g.kernels)
	for _, b := range g.biases {
		free(b)
	}
}

// PredictTo writes the network's answer to every row of src into dst: as many rows, and a column
// for each output. Rows that are equal bit for bit are computed once, unless most rows are
// distinct. All cores are used; the result does not depend on how many.
func (p *Predictor) PredictTo(dst, src dataset.Matrix) error {
	f, o := p.features, p.outputs
	if src.Cols != f || dst.Cols != o || dst.Rows != src.Rows {
		return fmt.Errorf("predict: the shapes (%d, %d) and (%d, %d) do not fit a network of %d features and %d outputs",
			src.Rows, src.Cols, dst.Rows, dst.Cols, f, o)
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
				dst.Data[from*o+i] = float64(v)
			}
		})
	}
	answers := make([]float64, len(distinct)/f*o)
	err := p.each(len(distinct)/f, func(from, n int, x []float32) {
		copy(x, distinct[from*f:(from+n)*f])
	}, func(from int, y []float32) {
		for i, v := range y {
			answers[from*o+i] = float64(v)
		}
	})
	if err != nil {
		return err
	}
	if o == 1 {
		for r, k := range which {
			dst.Data[r] = answers[k]
		}
		return nil
	}
	for r, k := range which {
		copy(dst.Data[r*o:(r+1)*o], answers[int(k)*o:(int(k)+1)*o])
	}
	return nil
}

// each computes rows rows in chunks on all cores: read fills the inputs of a chunk, write takes its
// outputs.
func (p *Predictor) each(rows int, read func(from, n int, x []float32), write func(from int, y []float32)) error {
	chunks := (rows + p.chunk - 1) / p.chunk
	workers := min(runtime.GOMAXPROCS(0), chunks)
	var next atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			execute := p.executor()
			for {
				from := (int(next.Add(1)) - 1) * p.chunk
				if from >= rows || errs[w] != nil {
					return
				}
				errs[w] = execute(from, min(p.chunk, rows-from), read, write)
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

type executor func(from, n int, read func(from, n int, x []float32), write func(from int, y []float32)) error

// executor computes a chunk, with the buffers of one goroutine.
func (p *Predictor) executor() executor {
	if p.fused == nil {
		return p.execute
	}
	b := p.fused.buffers()
	x, y := make([]float32, p.chunk*p.features), make([]float32, p.chunk*p.outputs)
	return func(from, n int, read func(from, n int, x []float32), write func(from int, y []float32)) error {
		read(from, n, x)
		p.fused.run(b, x[:n*p.features], y[:n*p.outputs], n)
		write(from, y[:n*p.outputs])
		return nil
	}
}

func (p *Predictor) execute(from, n int, read func(from, n int, x []float32), write func(from int, y []float32)) (err error) {
	defer catch(&err)
	padded := p.chunk
	for padded/2 >= n && padded > minChunk {
		padded /= 2
	}
	g := p.graph
	x := make([]float32, padded*p.features)
	read(from, n, x)
	in, err := graph.DonateTensorBuffer(tensors.FromFlatDataAndDimensions(x, padded, p.features), g.backend, 0)
	if err != nil {
		return err
	}
	biases, err := g.bias(padded)
	if err != nil {
		return err
	}
	out, err := g.exec.Call(slices.Concat([]any{in}, g.kernels, biases)...)
	if err != nil {
		return err
	}
	err = tensors.ConstFlatData(out[0], func(y []float32) { write(from, y[:n*p.outputs]) })
	out[0].MustFinalizeAll()
	return err
}
