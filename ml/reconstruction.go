package ml

import (
	"fmt"

	"flowbook/ml/dataset"
)

// ReconstructionError is one number a row: the mean over the features of the squared difference
// between the network's output and its input. The two shapes must agree; if not, it panics.
func ReconstructionError(predicted, actual dataset.Matrix) []float64 {
	if predicted.Rows != actual.Rows || predicted.Cols != actual.Cols {
		panic(fmt.Errorf("ml: the reconstruction error needs equal shapes, not (%d, %d) and (%d, %d)",
			predicted.Rows, predicted.Cols, actual.Rows, actual.Cols))
	}
	errs := make([]float64, actual.Rows)
	for r := range errs {
		at := r * actual.Cols
		var sum float64
		for i := at; i < at+actual.Cols; i++ {
			d := predicted.Data[i] - actual.Data[i]
			sum += float64(d * d)
		}
		errs[r] = sum / float64(actual.Cols)
	}
	return errs
}
