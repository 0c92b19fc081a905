package dataset

import "slices"

// builder joins parsed blocks into a frame.
type builder struct {
	layout *layout
	cols   []*Column // by step
	rows   int
	number bool // keep the rows' numbers: they are not 0, 1, 2 …
	labels []int64
}

// newBuilder makes room for the given number of rows; more will fit, at a price.
func newBuilder(l *layout, rows int) *builder {
	b := &builder{layout: l}
	for _, st := range l.steps {
		c := &Column{name: st.field.Name, kind: st.field.Kind}
		switch c.kind {
		case Int64:
			c.ints = make([]int64, 0, rows)
		case Float64:
			c.floats = make([]float64, 0, rows)
		}
		b.cols = append(b.cols, c)
	}
	return b
}

// add appends a copy of the piece's values.
func (b *builder) add(p *piece) {
	v := &p.parsed
	for i, c := range b.cols {
		switch from := &v.cols[i]; c.kind {
		case Int64:
			c.ints = append(c.ints, from.ints[:v.rows]...)
		case Float64:
			c.floats = append(c.floats, from.floats[:v.rows]...)
		default:
			c.texts.add(textSegment{slices.Clone(v.arenas[i]), slices.Clone(v.ends[i])}, b.rows)
		}
		c.nulls.addFrom(v.cols[i].nulls, b.rows)
		c.n += v.rows
	}
	if b.number {
		b.addLabels(p)
	}
	b.rows += v.rows
}

// addLabels notes the row numbers of the piece.
func (b *builder) addLabels(p *piece) {
	v := &p.parsed
	if v.bad == nil || v.bad[0].Row == p.block.firstRow+v.rows { // the last one, if any, is bad
		for k := range v.rows {
			b.labels = append(b.labels, int64(p.block.firstRow+k))
		}
		return
	}
	bad := make(map[int]bool, len(v.bad))
	for _, e := range v.bad {
		bad[e.Row] = true
	}
	for k := range p.block.spans {
		if row := p.block.firstRow + k; !bad[row] {
			b.labels = append(b.labels, int64(row))
		}
	}
}

// frame returns the joined rows, the columns in the order asked for.
func (b *builder) frame() *Frame {
	f := &Frame{rows: b.rows, source: b.layout.file}
	if b.number {
		f.index = []*Column{Int64Column("", b.labels)}
	}
	for _, i := range b.layout.order {
		f.cols = append(f.cols, b.cols[i])
	}
	return f
}
