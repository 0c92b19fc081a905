package dataset

import (
	"cmp"
	"slices"
)

// ValueCounts counts how often each value of a column comes, the most frequent first, missing
// values left out. Values that come equally often stand in the order of their first appearance;
// pandas leaves that order to the processor.
func (f *Frame) ValueCounts(name string) *Series {
	c := f.Column(name)
	switch c.kind {
	case Text:
		all := c.texts.all()
		return counted(c, func(i int) string { return all[i] })
	case Float64:
		return counted(c, func(i int) float64 { return c.floats[i] })
	case Bool:
		return counted(c, func(i int) bool { return c.bools[i] })
	default:
		return counted(c, func(i int) int64 { return c.ints[i] })
	}
}

func counted[K comparable](c *Column, value func(i int) K) *Series {
	place := map[K]int{}
	var first []int // row of the first appearance
	var counts []int64
	for i := range c.n {
		if c.nulls.at(i) {
			continue
		}
		v := value(i)
		k, seen := place[v]
		if !seen {
			k = len(first)
			place[v] = k
			first, counts = append(first, i), append(counts, 0)
		}
		counts[k]++
	}
	order := make([]int, len(first))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	rows := make([]int, len(order))
	for i, k := range order {
		rows[i] = first[k]
	}
	out := &Series{values: Int64Column("count", gather(counts, order)), labels: c.take(rows)}
	// pandas counts nullable columns in Int64, whose gaps are shown as <NA>
	out.values.gaps = out.labels.dtype() == "Int64" || out.labels.dtype() == "boolean"
	return out
}
