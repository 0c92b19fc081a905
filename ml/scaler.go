package ml

import (
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// MinMaxScaler maps every column to [0, 1] by the minimum and maximum it saw in FitTransform, as scikit-learn's does.
// A column that never changes maps to 0. NaN stays NaN and is not counted.
type MinMaxScaler struct {
	Min, Max []float64 // per column; NaN for a column that held nothing but NaN
}

// FitTransform learns the range of each column of m and returns m scaled.
func (s *MinMaxScaler) FitTransform(m dataset.Matrix) dataset.Matrix {
	s.Min, s.Max = make([]float64, m.Cols), make([]float64, m.Cols)
	for c := range m.Cols {
		s.Min[c], s.Max[c] = math.NaN(), math.NaN()
		for i := c; i < len(m.Data); i += m.Cols {
			v := m.Data[i]
			if !(v >= s.Min[c]) && v == v {
				s.Min[c] = v
			}
			if !(v <= s.Max[c]) && v == v {
				s.Max[c] = v
			}
		}
	}
	return s.Transform(m)
}

// Transform scales m by the learnt ranges; values outside of them leave [0, 1]. It panics if m has another number of columns.
func (s *MinMaxScaler) Transform(m dataset.Matrix) dataset.Matrix {
	return s.each(m, func(v, low, span float64) float64 { return (v - low) / span })
}

// InverseTransform takes scaled values back to the learnt ranges. It panics if m has another number of columns.
func (s *MinMaxScaler) InverseTransform(m dataset.Matrix) dataset.Matrix {
	return s.each(m, func(v, low, span float64) float64 { return v*span + low })
}

func (s *MinMaxScaler) each(m dataset.Matrix, f func(v, low, span float64) float64) dataset.Matrix {
	if m.Cols != len(s.Min) {
		panic(fmt.Errorf("ml: scaler of %d columns given a matrix of %d", len(s.Min), m.Cols))
	}
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for c := range m.Cols {
		low, span := s.Min[c], s.Max[c]-s.Min[c]
		if span == 0 {
			span = 1
		}
		for i := c; i < len(m.Data); i += m.Cols {
			out.Data[i] = f(m.Data[i], low, span)
		}
	}
	return out
}
