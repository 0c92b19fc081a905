package dataset

import "fmt"

// Matrix is a dense table of numbers, row after row: the value in row i and column j is
// Data[i*Cols+j].
type Matrix struct {
	Rows, Cols int
	Data       []float64 // Rows*Cols values
}

// At returns the value in row i, column j; it panics when there is no such place.
func (m Matrix) At(i, j int) float64 {
	if i < 0 || i >= m.Rows || j < 0 || j >= m.Cols {
		panic(fmt.Sprintf("dataset: no place (%d, %d) in a matrix of shape (%d, %d)", i, j, m.Rows, m.Cols))
	}
	return m.Data[i*m.Cols+j]
}

// Row returns row i, length Cols; it shares the matrix's memory.
func (m Matrix) Row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// Col returns a copy of column j, length Rows.
func (m Matrix) Col(j int) []float64 {
	col := make([]float64, m.Rows)
	for i := range col {
		col[i] = m.At(i, j)
	}
	return col
}

// Slice returns rows from to (excluded); it shares the matrix's memory.
func (m Matrix) Slice(from, to int) Matrix {
	return Matrix{Rows: to - from, Cols: m.Cols, Data: m.Data[from*m.Cols : to*m.Cols : to*m.Cols]}
}

// Shape returns the shape as Python prints it: (7000, 1).
func (m Matrix) Shape() string { return fmt.Sprintf("(%d, %d)", m.Rows, m.Cols) }
