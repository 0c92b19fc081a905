package dataset

import (
	"math"
	"slices"
	"time"
)

// DescribeAll returns Describe of every column that holds numbers or times, side by side; of all
// columns when none does. Times have no standard deviation, and their figures are texts.
func (f *Frame) DescribeAll() *Frame {
	var numbers, others []*Column
	times := false
	for _, c := range f.cols {
		switch c.kind {
		case Int64, Float64, Time:
			numbers = append(numbers, c)
			times = times || c.kind == Time
		default:
			others = append(others, c)
		}
	}
	labels := figureNames
	cols := make([]*Column, 0, len(f.cols))
	switch {
	case len(numbers) == 0:
		labels = textFigureNames
		for _, c := range others {
			cols = append(cols, f.Describe(c.name).values)
		}
	case times: // pandas puts statistics that times lack last
		labels = []string{"count", "mean", "min", "25%", "50%", "75%", "max", "std"}
		for _, c := range numbers {
			if c.kind == Time {
				cols = append(cols, describeTimes(c))
				continue
			}
			cols = append(cols, f.Describe(c.name).values.take([]int{0, 1, 3, 4, 5, 6, 7, 2}))
		}
	default:
		for _, c := range numbers {
			cols = append(cols, f.Describe(c.name).values)
		}
	}
	out := New(cols...).withIndex(TextColumn("", labels))
	if times && !slices.ContainsFunc(numbers, func(c *Column) bool { return c.kind != Time }) {
		return out.Head(len(labels) - 1)
	}
	return out
}

// describeTimes returns count, mean, min, quartiles, max and a missing value. pandas computes with
// floats of nanoseconds, which are good to some hundred of them, and so do we.
func describeTimes(c *Column) *Column {
	var ns []int64
	var floats []float64
	for i, us := range c.ints {
		if !c.nulls.at(i) {
			ns, floats = append(ns, us*1000), append(floats, float64(us*1000))
		}
	}
	figures := []string{string(AppendInt(nil, int64(len(ns)))), "NaT", "NaT", "NaT", "NaT", "NaT", "NaT", ""}
	if len(ns) > 0 {
		slices.Sort(ns)
		figures[1] = timestamp(int64(sum(floats) / float64(len(floats))))
		figures[2], figures[6] = timestamp(ns[0]), timestamp(ns[len(ns)-1])
		for k, q := range []float64{0.25, 0.5, 0.75} {
			at := float64(q * float64(len(ns)-1))
			i := min(int(at), max(len(ns)-2, 0))
			a, b, t := ns[i], ns[min(i+1, len(ns)-1)], at-float64(i)
			v := float64(a) + float64(float64(b-a)*t)
			if t >= 0.5 {
				v = float64(b) - float64(float64(b-a)*(1-t))
			}
			figures[3+k] = timestamp(int64(v))
		}
	}
	return TextColumn(c.name, figures).Missing(len(figures) - 1)
}

// timestamp writes a time as Python's str does: six decimals, or nine, or none.
func timestamp(ns int64) string {
	layout := "2006-01-02 15:04:05"
	switch {
	case ns%1000 != 0:
		layout += ".000000000"
	case ns%1e9 != 0:
		layout += ".000000"
	}
	return time.Unix(0, ns).UTC().Format(layout)
}

// withIndex returns the frame with its rows labelled by the columns.
func (f *Frame) withIndex(levels ...*Column) *Frame {
	out := *f
	out.index, out.start, out.rows = levels, 0, levels[0].n
	return &out
}

// Corr returns Pearson's correlation of each pair of columns that hold numbers or truth values,
// over the rows that have both; NaN where one of the two does not vary there.
func (f *Frame) Corr() *Frame {
	var names []string
	var blocks []centred
	for _, c := range f.cols {
		if c.kind == Text || c.kind == Time {
			continue
		}
		values := f.Float64s(c.name)
		names, blocks = append(names, c.name), append(blocks, centre(values, firstNumber(values)))
	}
	cols := make([]*Column, len(names))
	for i := range cols {
		values := make([]float64, len(names))
		for j := range values {
			m := between(&blocks[max(i, j)], &blocks[min(i, j)])
			values[j] = m.correlation()
		}
		cols[i] = Float64Column(names[i], values)
	}
	return New(cols...).withIndex(TextColumn("", names))
}

// Quantile returns the figure below which the share q (0 to 1) of the column's values lies, linear
// between neighbours; missing values count for nothing. It is NaN for an empty column, and panics
// unless q lies between 0 and 1.
func (f *Frame) Quantile(name string, q float64) float64 {
	Quantile(q) // checks q
	x := slices.DeleteFunc(slices.Clone(f.Float64s(name)), math.IsNaN)
	slices.Sort(x)
	return quantile(x, q)
}
