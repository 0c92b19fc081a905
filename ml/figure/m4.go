package figure

// m4 returns which of the points from..to-1 suffice to draw the line through
// them on the given columns: of every stretch of points that stay within one
// pixel column the first, the lowest, the highest and the last, in drawing
// order. The lowest and the highest point of each column are therefore always
// among them, so that no peak is lost. Points are taken in drawing order, so
// unsorted series are reduced less but as safely. All points must be usable.
//
// After U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl: M4, a
// visualization-oriented time series data aggregation, PVLDB 7(10), 2014.
func (s series) m4(from, to int, columns scale) []int {
	if to-from <= 4 {
		kept := make([]int, 0, 4)
		for i := from; i < to; i++ {
			kept = append(kept, i)
		}
		return kept
	}
	var kept []int
	x, y := s.at(from)
	current, low, high := int(columns.of(x)), y, y
	first, lowest, highest := from, from, from
	for i := from + 1; i < to; i++ {
		x, y = s.at(i)
		if column := int(columns.of(x)); column != current {
			kept = appendColumn(kept, first, lowest, highest, i-1)
			current, low, high = column, y, y
			first, lowest, highest = i, i, i
			continue
		}
		if y < low {
			low, lowest = y, i
		}
		if y > high {
			high, highest = y, i
		}
	}
	return appendColumn(kept, first, lowest, highest, to-1)
}

// appendColumn appends the four indexes in order, each once.
func appendColumn(kept []int, first, lowest, highest, last int) []int {
	for _, i := range [...]int{first, min(lowest, highest), max(lowest, highest), last} {
		if n := len(kept); n == 0 || kept[n-1] < i {
			kept = append(kept, i)
		}
	}
	return kept
}

// stretches calls visit with each longest stretch of points that the figure's
// axes can show.
func (s series) stretches(f *Figure, visit func(from, to int)) {
	from := -1
	for i := range s.y {
		if s.usable(f, i) {
			if from < 0 {
				from = i
			}
		} else if from >= 0 {
			visit(from, i)
			from = -1
		}
	}
	if from >= 0 {
		visit(from, s.len())
	}
}
