package dataset

import "slices"

// Groups are sets of a frame's rows: those of equal values (GroupBy), those of a span of time
// (Resample), or those up to each row (Rolling). Its methods make one row of each.
type Groups struct {
	f     *Frame
	keys  []string  // the columns that the groups were made by
	index []*Column // labels of the groups; nil: those of the frame's rows

	order      []int // rows; group k is order[from[k]:to[k]]
	from, to   []int
	minPeriods int  // a figure of fewer values is missing
	windows    bool // figures are floats, as of pandas's rolling
}

func (g *Groups) len() int         { return len(g.from) }
func (g *Groups) rows(k int) []int { return g.order[g.from[k]:g.to[k]] }

// GroupBy groups the rows that have equal values in the named columns. The groups come in ascending
// order; rows that lack a value in one of the columns belong to no group.
//
//	f.GroupBy("application_name").Agg(
//		dataset.Agg("flows", "id", "count"),
//		dataset.Agg("median_ms", "bidirectional_duration_ms", "median"),
//	)
func (f *Frame) GroupBy(columns ...string) *Groups {
	if len(columns) == 0 {
		panic("dataset: GroupBy without a column")
	}
	by := f.Select(columns...).cols
	ranks, first := rankedTogether(by)
	g := &Groups{f: f, keys: columns}
	g.fill(ranks, len(first))
	for _, c := range by {
		g.index = append(g.index, c.take(first))
	}
	return g
}

// fill sorts the rows into n groups by their number; rows of number -1 are in none.
func (g *Groups) fill(number []int, n int) {
	ends := make([]int, n+1)
	for _, k := range number {
		if k >= 0 {
			ends[k+1]++
		}
	}
	for k := range n {
		ends[k+1] += ends[k]
	}
	g.from, g.to = ends[:n:n], slices.Clone(ends[:n])
	g.order = make([]int, ends[n])
	for i, k := range number {
		if k >= 0 {
			g.order[g.to[k]] = i
			g.to[k]++
		}
	}
}

// Agg returns a frame of one row a group, labelled by the group, with the columns asked for.
func (g *Groups) Agg(aggregations ...Aggregation) *Frame {
	cols := make([]*Column, len(aggregations))
	for i, a := range aggregations {
		cols[i] = a.columnOf(g.f.Column(a.column), g)
	}
	out := New(cols...)
	out.rows = g.len()
	out.index, out.start = g.index, 0
	if g.index == nil {
		out.index, out.start = g.f.index, g.f.start
	}
	return out
}

// each returns one statistic of the named columns. Without names it takes all columns for which the
// statistic is defined, except the keys.
func (g *Groups) each(stat Stat, columns []string) *Frame {
	if len(columns) == 0 {
		for _, c := range g.f.cols {
			if stat.fits(c) && !slices.Contains(g.keys, c.name) && (!g.windows || c.kind != Text && c.kind != Time) {
				columns = append(columns, c.name)
			}
		}
	}
	aggregations := make([]Aggregation, len(columns))
	for i, name := range columns {
		aggregations[i] = Agg(name, name, stat)
	}
	return g.Agg(aggregations...)
}

// Count returns how many values each group has in the named columns, or in all.
func (g *Groups) Count(columns ...string) *Frame { return g.each("count", columns) }

// Sum returns each group's sums of the named columns, or of all columns of numbers.
func (g *Groups) Sum(columns ...string) *Frame { return g.each("sum", columns) }

// Mean returns each group's means of the named columns, or of all columns of numbers.
func (g *Groups) Mean(columns ...string) *Frame { return g.each("mean", columns) }

// Median returns each group's medians of the named columns, or of all columns of numbers.
func (g *Groups) Median(columns ...string) *Frame { return g.each("median", columns) }

// Std returns each group's standard deviations, divided by n-1, of the named columns, or of all
// columns of numbers.
func (g *Groups) Std(columns ...string) *Frame { return g.each("std", columns) }

// Min returns each group's least values of the named columns, or of all.
func (g *Groups) Min(columns ...string) *Frame { return g.each("min", columns) }

// Max returns each group's greatest values of the named columns, or of all.
func (g *Groups) Max(columns ...string) *Frame { return g.each("max", columns) }
