package dataset

import "math"

// Correlation is Pearson's correlation of each pair of columns: Values[i*len(Names)+j].
type Correlation struct {
	Names  []string
	Values []float64
}

// comoments gathers means and co-comoments of the numeric columns block by block. Blocks are merged by the pairwise update of
// Chan, Golub and LeVeque (1983), which does not lose the small differences of large numbers such as times in ms.
type comoments struct {
	names []string
	n     float64
	shift []float64 // a value of each column, taken off before anything is added up
	mean  []float64 // less shift
	comom []float64 // sum of (x_i - mean_i)(x_j - mean_j), the lower triangle of a square of len(names)
}

// add takes a block into account. A missing value counts as the column's mean in its block, so it does not weigh.
func (m *comoments) add(f *Frame) {
	if m.names == nil {
		for _, field := range f.Fields() {
			if field.Kind == Int64 || field.Kind == Float64 {
				m.names = append(m.names, field.Name)
			}
		}
		m.shift, m.mean = make([]float64, len(m.names)), make([]float64, len(m.names))
		m.comom = make([]float64, len(m.names)*len(m.names))
		for j, name := range m.names {
			m.shift[j] = firstNumber(f.Float64s(name))
		}
	}
	rows, k := f.NumRows(), len(m.names)
	if rows == 0 || k == 0 {
		return
	}
	columns, mean := make([][]float64, k), make([]float64, k)
	for j, name := range m.names {
		columns[j], mean[j] = centred(f.Float64s(name), m.shift[j])
	}
	total := m.n + float64(rows)
	for i := range k {
		di := mean[i] - m.mean[i]
		for j := range i + 1 {
			dj := mean[j] - m.mean[j]
			m.comom[i*k+j] += dot(columns[i], columns[j]) + di*dj*m.n*float64(rows)/total
		}
	}
	for i := range k {
		m.mean[i] += (mean[i] - m.mean[i]) * float64(rows) / total
	}
	m.n = total
}

func firstNumber(values []float64) float64 {
	for _, v := range values {
		if !math.IsNaN(v) {
			return v
		}
	}
	return 0
}

// centred returns the values less their mean, which missing ones get, and that mean less the shift.
func centred(values []float64, shift float64) ([]float64, float64) {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v - shift
			n++
		}
	}
	mean := sum / float64(max(n, 1))
	out := make([]float64, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			out[i] = v - shift - mean
		}
	}
	return out, mean
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i] * b[i])
		s1 += float64(a[i+1] * b[i+1])
		s2 += float64(a[i+2] * b[i+2])
		s3 += float64(a[i+3] * b[i+3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i] * b[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// correlation is the matrix of the columns that vary at all; the others have none.
func (m *comoments) correlation() Correlation {
	k := len(m.names)
	var vary []int
	for i := range k {
		if m.comom[i*k+i] > 0 {
			vary = append(vary, i)
		}
	}
	c := Correlation{Values: make([]float64, 0, len(vary)*len(vary))}
	for _, i := range vary {
		c.Names = append(c.Names, m.names[i])
		for _, j := range vary {
			r := m.comom[max(i, j)*k+min(i, j)] / math.Sqrt(m.comom[i*k+i]*m.comom[j*k+j])
			c.Values = append(c.Values, max(-1, min(1, r)))
		}
	}
	return c
}
