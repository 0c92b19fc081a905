package dataset

import (
	"fmt"
	"slices"
	"time"
)

// FillNA returns the frame with value in place of missing values in the named columns, or, when
// none is named, in all columns that can hold it. A value is an int, int64 or float64, which fill
// columns of numbers, a string, a bool or a time.Time. It panics when a named column cannot hold
// the value.
func (f *Frame) FillNA(value any, columns ...string) *Frame {
	out := *f
	out.cols = slices.Clone(f.cols)
	for i, c := range f.cols {
		if len(columns) > 0 && !slices.Contains(columns, c.name) {
			continue
		}
		filled, ok := c.filled(value)
		if !ok && len(columns) > 0 {
			panic(fmt.Sprintf("dataset: column %q is %s and cannot hold %v (%T)", c.name, c.dtype(), value, value))
		}
		if ok {
			out.cols[i] = filled
		}
	}
	for _, name := range columns {
		f.Column(name)
	}
	return &out
}

// filled returns the column with the value where one is missing, if it can hold that.
func (c *Column) filled(value any) (*Column, bool) {
	out := *c
	out.nulls, out.gaps = nil, c.gaps || c.nulls.count() > 0
	var set func(i int)
	switch v := value.(type) {
	case int:
		return c.filled(int64(v))
	case int64:
		switch c.kind {
		case Int64:
			out.ints = slices.Clone(c.ints)
			set = func(i int) { out.ints[i] = v }
		case Float64:
			return c.filled(float64(v))
		default:
			return nil, false
		}
	case float64:
		if c.kind == Int64 && v == float64(int64(v)) {
			return c.filled(int64(v))
		}
		if c.kind != Float64 || v != v {
			return nil, false
		}
		out.floats = slices.Clone(c.floats)
		set = func(i int) { out.floats[i] = v }
	case string:
		if c.kind != Text {
			return nil, false
		}
		out.texts = texts{plain: slices.Clone(c.texts.all())}
		set = func(i int) { out.texts.plain[i] = v }
	case bool:
		if c.kind != Bool {
			return nil, false
		}
		out.bools = slices.Clone(c.bools)
		set = func(i int) { out.bools[i] = v }
	case time.Time:
		if c.kind != Time {
			return nil, false
		}
		out.ints = slices.Clone(c.ints)
		set = func(i int) { out.ints[i] = v.UnixMicro() }
	default:
		return nil, false
	}
	for i := range c.n {
		if c.nulls.at(i) {
			set(i)
		}
	}
	return &out, true
}
