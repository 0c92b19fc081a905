package dataset

import (
	"fmt"
	"slices"
)

// How says which rows a join has besides those of equal keys: "inner" none, "left" and "right" all
// of the one frame, "outer" all of both.
type How string

// Join puts rows of two frames side by side whose values in the named columns are equal, pandas's
// merge: one row for each such pair, a missing value being equal to another. The rows come in the
// left frame's order, in the right one's for "right", in that of the keys for "outer". Where a side
// has no row its values are missing, and whole numbers become floats. Other columns that both
// frames have get "_x" and "_y" after their names.
func (f *Frame) Join(other *Frame, how How, on ...string) *Frame {
	if len(on) == 0 {
		panic("dataset: Join without a column to join on")
	}
	keys := make([]*Column, len(on))
	ranks := make([]*Column, len(on))
	for k, name := range on {
		keys[k] = concat(f.Column(name), other.Column(name))
		ranks[k] = rankColumn(keys[k])
	}
	numbers, distinct := rankedTogether(ranks)
	left, right := pairs(numbers[:f.rows], numbers[f.rows:], len(distinct), how)

	var cols []*Column
	for _, c := range f.cols {
		switch k := slices.Index(on, c.name); {
		case k >= 0:
			cols = append(cols, joinedKey(c, other.Column(c.name), keys[k], left, right))
		case other.Has(c.name):
			cols = append(cols, c.pick(left).named(c.name+"_x"))
		default:
			cols = append(cols, c.pick(left))
		}
	}
	for _, c := range other.cols {
		switch {
		case slices.Contains(on, c.name):
		case f.Has(c.name):
			cols = append(cols, c.pick(right).named(c.name+"_y"))
		default:
			cols = append(cols, c.pick(right))
		}
	}
	return New(cols...)
}

// joinedKey returns the keys of the joined rows; of its own kind where one frame has them all.
func joinedKey(l, r, both *Column, left, right []int) *Column {
	if !slices.Contains(left, -1) {
		return l.take(left)
	}
	if !slices.Contains(right, -1) {
		return r.take(right)
	}
	rows := make([]int, len(left))
	for k, i := range left {
		if rows[k] = i; i < 0 {
			rows[k] = l.n + right[k]
		}
	}
	return both.take(rows)
}

// rankColumn returns the ranks of a column's values as numbers. A missing value has the last, but
// the first among times, as in pandas.
func rankColumn(c *Column) *Column {
	ranks, first := c.ranked()
	missing := int64(len(first))
	if c.kind == Time {
		missing = -1
	}
	out := Int64Column(c.name, make([]int64, c.n))
	for i, r := range ranks {
		if out.ints[i] = int64(r); r < 0 {
			out.ints[i] = missing
		}
	}
	return out
}

// pairs returns the rows that a join puts side by side, -1 where a side has none. left and right
// number the rows by their keys, below n.
func pairs(left, right []int, n int, how How) (l, r []int) {
	add := func(i, j int) { l, r = append(l, i), append(r, j) }
	var ofLeft, ofRight Groups
	ofLeft.fill(left, n)
	ofRight.fill(right, n)
	switch how {
	case "inner", "left":
		for i, k := range left {
			rows := ofRight.rows(k)
			for _, j := range rows {
				add(i, j)
			}
			if len(rows) == 0 && how == "left" {
				add(i, -1)
			}
		}
	case "right":
		r, l = pairs(right, left, n, "left")
	case "outer":
		for k := range n {
			a, b := ofLeft.rows(k), ofRight.rows(k)
			if len(a) == 0 {
				a = []int{-1}
			}
			if len(b) == 0 {
				b = []int{-1}
			}
			for _, i := range a {
				for _, j := range b {
					add(i, j)
				}
			}
		}
	default:
		panic(fmt.Sprintf("dataset: no join %q; there are inner, left, right and outer", how))
	}
	return l, r
}

// Concat returns the rows of all frames, one after the other, labelled 0, 1, 2 …, as pandas.concat
// with ignore_index does. The first frame has the names and the order of the columns; Concat panics
// if another frame lacks one, or has it in a kind that does not go with the first's.
func Concat(first *Frame, more ...*Frame) *Frame {
	var out []*Column
	for _, name := range first.Names() {
		parts := []*Column{first.Column(name)}
		for _, f := range more {
			parts = append(parts, f.Column(name))
		}
		out = append(out, concat(parts...))
	}
	return New(out...)
}

// concat returns the values of columns one after the other. Whole numbers become floats beside
// floats; it panics when the kinds differ otherwise.
func concat(parts ...*Column) *Column {
	first := parts[0]
	for _, c := range parts {
		if c.kind == first.kind {
			continue
		}
		number := func(c *Column) bool { return c.kind == Int64 || c.kind == Float64 }
		if !number(first) || !number(c) {
			panic(fmt.Sprintf("dataset: column %q is %s in one frame and %s in the other", first.name, first.dtype(), c.dtype()))
		}
		floats := make([]*Column, len(parts))
		for i, c := range parts {
			floats[i] = Float64Column(first.name, New(c).Float64s(c.name))
		}
		return concat(floats...)
	}
	out := &Column{name: first.name, kind: first.kind}
	for _, c := range parts {
		out.nulls.addFrom(c.nulls, out.n)
		out.n += c.n
		out.gaps, out.masked = out.gaps || c.nullable(), out.masked || c.masked
	}
	switch first.kind {
	case Int64, Time:
		out.ints = joined(parts, func(c *Column) []int64 { return c.ints })
	case Float64:
		out.floats = joined(parts, func(c *Column) []float64 { return c.floats })
	case Bool:
		out.bools = joined(parts, func(c *Column) []bool { return c.bools })
	default:
		out.texts.plain = joined(parts, func(c *Column) []string { return c.texts.all() })
	}
	return out
}

func joined[T any](parts []*Column, values func(*Column) []T) []T {
	var all [][]T
	for _, c := range parts {
		all = append(all, values(c))
	}
	return slices.Concat(all...)
}
