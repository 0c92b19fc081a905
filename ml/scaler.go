package ml

import (
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// The scalers map every column with the values learnt in FitTransform, with scikit-learn's numbers.
// NaN stays NaN and is not learnt from. An infinity cannot be learnt from, so FitTransform panics;
// Transform leaves it an infinity, because a detector must be able to score it. Transform and
// InverseTransform panic if the matrix has another number of columns.

// MinMaxScaler maps every column to [0, 1] by the minimum and maximum it learnt. A column that
// hardly changes, by less than 10 times the distance between 1 and the next number, is only moved
// to 0.
type MinMaxScaler struct {
	Min, Max []float64 // per column; NaN for a column that held nothing but NaN
}

// FitTransform learns the range of each column of m and returns m scaled.
func (s *MinMaxScaler) FitTransform(m dataset.Matrix) dataset.Matrix {
	s.Min, s.Max = make([]float64, m.Cols), make([]float64, m.Cols)
	learn(m, func(c int, values []float64) {
		s.Min[c], s.Max[c] = math.NaN(), math.NaN()
		for _, v := range values {
			if !(v >= s.Min[c]) {
				s.Min[c] = v
			}
			if !(v <= s.Max[c]) {
				s.Max[c] = v
			}
		}
	})
	return s.Transform(m)
}

// Transform scales m by the learnt ranges; values outside of them leave [0, 1].
func (s *MinMaxScaler) Transform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Min, s.spans(), false)
}

// InverseTransform takes scaled values back to the learnt ranges.
func (s *MinMaxScaler) InverseTransform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Min, s.spans(), true)
}

func (s *MinMaxScaler) spans() []float64 {
	spans := make([]float64, len(s.Min))
	for c := range spans {
		spans[c] = s.Max[c] - s.Min[c]
		if nearZero(spans[c]) {
			spans[c] = 1
		}
	}
	return spans
}

// StandardScaler takes every column to mean 0 and standard deviation 1 (the population's). A column
// that changes by no more than rounding does is only moved to 0.
type StandardScaler struct {
	Mean, Scale []float64 // per column; NaN for a column that held nothing but NaN
}

// FitTransform learns the mean and the standard deviation of each column of m and returns m scaled.
func (s *StandardScaler) FitTransform(m dataset.Matrix) dataset.Matrix {
	s.Mean, s.Scale = make([]float64, m.Cols), make([]float64, m.Cols)
	learn(m, func(c int, values []float64) {
		n := float64(len(values))
		var sum, squares, rest float64
		for _, v := range values {
			sum += v
		}
		mean := sum / n
		for _, v := range values {
			d := v - mean
			squares += float64(d * d)
			rest += d // that rounding took from the mean
		}
		variance := (squares - rest*rest/n) / n
		rounding := n*epsilon*variance + math.Pow(n*mean*epsilon, 2)
		s.Mean[c], s.Scale[c] = mean+rest/n, math.Sqrt(variance)
		if variance <= rounding {
			s.Scale[c] = 1
		}
	})
	return s.Transform(m)
}

// Transform scales m by the learnt means and deviations.
func (s *StandardScaler) Transform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Mean, s.Scale, false)
}

// InverseTransform takes scaled values back.
func (s *StandardScaler) InverseTransform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Mean, s.Scale, true)
}

// RobustScaler takes every column to median 0 and a distance of 1 between its quartiles, which a
// few extreme values do not move. A column whose quartiles are equal is only moved to 0.
type RobustScaler struct {
	Center, Scale []float64 // per column; NaN for a column that held nothing but NaN
}

// FitTransform learns the median and the quartiles of each column of m and returns m scaled.
func (s *RobustScaler) FitTransform(m dataset.Matrix) dataset.Matrix {
	s.Center, s.Scale = make([]float64, m.Cols), make([]float64, m.Cols)
	learn(m, func(c int, values []float64) {
		s.Center[c] = Percentile(values, 50)
		s.Scale[c] = Percentile(values, 75) - Percentile(values, 25)
		if nearZero(s.Scale[c]) {
			s.Scale[c] = 1
		}
	})
	return s.Transform(m)
}

// Transform scales m by the learnt medians and quartiles.
func (s *RobustScaler) Transform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Center, s.Scale, false)
}

// InverseTransform takes scaled values back.
func (s *RobustScaler) InverseTransform(m dataset.Matrix) dataset.Matrix {
	return scale(m, s.Center, s.Scale, true)
}

// epsilon is the distance between 1 and the next number.
const epsilon = 0x1p-52

// nearZero says of a span that scikit-learn would not divide by it.
func nearZero(span float64) bool { return span < 10*epsilon }

// learn gives f the numbers of each column, without NaN.
func learn(m dataset.Matrix, f func(column int, values []float64)) {
	values := make([]float64, 0, m.Rows)
	for c := range m.Cols {
		values = values[:0]
		for i := c; i < len(m.Data); i += m.Cols {
			v := m.Data[i]
			if math.IsInf(v, 0) {
				panic(fmt.Errorf("ml: a scaler cannot learn from row %d, column %d: %v", i/m.Cols, c, v))
			}
			if v == v {
				values = append(values, v)
			}
		}
		f(c, values)
	}
}

// scale moves and divides each column, or, back, multiplies and moves it.
func scale(m dataset.Matrix, move, by []float64, back bool) dataset.Matrix {
	if m.Cols != len(move) {
		panic(fmt.Errorf("ml: a scaler of %d columns cannot take a matrix of %d", len(move), m.Cols))
	}
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for c := range m.Cols {
		at, span := move[c], by[c]
		if back {
			for i := c; i < len(m.Data); i += m.Cols {
				out.Data[i] = m.Data[i]*span + at
			}
			continue
		}
		for i := c; i < len(m.Data); i += m.Cols {
			out.Data[i] = (m.Data[i] - at) / span
		}
	}
	return out
}
