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

// concat returns the values of b after those of a. Whole numbers become floats beside floats; it
// panics when the kinds differ otherwise.
func concat(a, b *Column) *Column {
	if a.kind != b.kind {
		number := func(c *Column) bool { return c.kind == Int64 || c.kind == Float64 }
		if !number(a) || !number(b) {
			panic(fmt.Sprintf("dataset: column %q is %s in one frame and %s in the other", a.name, a.dtype(), b.dtype()))
		}
		a = Float64Column(a.name, New(a).Float64s(a.name))
		b = Float64Column(b.name, New(b).Float64s(b.name))
	}
	out := &Column{name: a.name, kind: a.kind, n: a.n + b.n, gaps: a.nullable() || b.nullable(), masked: a.masked || b.masked}
	switch a.kind {
	case Int64, Time:
		out.ints = slices.Concat(a.ints, b.ints)
	case Float64:
		out.floats = slices.Concat(a.floats, b.floats)
	case Bool:
		out.bools = slices.Concat(a.bools, b.bools)
	default:
		out.texts.plain = slices.Concat(a.texts.all(), b.texts.all())
	}
	out.nulls.addFrom(a.nulls, 0)
	out.nulls.addFrom(b.nulls, a.n)
	return out
}
