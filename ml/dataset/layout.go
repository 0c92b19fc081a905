package dataset

import (
	"bytes"
	"fmt"
)

// layout says which fields of a file's rows go to which column. Workers share it; it never changes.
type layout struct {
	file    string
	names   []string // all columns of the file
	steps   []step   // the columns wanted, in the file's order
	rest    int      // fields after the last of them
	order   []int    // asked[i] is filled by steps[order[i]]
	dialect dialect
	nulls   map[string]bool // words for a missing value besides the usual ones
}

// step is one column to read: pass skip fields, then take one.
type step struct {
	skip  int
	field Field
}

// newLayout finds the wanted columns, all of the file when none are named, by name, wherever they
// stand.
func newLayout(s *source, o Options) (*layout, error) {
	wanted := o.Columns
	l := &layout{file: s.file, names: s.names, dialect: s.dialect}
	if len(wanted) == 0 {
		wanted = s.names
	}
	if len(o.Nulls) > 0 {
		l.nulls = make(map[string]bool, len(o.Nulls))
		for _, word := range o.Nulls {
			l.nulls[word] = true
		}
	}
	place := make(map[string]int, len(s.names)) // name -> field number
	for i, n := range s.names {
		place[n] = i
	}
	stepOf := make(map[int]int, len(wanted)) // field number -> step
	chosen := make([]bool, len(s.names))
	for i, n := range wanted {
		at, ok := place[n]
		if !ok {
			return nil, &MissingColumnError{File: s.file, Column: n, Near: nearest(n, s.names)}
		}
		if chosen[at] {
			return nil, fmt.Errorf("read %s: column %q asked for twice", s.file, wanted[i])
		}
		chosen[at] = true
	}
	last := -1
	for at, want := range chosen {
		if !want {
			continue
		}
		kind, known := KindOf(s.names[at])
		if !known {
			kind = Text
		}
		stepOf[at] = len(l.steps)
		l.steps = append(l.steps, step{skip: at - last - 1, field: Field{s.names[at], kind}})
		last = at
	}
	l.rest = len(s.names) - 1 - last
	for _, n := range wanted {
		l.order = append(l.order, stepOf[place[n]])
	}
	return l, nil
}

// parse reads the rows of b into p, reusing p's memory. Rows that cannot be read go to p.bad;
// unless skipBad, the first of them ends it.
func (l *layout) parse(b *block, p *parsed, skipBad bool) {
	p.reset(l, len(b.spans))
	nul := bytes.IndexByte(b.data, 0) >= 0
	for i, s := range b.spans {
		row := b.data[s.from:s.to]
		err := error(nil)
		column := ""
		if nul && bytes.IndexByte(row, 0) >= 0 {
			column, err = l.columnAt(row, bytes.IndexByte(row, 0)), errControlByte
		} else {
			column, err = l.parseRow(row, p, s.fields == len(l.names), s.plain)
		}
		if err == nil {
			p.rows++
			continue
		}
		msg := err.Error()
		if b.truncated && i == len(b.spans)-1 && (column == "" || err == errEndOfRow) {
			msg += "; the file ends in the middle of it"
		}
		p.bad = append(p.bad, &RowError{File: l.file, Row: b.firstRow + i, Line: b.lines[i], Column: column, Msg: msg})
		p.undo()
		if !skipBad {
			return
		}
	}
}

// parseRow appends one row's values. On an error it names the column, if it is one column's, and
// leaves the values read so far for undo to take back. Of a sound row it is known that it has as
// many fields as the header, and no quote out of place, the first at plain.
func (l *layout) parseRow(row []byte, p *parsed, sound bool, plain int) (column string, err error) {
	at, k := 0, p.rows
	comma, point := l.dialect.comma, l.dialect.point
	for si := range l.steps {
		st := &l.steps[si]
		if st.skip > 0 && sound {
			at = l.dialect.skipSound(row, at, st.skip, plain)
		} else if st.skip > 0 {
			if at, err = l.dialect.skipFields(row, at, st.skip); err != nil {
				return l.blame(row, err)
			}
		}
		c := &p.cols[si]
		if st.field.Kind == Int64 {
			if v, next, ok := scanInt(row, at, comma); ok {
				c.ints[k], at = v, next
				continue
			}
		}
		if st.field.Kind == Float64 {
			if v, next, ok := scanFloat(row, at, comma, point); ok {
				c.floats[k], at = v, next
				continue
			}
		}
		var raw []byte
		var quoted bool
		var next int
		if sound {
			raw, quoted, next = l.dialect.cutSound(row, at)
		} else if raw, quoted, next, err = l.dialect.cutField(row, at); err != nil {
			return l.blame(row, err)
		}
		if quoted && bytes.IndexByte(raw, '"') >= 0 && st.field.Kind != Text {
			raw = l.dialect.appendUnquoted(nil, raw)
		}
		at = next
		switch st.field.Kind {
		case Int64:
			if l.isNull(raw) {
				c.ints[k] = 0
				c.nulls.set(k)
			} else if c.ints[k], err = l.dialect.parseInt(raw); err != nil {
				return st.field.Name, err
			}
		case Float64:
			if l.isNull(raw) {
				c.floats[k] = nan
				c.nulls.set(k)
			} else if c.floats[k], err = l.dialect.parseFloat(raw); err != nil {
				return st.field.Name, err
			}
		default:
			if len(raw) == 0 || l.nulls != nil && l.nulls[text(raw)] {
				c.nulls.set(k)
			} else if quoted && bytes.IndexByte(raw, '"') >= 0 {
				p.arenas[si] = l.dialect.appendUnquoted(p.arenas[si], raw)
			} else {
				p.arenas[si] = append(p.arenas[si], raw...)
			}
			p.ends[si] = append(p.ends[si], uint32(len(p.arenas[si])))
		}
	}
	if sound {
		return "", nil
	}
	rest, err := l.dialect.countFields(row, at)
	if err != nil || rest != l.rest {
		return l.blame(row, err)
	}
	return "", nil
}

// blame finds the fault of a row whose fields cannot be told apart or are too few or too many.
func (l *layout) blame(row []byte, err error) (column string, _ error) {
	n := 0
	for at := 0; at <= len(row); n++ {
		_, _, next, ferr := l.dialect.cutField(row, at)
		if ferr != nil {
			if n < len(l.names) {
				return l.names[n], ferr
			}
			return "", ferr
		}
		at = next
	}
	if n != len(l.names) {
		return "", fmt.Errorf("%d fields, the header has %d", n, len(l.names))
	}
	return "", err
}

// columnAt returns the name of the column that byte number at of row belongs to.
func (l *layout) columnAt(row []byte, at int) string {
	n, err := l.dialect.countFields(row[:at], 0)
	if err != nil || n > len(l.names) {
		return ""
	}
	return l.names[n-1]
}
