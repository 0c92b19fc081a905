package dataset

// parsed holds the values of one block: cols[i] belongs to steps[i], rows are those that could be
// read.
type parsed struct {
	cols   []Column
	arenas [][]byte // the texts of each step, end to end
	ends   [][]uint32
	rows   int
	bad    []*RowError
}

// reset makes room for n rows.
func (p *parsed) reset(l *layout, n int) {
	if p.cols == nil {
		p.cols = make([]Column, len(l.steps))
		p.arenas = make([][]byte, len(l.steps))
		p.ends = make([][]uint32, len(l.steps))
	}
	p.rows, p.bad = 0, nil
	for i, st := range l.steps {
		c := &p.cols[i]
		c.name, c.kind, c.nulls = st.field.Name, st.field.Kind, c.nulls[:0]
		switch c.kind {
		case Int64:
			c.ints = room(c.ints, n)
		case Float64:
			c.floats = room(c.floats, n)
		default:
			p.arenas[i], p.ends[i] = p.arenas[i][:0], p.ends[i][:0]
		}
	}
}

func room[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}

// undo takes back the values of the row after the last good one.
func (p *parsed) undo() {
	k := p.rows
	for i := range p.cols {
		c := &p.cols[i]
		if k>>6 < len(c.nulls) {
			c.nulls[k>>6] &^= 1 << (k & 63)
		}
		if c.kind != Text {
			continue
		}
		p.ends[i] = p.ends[i][:k]
		used := uint32(0)
		if k > 0 {
			used = p.ends[i][k-1]
		}
		p.arenas[i] = p.arenas[i][:used]
	}
}
