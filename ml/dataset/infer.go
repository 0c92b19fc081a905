package dataset

import "bytes"

// infer gives a column of texts that the schema does not know the kind that its values have, as
// pandas does: all whole numbers, all numbers, all True and False, else text. A column without any
// value becomes floats, all missing. Whole numbers beyond 64 bits leave it text: values are never
// rounded silently.
func (l *layout) infer(c *Column) *Column {
	if c.n == 0 {
		return c
	}
	all := c.texts.all()
	ints, floats, bools, any := true, true, true, false
	for i, s := range all {
		b := []byte(s)
		if c.nulls.at(i) {
			continue
		}
		if l.isNull(b) {
			bools = false // the words for a missing number are that only among numbers
			continue
		}
		any = true
		if bools && s != "True" && s != "False" && s != "TRUE" && s != "FALSE" && s != "true" && s != "false" {
			bools = false
		}
		if ints {
			if _, err := l.dialect.parseInt(b); err != nil {
				ints = false
				floats = floats && !isDigits(l.dialect.plain(b))
			}
		}
		if floats {
			if _, err := l.dialect.parseFloat(b); err != nil {
				floats = false
			}
		}
		if !ints && !floats && !bools {
			return c
		}
	}
	if !any && c.Nulls() < c.n {
		return c
	}
	out := &Column{name: c.name, n: c.n}
	words := 0
	for i, s := range all {
		if c.nulls.at(i) || l.isNull([]byte(s)) {
			out.nulls.set(i)
			words++
		}
	}
	switch {
	case words == c.n:
		out.kind, out.floats = Float64, make([]float64, c.n)
	case ints:
		out.kind, out.ints = Int64, make([]int64, c.n)
	case floats:
		out.kind, out.floats = Float64, make([]float64, c.n)
	default:
		out.kind, out.bools = Bool, make([]bool, c.n)
	}
	for i, s := range all {
		switch missing := out.nulls.at(i); {
		case missing && out.kind == Float64:
			out.floats[i] = nan
		case missing:
		case out.kind == Int64:
			out.ints[i], _ = l.dialect.parseInt([]byte(s))
		case out.kind == Float64:
			out.floats[i], _ = l.dialect.parseFloat([]byte(s))
		default:
			out.bools[i] = bytes.EqualFold([]byte(s), []byte("true"))
		}
	}
	return out
}
