package ml

import (
	"math"

	"golang.org/x/sys/cpu"
)

// canFuse says whether this processor computes a fused network.
var canFuse = cpu.X86.HasAVX2

// denseAVX2 computes a dense layer for groups of 64 rows: dst and src hold each column's values for
// fusedRows rows, one column after the other; kernel is in by out, row-major. Sums below floor
// become floor.
//
//go:noescape
func denseAVX2(dst, src, kernel, bias *float32, in, out, groups int, floor float32)

// dense runs n rows of a block through one layer, without its sigmoid or tanh.
func (l fusedLayer) dense(dst, src []float32, n int) {
	floor := float32(math.Inf(-1))
	if l.activation == ReLU {
		floor = 0
	}
	_, _ = src[l.In*fusedRows-1], dst[l.Out*fusedRows-1]
	denseAVX2(&dst[0], &src[0], &l.Kernel[0], &l.Bias[0], l.In, l.Out, (n+63)/64, floor)
}
