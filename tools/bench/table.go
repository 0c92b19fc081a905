package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// table is the side-by-side table: a line for each side of each benchmark with the median, how far the farthest round was from it, the number of
// rounds, and for Python the ratio that Go's median has to it, of each of Go's sides.
func (r *record) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "benchmark\tside\ttime\t±\tcpu\tpeak\tn\tgo / it")
	for _, name := range r.names() {
		entries := r.of(name)
		shown := name
		for _, e := range entries {
			if len(e.lines) == 0 {
				fmt.Fprintf(w, "%s\t%s\t%s\n", shown, e.side.Name, e.excuse)
				shown = ""
				continue
			}
			times := e.values(unitTime)
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", shown, e.side.Name, duration(median(times)), spread(times),
				optional(e.values(unitCPU), duration), optional(e.values(unitPeak), megabytes), len(times), ratios(entries, e))
			shown = ""
		}
	}
	_ = w.Flush() // a strings.Builder never fails
	return trimLines(b.String())
}

// values are what the rounds measured in a unit.
func (e *entry) values(unit string) []float64 {
	var all []float64
	for _, line := range e.lines {
		if v, ok := line.Value(unit); ok {
			all = append(all, v)
		}
	}
	return all
}

// ratios are Go's medians divided by that of e; nothing for Go itself.
func ratios(entries []*entry, e *entry) string {
	if e.side.Go() {
		return ""
	}
	var all []string
	for _, ours := range entries {
		if !ours.side.Go() || len(ours.lines) == 0 {
			continue
		}
		text := fmt.Sprintf("%.2f", median(ours.values(unitTime))/median(e.values(unitTime)))
		if ours.side.Name != "go" {
			text = ours.side.Name + " " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// median is the middle value, of an even number of values the mean of the two in the middle; NaN without values.
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

// optional is the median of what may not have been measured.
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

// trimLines drops the spaces that end lines.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
