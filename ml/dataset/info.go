package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// Info is the summary of a frame that pandas's info() prints.
type Info struct{ text string }

// String returns the summary, with the line end that pandas prints after it.
func (i Info) String() string { return i.text }

// Bundle returns the summary as a notebook shows it.
func (i Info) Bundle() map[string]any { return map[string]any{"text/plain": i.text} }

const (
	maxInfoColumns = 100     // more: a summary without a line per column
	maxInfoRows    = 1690785 // more: no counts
)

// Info describes the frame: its labels, for each column the number of values and the kind, and the
// memory that pandas would need without the texts.
func (f *Frame) Info() Info {
	var b strings.Builder
	b.WriteString("<class 'pandas.core.frame.DataFrame'>\n" + f.labelSummary() + "\n")
	if len(f.cols) == 0 {
		b.WriteString("Empty DataFrame\n")
		return Info{b.String()}
	}
	if n := len(f.cols); n > maxInfoColumns {
		fmt.Fprintf(&b, "Columns: %d entries, %s to %s\n", n, shown(f.cols[0].name), shown(f.cols[n-1].name))
	} else {
		f.infoTable(&b)
	}
	counts := map[string]int{}
	for _, c := range f.cols {
		counts[c.dtype()]++
	}
	var dtypes []string
	for d, n := range counts {
		dtypes = append(dtypes, fmt.Sprintf("%s(%d)", d, n))
	}
	slices.Sort(dtypes)
	fmt.Fprintf(&b, "dtypes: %s\nmemory usage: %s\n", strings.Join(dtypes, ", "), f.memoryUsage())
	return Info{b.String()}
}

// labelSummary is the line about the row labels.
func (f *Frame) labelSummary() string {
	kind, ends := "RangeIndex", ""
	switch {
	case len(f.index) > 1:
		kind = "MultiIndex"
	case f.index != nil && f.index[0].kind == Time:
		kind = "DatetimeIndex"
	case f.index != nil:
		kind = "Index"
	}
	if f.rows > 0 {
		ends = fmt.Sprintf(", %s to %s", f.label(0), f.label(f.rows-1))
	}
	return fmt.Sprintf("%s: %d entries%s", kind, f.rows, ends)
}

// infoTable writes a line per column under two of headings.
func (f *Frame) infoTable(b *strings.Builder) {
	fmt.Fprintf(b, "Data columns (total %d columns):\n", len(f.cols))
	table := [][]string{{" # ", "Column", "Non-Null Count", "Dtype"}, {"---", "------", "--------------", "-----"}}
	for i, c := range f.cols {
		table = append(table, []string{fmt.Sprintf(" %d", i), shown(c.name), fmt.Sprintf("%d non-null", c.n-c.Nulls()), c.dtype()})
	}
	if f.rows > maxInfoRows {
		for i := range table {
			table[i] = append(table[i][:2], table[i][3])
		}
	}
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for j, s := range row {
			widths[j] = max(widths[j], length(s))
		}
	}
	for _, row := range table {
		for j, s := range row {
			if j > 0 {
				b.WriteString("  ")
			}
			b.WriteString(pad(s, widths[j], alignLeft))
		}
		b.WriteByte('\n')
	}
}

// memoryUsage adds up the bytes that pandas counts: a machine word or a byte a value, a byte more
// for a mask, 132 bytes (Python 3.11) for labels that are just numbered. A "+" says that texts are
// not counted.
func (f *Frame) memoryUsage() string {
	bytes, more := 132, ""
	if f.index != nil {
		bytes = 8 * f.rows * len(f.index)
		if slices.ContainsFunc(f.index, func(level *Column) bool { return level.kind == Text }) {
			more = "+"
		}
	}
	for _, c := range f.cols {
		per := 8
		switch c.dtype() {
		case "bool":
			per = 1
		case "boolean":
			per = 2
		case "Int64":
			per = 9
		case "object":
			more = "+"
		}
		bytes += per * f.rows
	}
	size := float64(bytes)
	for _, unit := range []string{"bytes", "KB", "MB", "GB", "TB"} {
		if size < 1024 {
			return fmt.Sprintf("%.1f%s %s", size, more, unit)
		}
		size /= 1024
	}
	return fmt.Sprintf("%.1f%s PB", size, more)
}
