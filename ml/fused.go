package ml

import (
	"math"
	"slices"
	"strings"
)

// fused runs small networks without a graph, a block of rows at a time through all layers, in
// assembly where there is some: the same additions in the same order as the Go backend of GoMLX,
// and so the same bits, several times as fast.
type fused struct {
	layers []fusedLayer
	width  int // of the widest layer, the input among them
}

type fusedLayer struct {
	Weights
	activation Activation
}

// fusedRows is how many rows a block has: 8 columns of them fit the first-level cache twice.
const fusedRows = 256

// largestFused is how many weights a kernel may have. The Go backend takes the products of larger
// ones apart (from 4 Mi multiplications an execution on) and adds in another order.
const largestFused = 4<<20/cpuChunk - 1

// newFused is nil where m must run as a graph: on another processor or backend, or with an
// activation or a width that has no fused form.
func newFused(m *Model, backend string) *fused {
	if !canFuse || backend != "go" && !strings.HasPrefix(backend, "go:") {
		return nil
	}
	f := &fused{width: m.Features}
	for _, s := range m.Config.stages(m.Features) {
		if !s.dense() {
			continue
		}
		switch s.activation {
		case Linear, ReLU, Sigmoid, Tanh:
		default:
			return nil
		}
		w := m.Weights[len(f.layers)]
		if len(w.Kernel) > largestFused {
			return nil
		}
		w.Kernel, w.Bias = slices.Clone(w.Kernel), slices.Clone(w.Bias)
		f.layers = append(f.layers, fusedLayer{w, s.activation})
		f.width = max(f.width, w.Out)
	}
	return f
}

// fusedBuffers are two blocks, the input of a layer and its output.
type fusedBuffers struct{ in, out []float32 }

func (f *fused) buffers() *fusedBuffers {
	return &fusedBuffers{make([]float32, f.width*fusedRows), make([]float32, f.width*fusedRows)}
}

// run computes rows rows from x into y, both row-major.
func (f *fused) run(b *fusedBuffers, x, y []float32, rows int) {
	for from := 0; from < rows; from += fusedRows {
		n := min(fusedRows, rows-from)
		in, out := f.layers[0].In, f.layers[len(f.layers)-1].Out
		transpose(b.in, x[from*in:(from+n)*in], n, in)
		for _, l := range f.layers {
			l.dense(b.out, b.in, n)
			for o := range l.Out {
				l.activate(b.out[o*fusedRows : o*fusedRows+n])
			}
			b.in, b.out = b.out, b.in
		}
		for r := range n {
			for o := range out {
				y[(from+r)*out+o] = b.in[o*fusedRows+r]
			}
		}
	}
}

// transpose puts rows of a matrix into the columns of a block.
func transpose(block, rows []float32, n, cols int) {
	if cols == 1 {
		copy(block, rows)
		return
	}
	for r := range n {
		for c, v := range rows[r*cols : (r+1)*cols] {
			block[c*fusedRows+r] = v
		}
	}
}

// activate computes the layer's activation, as the Go backend does.
func (l fusedLayer) activate(values []float32) {
	switch l.activation {
	case Sigmoid:
		for i, v := range values {
			if v >= 0 {
				values[i] = float32(1 / (1 + math.Exp(-float64(v))))
			} else {
				e := math.Exp(float64(v))
				values[i] = float32(e / (1 + e))
			}
		}
	case Tanh:
		for i, v := range values {
			values[i] = float32(math.Tanh(float64(v)))
		}
	}
}
