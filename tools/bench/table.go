package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// table is the side-by-side table: a line for each side of each benchmark with the median, how far
// the farthest round was from it, the number of rounds, and for Python the ratios that Go's medians
// of time and of processor time have to its, of each of Go's sides.
func (r *record) table() string {
	rows := [][]string{{"benchmark", "side", "time", "±", "cpu", "peak", "n", "go/it", "cpu go/it"}}
	for _, name := range r.names() {
		entries := r.of(name)
		shown := name
		for _, e := range entries {
			if len(e.lines) == 0 {
				rows = append(rows, []string{shown, e.side.Name, e.excuse})
			} else {
				times := e.values(unitTime)
				rows = append(rows, []string{shown, e.side.Name, duration(median(times)), spread(times), optional(e.values(unitCPU), duration),
					optional(e.values(unitPeak), megabytes), strconv.Itoa(len(times)), ratios(entries, e, unitTime), ratios(entries, e, unitCPU)})
			}
			shown = ""
		}
	}
	return aligned(rows)
}

// aligned writes rows as columns, two spaces apart. The last cell of a short row may run over the
// columns that it lacks.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			if i < len(row)-1 || len(row) == len(widths) {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// values are the measurements of the rounds in a unit.
func (e *entry) values(unit string) []float64 {
	var all []float64
	for _, line := range e.lines {
		if v, ok := line.Value(unit); ok {
			all = append(all, v)
		}
	}
	return all
}

// ratios are Go's medians in a unit divided by that of e; empty for Go itself, and if a side has no
// measurement in the unit.
func ratios(entries []*entry, e *entry, unit string) string {
	if e.side.Go() {
		return ""
	}
	var all []string
	for _, ours := range entries {
		ratio := median(ours.values(unit)) / median(e.values(unit))
		if !ours.side.Go() || math.IsNaN(ratio) {
			continue
		}
		text := fmt.Sprintf("%.2f", ratio)
		if ours.side.Name != "go" {
			text = ours.side.Name + " " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// median is the middle value, of an even number of values the mean of the two in the middle; NaN
// without values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// spread is how far the farthest value lies from the median, in percent of it.
func spread(values []float64) string {
	if len(values) < 2 {
		return ""
	}
	m, far := median(values), 0.0
	for _, v := range values {
		far = max(far, math.Abs(v-m))
	}
	return fmt.Sprintf("%.0f%%", 100*far/m)
}

// optional is the median of values that may be missing.
func optional(values []float64, format func(float64) string) string {
	if len(values) == 0 {
		return ""
	}
	return format(median(values))
}

// duration writes nanoseconds with three significant digits.
func duration(ns float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
		if math.Abs(ns) >= unit.size*0.9995 {
			return significant(ns/unit.size) + unit.name
		}
	}
	return significant(ns) + "ns"
}

func megabytes(mb float64) string { return significant(mb) + "MB" }

// significant writes three digits, all of those before the point.
func significant(v float64) string {
	switch a := math.Abs(v); {
	case a >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case a >= 9.995:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
