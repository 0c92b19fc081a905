package ml

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"flowbook/ml/dataset"
)

// Compute is the door to GoMLX for a network that Config cannot describe: the backend that this
// package computes on. A graph of one's own, trained by GoMLX's package train, takes its rows from
// Tensor and gives its answers to Matrix, and all else here (scaling, splits, reconstruction
// errors, percentiles, measures) serves it as it serves a Model. See the example of Compute.
func Compute() (compute.Backend, error) {
	b := theBackend()
	return b.compute, b.err
}

// Tensor is m as GoMLX takes it: float32, rows by columns. A NaN or an infinity in it is an error.
func Tensor(m dataset.Matrix) (*tensors.Tensor, error) {
	values, err := floats(m)
	if err != nil {
		return nil, fmt.Errorf("tensor: %w", err)
	}
	return tensors.FromFlatDataAndDimensions(values, m.Rows, m.Cols), nil
}

// Matrix copies a float32 tensor of rows by columns from GoMLX.
func Matrix(t *tensors.Tensor) (m dataset.Matrix, err error) {
	defer catch(&err)
	if t.Rank() != 2 {
		return m, fmt.Errorf("matrix: a tensor of shape %s has not rows and columns", t.Shape())
	}
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return m, fmt.Errorf("matrix: %w", err)
	}
	m = dataset.Matrix{Rows: t.Shape().Dim(0), Cols: t.Shape().Dim(1), Data: make([]float64, len(values))}
	for i, v := range values {
		m.Data[i] = float64(v)
	}
	return m, nil
}
