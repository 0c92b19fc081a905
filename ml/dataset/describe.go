package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Describe returns the figures that pandas's describe() gives of a column: for numbers count, mean,
// std (divided by n-1), min, the quartiles (linear between neighbours) and max, missing values left
// out; for texts and truth values count, number of different ones, the most frequent and how often
// it comes. Times panic: describe the column that they were made of.
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
	low, high := extremes(x)
	slices.Sort(x)
	figures := []float64{
		float64(len(x)), mean, std, low, quantile(x, 0.25), quantile(x, 0.5), quantile(x, 0.75), high,
	}
	s := &Series{
		values: Float64Column(name, figures),
		labels: TextColumn("", figureNames),
	}
	s.values.masked = c.nullable()
	return s
}

var (
	figureNames     = []string{"count", "mean", "std", "min", "25%", "50%", "75%", "max"}
	textFigureNames = []string{"count", "unique", "top", "freq"}
)

func describeTexts(f *Frame, c *Column) *Series {
	counts := f.ValueCounts(c.name)
	figures := []string{strconv.Itoa(c.n - c.Nulls()), strconv.Itoa(counts.Len()), "", ""}
	values := TextColumn(c.name, figures)
	if counts.Len() > 0 {
		figures[2], figures[3] = counts.Labels()[0], strconv.FormatInt(counts.Int64s()[0], 10)
	} else {
		values = values.Missing(2, 3)
	}
	return &Series{values: values, labels: TextColumn("", textFigureNames)}
}

// extremes returns the least and the greatest value, the last of equal ones, as numpy does: that
// decides the sign of a zero. Both are NaN of nothing.
func extremes(x []float64) (low, high float64) {
	low, high = nan, nan
	for i, v := range x {
		if i == 0 || v <= low {
			low = v
		}
		if i == 0 || v >= high {
			high = v
		}
	}
	return low, high
}

// moments returns the mean and the standard deviation divided by n-1: NaN of nothing, and the
// latter of one value. Two passes, as in pandas.
func moments(x []float64) (mean, std float64) {
	n := float64(len(x))
	mean = sum(x) / n
	squares := make([]float64, len(x))
	for i, v := range x {
		d := v - mean
		squares[i] = d * d
	}
	if len(x) < 2 {
		return mean, nan
	}
	return mean, math.Sqrt(sum(squares) / (n - 1))
}

// sum adds up pairwise, with numpy's blocks of 128 and eight running sums in each, so that the last
// digit agrees too.
func sum(x []float64) float64 {
	switch n := len(x); {
	case n < 8:
		total := 0.0
		for _, v := range x {
			total += v
		}
		return total
	case n <= 128:
		r := [8]float64(x[:8])
		i := 8
		for ; i+8 <= n; i += 8 {
			for j := range r {
				r[j] += x[i+j]
			}
		}
		total := ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
		for _, v := range x[i:] {
			total += v
		}
		return total
	default:
		half := n / 2
		half -= half % 8
		return sum(x[:half]) + sum(x[half:])
	}
}

// quantile returns quantile q of sorted values, linear between neighbours, numpy's default; NaN of
// nothing. The conversions keep compilers from fusing a product into the sum, so that all machines
// give the same bits.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return nan
	}
	at := float64(q * float64(len(sorted)-1))
	i := int(at)
	if i >= len(sorted)-1 {
		last := sorted[len(sorted)-1]
		return last - (last - last) // NaN for an infinity, as in numpy
	}
	a, b, t := sorted[i], sorted[i+1], at-float64(i)
	d := b - a
	if t >= 0.5 {
		return b - float64(d*(1-t))
	}
	return a + float64(d*t)
}
