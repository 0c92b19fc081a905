package dataset

import (
	"fmt"
	"slices"
	"time"
)

// Frame is a table of equally long typed columns with a label for each row. Methods that choose
// rows or columns return a new Frame that shares the values; nothing changes a Frame.
type Frame struct {
	cols   []*Column
	rows   int
	index  []*Column // the rows' labels, level by level; nil: they are start, start+1 …
	start  int
	source string // the file it came from, for messages

	across  string // the name of the columns' names, as in a pivot table
	aligned bool   // the column names were numbers or times, which pandas prints in one width
}

// New returns a frame of the given columns. It panics when their lengths differ or a name comes
// twice.
func New(cols ...*Column) *Frame {
	f := &Frame{cols: cols}
	seen := map[string]bool{}
	for _, c := range cols {
		if seen[c.name] {
			panic(fmt.Sprintf("dataset: column %q given twice", c.name))
		}
		seen[c.name] = true
		if c.n != cols[0].n {
			panic(fmt.Sprintf("dataset: column %q has %d rows, %q has %d", c.name, c.n, cols[0].name, cols[0].n))
		}
		f.rows = c.n
	}
	return f
}

// WithLabels returns the frame with its rows labelled by texts. It panics when their number is not
// the frame's.
func (f *Frame) WithLabels(labels ...string) *Frame {
	if len(labels) != f.rows {
		panic(fmt.Sprintf("dataset: %d labels for %d rows", len(labels), f.rows))
	}
	out := *f
	out.index = []*Column{TextColumn("", labels)}
	return &out
}

// NumRows returns the number of rows.
func (f *Frame) NumRows() int { return f.rows }

// NumCols returns the number of columns.
func (f *Frame) NumCols() int { return len(f.cols) }

// Fields returns the names and kinds of the columns, in order.
func (f *Frame) Fields() []Field {
	out := make([]Field, len(f.cols))
	for i, c := range f.cols {
		out[i] = Field{c.name, c.kind}
	}
	return out
}

// Names returns the names of the columns, in order.
func (f *Frame) Names() []string {
	out := make([]string, len(f.cols))
	for i, c := range f.cols {
		out[i] = c.name
	}
	return out
}

// Has reports whether there is a column of that name.
func (f *Frame) Has(name string) bool {
	return slices.ContainsFunc(f.cols, func(c *Column) bool { return c.name == name })
}

// Column returns a column; it panics with a *MissingColumnError when there is none of that name.
func (f *Frame) Column(name string) *Column {
	for _, c := range f.cols {
		if c.name == name {
			return c
		}
	}
	panic(&MissingColumnError{File: f.source, Column: name, Near: nearest(name, f.Names())})
}

// Select returns the frame of the named columns, in the order given. Like every method that names a
// column it panics with a *MissingColumnError when there is none; Read with the columns' names
// returns that as an error instead.
func (f *Frame) Select(names ...string) *Frame {
	out := *f
	out.cols = make([]*Column, len(names))
	for i, n := range names {
		out.cols[i] = f.Column(n)
	}
	return &out
}

// Drop returns the frame without the named columns.
func (f *Frame) Drop(names ...string) *Frame {
	for _, n := range names {
		f.Column(n)
	}
	out := *f
	out.cols = slices.DeleteFunc(slices.Clone(f.cols), func(c *Column) bool { return slices.Contains(names, c.name) })
	return &out
}

// Rename returns the frame with the column of the one name under another. It panics when that is
// taken.
func (f *Frame) Rename(old, name string) *Frame {
	c := f.Column(old)
	if name != old && f.Has(name) {
		panic(fmt.Sprintf("dataset: rename %q to %q: there is a column of that name", old, name))
	}
	out := *f
	out.cols = slices.Clone(f.cols)
	out.cols[slices.Index(f.cols, c)], out.aligned = c.named(name), false
	return &out
}

// With returns the frame with one more column, or with the column of that name replaced.
func (f *Frame) With(c *Column) *Frame {
	if c.n != f.rows && len(f.cols) > 0 {
		panic(fmt.Sprintf("dataset: column %q has %d rows, the frame %d", c.name, c.n, f.rows))
	}
	out := *f
	out.rows = c.n
	out.cols = slices.Clone(f.cols)
	for i := range out.cols {
		if out.cols[i].name == c.name {
			out.cols[i] = c
			return &out
		}
	}
	out.cols, out.aligned = append(out.cols, c), false
	return &out
}

// Head returns the first n rows, or all when there are fewer.
func (f *Frame) Head(n int) *Frame { return f.Slice(0, max(0, min(n, f.rows))) }

// Slice returns rows from to (excluded), with their labels.
func (f *Frame) Slice(from, to int) *Frame {
	rows := make([]int, to-from)
	for i := range rows {
		rows[i] = from + i
	}
	out := f.Rows(rows)
	if f.index == nil {
		out.index, out.start = nil, f.start+from
	}
	return out
}

// Rows returns the rows at the given positions, in the order given; each keeps its label, so that
// row 7123 of the file is still called 7123.
func (f *Frame) Rows(rows []int) *Frame {
	out := &Frame{rows: len(rows), across: f.across, aligned: f.aligned, source: f.source, cols: make([]*Column, len(f.cols))}
	for i, c := range f.cols {
		out.cols[i] = c.take(rows)
	}
	out.index = f.levels(rows)
	return out
}

// Int64s returns a column of whole numbers; it shares the frame's memory. It panics when the column
// is of another kind, or has missing values, which no int64 can stand for: Float64s gives those as
// NaN.
func (f *Frame) Int64s(name string) []int64 {
	c := f.Column(name)
	if c.kind != Int64 {
		panic(fmt.Sprintf("dataset: column %q is %s, not int64", name, c.dtype()))
	}
	if n := c.Nulls(); n > 0 {
		panic(fmt.Sprintf("dataset: column %q has %d missing values, which int64 cannot hold; use Float64s", name, n))
	}
	return c.ints
}

// Float64s returns a column of numbers as float64, missing values as NaN. Truth values become 0 and
// 1, times Unix milliseconds; a column of texts panics. The slice is to be read only.
func (f *Frame) Float64s(name string) []float64 {
	c := f.Column(name)
	if c.kind == Float64 {
		return c.floats
	}
	if c.kind == Text {
		panic(fmt.Sprintf("dataset: column %q holds texts, not numbers", name))
	}
	out := make([]float64, c.n)
	for i := range out {
		out[i] = c.float(i)
	}
	return out
}

// Strings returns a column of texts, missing ones as "". It panics when the column is of another
// kind.
func (f *Frame) Strings(name string) []string {
	c := f.Column(name)
	if c.kind != Text {
		panic(fmt.Sprintf("dataset: column %q is %s, not text", name, c.dtype()))
	}
	return c.texts.all()
}

// Times returns a column of times in UTC, missing ones as the zero Time. It panics when the column
// is of another kind.
func (f *Frame) Times(name string) []time.Time {
	c := f.timeColumn(name)
	out := make([]time.Time, c.n)
	for i, us := range c.ints {
		if !c.nulls.at(i) {
			out[i] = time.UnixMicro(us).UTC()
		}
	}
	return out
}

// Matrix returns the named columns side by side, shape (rows, len(names)), under the rules of
// Float64s.
func (f *Frame) Matrix(names ...string) Matrix {
	m := Matrix{Rows: f.rows, Cols: len(names), Data: make([]float64, f.rows*len(names))}
	for j, n := range names {
		for i, v := range f.Float64s(n) {
			m.Data[i*m.Cols+j] = v
		}
	}
	return m
}
