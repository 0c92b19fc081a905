package dataset

import (
	"fmt"
	"time"
)

// Rolling takes each row together with the n-1 rows before it. Figures are floats under the rows'
// own labels, missing where the window has fewer than n values; MinPeriods makes do with less. An
// infinity counts as missing, as in pandas.
//
//	f.Rolling(3).Mean("bidirectional_packets")
func (f *Frame) Rolling(n int) *Groups {
	if n < 1 {
		panic(fmt.Sprintf("dataset: Rolling over %d rows", n))
	}
	g := &Groups{f: f, windows: true, minPeriods: n, order: everyRow(f.rows), from: make([]int, f.rows), to: make([]int, f.rows)}
	for i := range f.rows {
		g.from[i], g.to[i] = max(0, i-n+1), i+1
	}
	return g
}

// RollingTime takes each row together with the rows before it that are less than the span older, by
// a column of times in ascending order. One value is enough for a figure. It panics when a time is
// missing or earlier than the one before: DropNA and SortBy come first.
func (f *Frame) RollingTime(column string, span time.Duration) *Groups {
	c := f.timeColumn(column)
	if span.Microseconds() <= 0 {
		panic(fmt.Sprintf("dataset: RollingTime over %v", span))
	}
	g := &Groups{f: f, keys: []string{column}, windows: true, minPeriods: 1, order: everyRow(f.rows), from: make([]int, f.rows), to: make([]int, f.rows)}
	from := 0
	for i, t := range c.ints {
		if c.nulls.at(i) || i > 0 && t < c.ints[i-1] {
			panic(fmt.Sprintf("dataset: RollingTime: row %s, column %q: times must be there and ascend; DropNA and SortBy come first", f.label(i), column))
		}
		for c.ints[from] <= t-span.Microseconds() {
			from++
		}
		g.from[i], g.to[i] = from, i+1
	}
	return g
}

// MinPeriods returns the groups with figures missing only where fewer than n values are there,
// or, for a count, fewer rows.
func (g *Groups) MinPeriods(n int) *Groups {
	out := *g
	out.minPeriods = n
	return &out
}
