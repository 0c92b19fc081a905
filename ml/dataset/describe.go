package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Describe returns the figures that pandas's describe() gives of a column: for numbers count, mean, std (divided by
// n-1), min, the quartiles (linear between neighbours) and max, missing values left out; for texts and truth values
// count, number of different ones, the most frequent and how often it comes. Times panic: describe the column that
// they were made of.
func (f *Frame) Describe(name string) *Series {
	c := f.Column(name)
	switch c.kind {
	case Text, Bool:
		return describeTexts(f, c)
	case Time:
		panic(fmt.Sprintf("dataset: column %q holds times; describe the numbers they come from", name))
	}
	x := slices.Clone(f.Float64s(name))
	x = slices.DeleteFunc(x, math.IsNaN)
	mean, std := moments(x)
	slices.Sort(x)
	figures := []float64{
		float64(len(x)), mean, std, quantile(x, 0), quantile(x, 0.25), quantile(x, 0.5), quantile(x, 0.75), quantile(x, 1),
	}
	s := &Series{
		values: Float64Column(name, figures),
		labels: TextColumn("", []string{"count", "mean", "std", "min", "25%", "50%", "75%", "max"}),
	}
	if c.dtype() == "Int64" {
		s.dtype = "Float64"
	}
	return s
}

func describeTexts(f *Frame, c *Column) *Series {
	counts := f.ValueCounts(c.name)
	figures := []string{strconv.Itoa(c.n - c.Nulls()), strconv.Itoa(counts.Len()), "", ""}
	values := TextColumn(c.name, figures)
	if counts.Len() > 0 {
		figures[2], figures[3] = counts.Labels()[0], strconv.FormatInt(counts.Int64s()[0], 10)
	} else {
		values = values.Missing(2, 3)
	}
	return &Series{values: values, labels: TextColumn("", []string{"count", "unique", "top", "freq"})}
}

// moments returns the mean and the standard deviation divided by n-1: NaN of nothing, and the latter of one value.
// Two passes, as in pandas; the sums are compensated, so that their order does not show.
func moments(x []float64) (mean, std float64) {
	n := float64(len(x))
	mean = sum(x, func(v float64) float64 { return v }) / n
	squares := sum(x, func(v float64) float64 { d := v - mean; return float64(d * d) })
	if len(x) < 2 {
		return mean, nan
	}
	return mean, math.Sqrt(squares / (n - 1))
}

// sum adds f of all values by Neumaier's method (Z. angew. Math. Mech. 54, 1974).
func sum(x []float64, f func(float64) float64) float64 {
	total, lost := 0.0, 0.0
	for _, v := range x {
		v = f(v)
		t := total + v
		if math.Abs(total) >= math.Abs(v) {
			lost += (total - t) + v
		} else {
			lost += (v - t) + total
		}
		total = t
	}
	if math.IsInf(total, 0) || math.IsNaN(lost) {
		return total
	}
	return total + lost
}

// quantile returns quantile q of sorted values, linear between neighbours, numpy's default; NaN of nothing. The
// conversions keep compilers from fusing a product into the sum, so that all machines give the same bits.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return nan
	}
	at := float64(q * float64(len(sorted)-1))
	i := int(at)
	if i >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[i], sorted[i+1], at-float64(i)
	d := b - a
	if t >= 0.5 {
		return b - float64(d*(1-t))
	}
	return a + float64(d*t)
}
