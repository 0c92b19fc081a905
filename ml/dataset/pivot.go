package dataset

import "strings"

// Pivot returns a figure of the values column for each pair of a value of the rows column, which
// labels the rows, and one of the columns column, which names the columns: pandas's pivot_table.
// Pairs that do not occur are missing values; rows and columns with only missing values are left
// out.
//
//	f.Pivot("application_name", "protocol", "bidirectional_bytes", "sum")
func (f *Frame) Pivot(rows, columns, values string, stat Stat) *Frame {
	g := f.GroupBy(rows, columns)
	figures := g.Agg(Agg(values, values, stat)).cols[0]
	var some []int
	for k := range figures.n {
		if !figures.nulls.at(k) {
			some = append(some, k)
		}
	}
	return spread(g.index[0].take(some), g.index[1].take(some), figures.take(some))
}

// Crosstab counts how often each pair of values of two columns comes, 0 included.
func (f *Frame) Crosstab(rows, columns string) *Frame {
	g := f.GroupBy(rows, columns)
	out := spread(g.index[0], g.index[1], g.Agg(Agg("count", rows, "size")).cols[0])
	for i, c := range out.cols {
		counts := Int64Column(c.name, make([]int64, c.n))
		for k := range c.n {
			if !c.nulls.at(k) {
				counts.ints[k] = int64(c.float(k))
			}
		}
		out.cols[i] = counts
	}
	return out
}

// spread puts each figure into the row and the column that the other two say.
func spread(row, column, figures *Column) *Frame {
	rowRanks, rowFirst := row.ranked()
	columnRanks, columnFirst := column.ranked()
	places := make([][]int, len(columnFirst))
	for j := range places {
		places[j] = make([]int, len(rowFirst))
		for i := range places[j] {
			places[j][i] = -1
		}
	}
	for k := range figures.n {
		places[columnRanks[k]][rowRanks[k]] = k
	}
	if figures.n < len(rowFirst)*len(columnFirst) {
		figures = figures.missable()
	}
	names := formatLabels(column.take(columnFirst))
	cols := make([]*Column, len(places))
	for j, rows := range places {
		cols[j] = figures.pick(rows).named(strings.TrimSpace(names[j]))
	}
	out := New(cols...).withIndex(row.take(rowFirst))
	out.across, out.aligned = column.name, column.kind != Text
	return out
}
