// Package detect finds anomalous flows beyond the original notebook: features of a flow and of the
// company it keeps, seven detectors, thresholds with a promised number of false alarms, the folder
// that a trained model lives in, and the scorer that a stream runs through.
//
// Training flows need no labels. Thresholds are chosen on flows that neither trained the detector
// nor judge it.
//
// A product that is added or subtracted stands in a conversion, as in a + float64(b*c). Without
// the conversion Go fuses both operations on arm64, with one rounding, and not on amd64 (Go
// specification, Floating-point operators). With it, results are equal on all processors.
package detect

import (
	"runtime"
	"sync"
	"sync/atomic"

	"flowbook/ml/dataset"
)

// Detector scores rows of features: the higher, the less a row is like those it was trained on.
type Detector interface {
	// Score gives one number a row. It panics if m has other columns than the training rows had.
	Score(m dataset.Matrix) []float64
	// Explain gives each feature's part in the score of each row, in no unit that another detector
	// shares.
	Explain(m dataset.Matrix) dataset.Matrix
}

// eachPart calls f for parts of rows, from and to, on all cores at once, and returns when all are
// done.
func eachPart(rows int, f func(from, to int)) {
	const fewest = 256 // rows that are worth a goroutine
	parts := max(1, min(runtime.GOMAXPROCS(0), rows/fewest))
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() { f(p*rows/parts, (p+1)*rows/parts) })
	}
	wg.Wait()
}

// eachOne calls f for each number below n, on all cores at once, and returns when all are done.
func eachOne(n int, f func(i int)) {
	var next atomic.Int32
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
