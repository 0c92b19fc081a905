//go:build !amd64

package ml

const canFuse = false

func (l fusedLayer) dense(dst, src []float32, n int) { panic("ml: no fused network on this processor") }
