package dataset

import (
	"fmt"
	"strings"
)

// Series is one column of values with a label for each, such as the counts of ValueCounts or the
// figures of Describe.
type Series struct {
	values *Column
	labels *Column
}

// Len returns the number of values.
func (s *Series) Len() int { return s.values.n }

// Name returns the name of the values.
func (s *Series) Name() string { return s.values.name }

// Labels returns the labels as texts.
func (s *Series) Labels() []string {
	if s.labels.kind == Text {
		return s.labels.texts.all()
	}
	out := formatLabels(s.labels)
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// Float64s returns the values as numbers, NaN where there is none. It panics when they are texts.
func (s *Series) Float64s() []float64 { return New(s.values).Float64s(s.values.name) }

// Int64s returns the values as whole numbers. It panics when they are not.
func (s *Series) Int64s() []int64 { return New(s.values).Int64s(s.values.name) }

// Head returns the first n values, or all when there are fewer.
func (s *Series) Head(n int) *Series {
	rows := make([]int, max(0, min(n, s.Len())))
	for i := range rows {
		rows[i] = i
	}
	return &Series{values: s.values.take(rows), labels: s.labels.take(rows)}
}

// Bundle returns the series as a notebook shows it; pandas has no HTML for it.
func (s *Series) Bundle() map[string]any { return map[string]any{"text/plain": s.String()} }

// String returns the series as pandas prints it.
func (s *Series) String() string {
	dtype := s.values.dtype()
	footer := fmt.Sprintf("Name: %s, ", shown(s.values.name))
	if s.values.name == "" {
		footer = ""
	}
	if s.Len() == 0 {
		return "Series([], " + footer + "dtype: " + dtype + ")"
	}
	shownRows := make([]int, 0, min(s.Len(), maxRows))
	for i := range s.Len() {
		if s.Len() <= maxRows || i < minRows/2 || i >= s.Len()-minRows/2 {
			shownRows = append(shownRows, i)
		}
	}
	labels, column := formatLabels(s.labels.take(shownRows)), s.values.take(shownRows)
	values := formatCells(column)
	if s.Len() > maxRows {
		footer += fmt.Sprintf("Length: %d, ", s.Len())
		const cut = minRows / 2
		width := length(values[cut-1])
		dots := ".."
		if width > 3 {
			dots = "..."
		}
		values = append(values[:cut:cut], append([]string{pad(dots, width, alignCenter)}, values[cut:]...)...)
		labels = append(labels[:cut:cut], append([]string{""}, labels[cut:]...)...)
	}
	head := ""
	if s.labels.name != "" {
		head = shown(s.labels.name) + "\n"
	}
	return head + adjoin(3, [][]string{labels, values}) + "\n" + footer + "dtype: " + dtype
}
