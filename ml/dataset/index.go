package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// SetIndex returns the frame with its rows labelled by the named columns, which it then has no
// more.
func (f *Frame) SetIndex(names ...string) *Frame {
	if len(names) == 0 {
		panic("dataset: SetIndex without a column")
	}
	out := f.Drop(names...)
	out.index, out.start = f.Select(names...).cols, 0
	return out
}

// ResetIndex returns the frame with its labels as columns before the others, under their names
// ("index" where they have none), and its rows labelled 0, 1, 2 ….
func (f *Frame) ResetIndex() *Frame {
	levels := f.levels(everyRow(f.rows))
	cols := make([]*Column, 0, len(levels)+len(f.cols))
	for k, level := range levels {
		name := level.name
		if name == "" {
			name = "index"
			if len(levels) > 1 {
				name = fmt.Sprintf("level_%d", k)
			}
		}
		cols = append(cols, level.named(name))
	}
	out := New(append(cols, f.cols...)...)
	out.source = f.source
	return out
}

// levels returns the labels of the rows at the given positions, level by level.
func (f *Frame) levels(rows []int) []*Column {
	if f.index != nil {
		out := make([]*Column, len(f.index))
		for k, level := range f.index {
			out[k] = level.take(rows)
		}
		return out
	}
	numbers := make([]int64, len(rows))
	for k, i := range rows {
		numbers[k] = int64(f.start + i)
	}
	return []*Column{Int64Column("", numbers)}
}

// label returns the label of row i as a text.
func (f *Frame) label(i int) string {
	texts := []string{}
	for _, level := range f.levels([]int{i}) {
		texts = append(texts, strings.TrimSpace(formatValues(level)[0]))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "(" + strings.Join(texts, ", ") + ")"
}

// Labels returns the row labels of a frame whose rows have numbers: 0, 1, 2 … until Rows or Slice
// chose some. It panics when they are of another kind; ResetIndex makes columns of any.
func (f *Frame) Labels() []int64 {
	levels := f.levels(everyRow(f.rows))
	if len(levels) > 1 || levels[0].kind != Int64 {
		panic("dataset: the rows are not labelled by numbers")
	}
	return levels[0].ints
}

// named reports whether a level of the labels has a name, which a table then shows on a line of its
// own.
func (f *Frame) named() bool {
	return slices.ContainsFunc(f.index, func(level *Column) bool { return level.name != "" })
}

// everyRow returns 0, 1 … n-1.
func everyRow(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// repeated tells, level by level, which labels a table leaves empty: those that the row above has
// too, on all levels up to that one. The last level is always written.
func repeated(levels [][]string) [][]bool {
	out := make([][]bool, len(levels))
	for k := range levels {
		out[k] = make([]bool, len(levels[k]))
	}
	last := len(levels) - 1
	for i := range levels[last] {
		for k := 0; k < last && i > 0 && levels[k][i] == levels[k][i-1]; k++ {
			out[k][i] = true
		}
	}
	return out
}
