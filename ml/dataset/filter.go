package dataset

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Row is one row of a frame, as Filter shows it to its function.
type Row struct {
	f *Frame
	i int
}

// Filter returns the rows that keep says yes to, with their labels:
//
//	large := f.Filter(func(r dataset.Row) bool { return r.Float64("bidirectional_packets") > 1000 })
func (f *Frame) Filter(keep func(Row) bool) *Frame {
	var rows []int
	for i := range f.rows {
		if keep(Row{f, i}) {
			rows = append(rows, i)
		}
	}
	return f.Rows(rows)
}

// Assign returns the frame with one more column, or with that of the name replaced, computed row by
// row: of is a func(Row) of float64 (NaN is a missing value), int64, string, bool or time.Time (the
// zero Time is one).
//
//	f.Assign("seconds", func(r dataset.Row) float64 { return r.Float64("bidirectional_duration_ms") / 1000 })
func (f *Frame) Assign(name string, of any) *Frame {
	switch of := of.(type) {
	case func(Row) float64:
		return f.With(Float64Column(name, computed(f, of)))
	case func(Row) int64:
		return f.With(Int64Column(name, computed(f, of)))
	case func(Row) string:
		return f.With(TextColumn(name, computed(f, of)))
	case func(Row) bool:
		return f.With(BoolColumn(name, computed(f, of)))
	case func(Row) time.Time:
		return f.With(TimeColumn(name, computed(f, of)))
	}
	panic(fmt.Sprintf("dataset: Assign takes a func(Row) of float64, int64, string, bool or time.Time, not a %T", of))
}

func computed[T any](f *Frame, of func(Row) T) []T {
	values := make([]T, f.rows)
	for i := range values {
		values[i] = of(Row{f, i})
	}
	return values
}

// DropNA returns the rows that have a value in all of the named columns, or in all columns when
// none is named.
func (f *Frame) DropNA(columns ...string) *Frame {
	cols := f.cols
	if len(columns) > 0 {
		cols = f.Select(columns...).cols
	}
	var rows []int
	for i := range f.rows {
		if !slices.ContainsFunc(cols, func(c *Column) bool { return c.nulls.at(i) }) {
			rows = append(rows, i)
		}
	}
	return f.Rows(rows)
}

// Position returns the row's place in its frame, from 0.
func (r Row) Position() int { return r.i }

// IsNull reports whether the row has no value in the column.
func (r Row) IsNull(column string) bool { return r.f.Column(column).IsNull(r.i) }

// Float64 returns the number in the column, under the rules of Frame.Float64s: NaN where it is
// missing.
func (r Row) Float64(column string) float64 {
	c := r.f.Column(column)
	if c.kind == Text {
		panic(fmt.Sprintf("dataset: column %q holds texts, not numbers", column))
	}
	return c.float(r.i)
}

// Int64 returns the whole number in the column, 0 where it is missing. Like its siblings it panics
// on a column of another kind.
func (r Row) Int64(column string) int64 { return r.f.Column(column).Int64(r.i) }

// Text returns the text in the column, "" where it is missing.
func (r Row) Text(column string) string { return r.f.Column(column).Text(r.i) }

// Bool returns the truth value in the column, false where it is missing.
func (r Row) Bool(column string) bool { return r.f.Column(column).Bool(r.i) }

// Time returns the time in the column, the zero Time where it is missing.
func (r Row) Time(column string) time.Time { return r.f.Column(column).Time(r.i) }

// float returns row i of a column of numbers, truth values or times as Frame.Float64s does.
func (c *Column) float(i int) float64 {
	switch {
	case c.nulls.at(i):
		return math.NaN()
	case c.kind == Float64:
		return c.floats[i]
	case c.kind == Int64:
		return float64(c.ints[i])
	case c.kind == Time:
		return float64(c.ints[i]) / 1000
	case c.bools[i]:
		return 1
	}
	return 0
}
