package dataset

import "slices"

// SortBy returns the rows in ascending order of the first column named, rows equal in it in that of
// the second, and so on; rows equal in all keep their order, missing values come last. Rows keep
// their labels.
func (f *Frame) SortBy(columns ...string) *Frame { return f.sorted(columns, 1) }

// SortByDesc is SortBy in descending order of every column named; missing values come last here,
// too. For an ascending and a descending column sort twice, by the more important one last: rows
// equal in it keep their order.
func (f *Frame) SortByDesc(columns ...string) *Frame { return f.sorted(columns, -1) }

func (f *Frame) sorted(columns []string, sign int) *Frame {
	by := f.Select(columns...).cols
	for k, c := range by {
		if c.kind == Text { // as strings, which compare faster than pieces of blocks
			flat := *c
			flat.texts = texts{plain: c.texts.all()}
			by[k] = &flat
		}
	}
	order := everyRow(f.rows)
	slices.SortStableFunc(order, func(i, j int) int {
		for _, c := range by {
			switch a, b := c.nulls.at(i), c.nulls.at(j); {
			case a && b:
				continue
			case a:
				return 1
			case b:
				return -1
			}
			if d := c.compare(i, j); d != 0 {
				return sign * d
			}
		}
		return 0
	})
	return f.Rows(order)
}
