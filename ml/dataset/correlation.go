package dataset

import "math"

// Correlation is Pearson's correlation of each pair of columns: Values[i*len(Names)+j].
type Correlation struct {
	Names  []string
	Values []float64
}

// comoments gathers means and co-moments of each pair of numeric columns block by block, over the
// rows that have both, as pandas's corr does. Blocks are merged by the pairwise update of Chan,
// Golub and LeVeque (1983), which does not lose the small differences of large numbers such as
// times in ms.
type comoments struct {
	names []string
	shift []float64 // a value of each column, taken off before anything is added up
	pairs []comoment
}

// comoment holds the sums of columns i and j over the rows that have both; the means are less the
// columns' shifts.
type comoment struct {
	n             float64
	meanI, meanJ  float64
	sii, sij, sjj float64 // sums of the products of deviations from the means
}

// add takes a block into account.
func (m *comoments) add(f *Frame) {
	if m.names == nil {
		for _, field := range f.Fields() {
			if field.Kind == Int64 || field.Kind == Float64 {
				m.names = append(m.names, field.Name)
			}
		}
		m.shift = make([]float64, len(m.names))
		m.pairs = make([]comoment, len(m.names)*(len(m.names)+1)/2)
		for j, name := range m.names {
			m.shift[j] = firstNumber(f.Float64s(name))
		}
	}
	blocks := make([]centred, len(m.names))
	for j, name := range m.names {
		blocks[j] = centre(f.Float64s(name), m.shift[j])
	}
	for i := range blocks {
		for j := range i + 1 {
			m.pair(i, j).merge(between(&blocks[i], &blocks[j]))
		}
	}
}

// pair returns the co-moment of columns i and j, j at most i.
func (m *comoments) pair(i, j int) *comoment { return &m.pairs[i*(i+1)/2+j] }

// merge adds the rows of o.
func (c *comoment) merge(o comoment) {
	if o.n == 0 {
		return
	}
	total := c.n + o.n
	di, dj := o.meanI-c.meanI, o.meanJ-c.meanJ
	c.sii += o.sii + di*di*c.n*o.n/total
	c.sij += o.sij + di*dj*c.n*o.n/total
	c.sjj += o.sjj + dj*dj*c.n*o.n/total
	c.meanI += di * o.n / total
	c.meanJ += dj * o.n / total
	c.n = total
}

func firstNumber(values []float64) float64 {
	for _, v := range values {
		if !math.IsNaN(v) {
			return v
		}
	}
	return 0
}

// centred is one column of a block, less its mean.
type centred struct {
	values  []float64 // NaN where one is missing
	raw     []float64 // as they were, the mean not taken off
	shift   float64
	n       int     // how many are not missing
	mean    float64 // less the shift
	squares float64 // the sum of the values' squares
}

// centre takes the shift and then the mean off the values.
func centre(values []float64, shift float64) centred {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum += v - shift
			n++
		}
	}
	c := centred{values: make([]float64, len(values)), raw: values, shift: shift, n: n, mean: sum / float64(max(n, 1))}
	for i, v := range values {
		c.values[i] = v - shift - c.mean
	}
	if n == len(values) {
		c.squares = dot(c.values, c.values)
	}
	return c
}

// between returns the co-moment of two columns in the rows of one block that have both.
func between(a, b *centred) comoment {
	if a.n == len(a.values) && b.n == len(b.values) {
		return comoment{
			n: float64(a.n), meanI: a.mean, meanJ: b.mean, sii: a.squares, sjj: b.squares, sij: dot(a.values, b.values),
		}
	}
	both := make([][2]float64, 0, min(a.n, b.n))
	var sumA, sumB float64
	for i, v := range a.raw { // the means of all rows would drown small values in these
		v -= a.shift
		if w := b.raw[i] - b.shift; !math.IsNaN(v) && !math.IsNaN(w) {
			both = append(both, [2]float64{v, w})
			sumA, sumB = sumA+v, sumB+w
		}
	}
	if len(both) == 0 {
		return comoment{}
	}
	c := comoment{n: float64(len(both))}
	c.meanI, c.meanJ = sumA/c.n, sumB/c.n
	for _, v := range both {
		da, db := v[0]-c.meanI, v[1]-c.meanJ
		c.sii, c.sij, c.sjj = c.sii+float64(da*da), c.sij+float64(da*db), c.sjj+float64(db*db)
	}
	return c
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

// correlation is the matrix of the columns that vary at all; the others have none. Two columns of
// which one does not vary in the rows that have both have NaN.
func (m *comoments) correlation() Correlation {
	var vary []int
	for i := range m.names {
		if m.pair(i, i).sii > 0 {
			vary = append(vary, i)
		}
	}
	c := Correlation{Values: make([]float64, 0, len(vary)*len(vary))}
	for _, i := range vary {
		c.Names = append(c.Names, m.names[i])
		for _, j := range vary {
			c.Values = append(c.Values, m.pair(max(i, j), min(i, j)).correlation())
		}
	}
	return c
}

// correlation is Pearson's, NaN when one of the two does not vary.
func (c *comoment) correlation() float64 {
	squares := c.sii * c.sjj
	if squares == 0 {
		return nan
	}
	return max(-1, min(1, c.sij/math.Sqrt(squares)))
}
