package dataset

import "time"

// Int64 returns the whole number in row i, 0 where it is missing. Like its siblings it panics on a
// column of another kind.
func (c *Column) Int64(i int) int64 {
	c.must(Int64)
	return c.ints[i]
}

// Float64 returns the float in row i, NaN where it is missing.
func (c *Column) Float64(i int) float64 {
	c.must(Float64)
	return c.floats[i]
}

// Text returns the text in row i, "" where it is missing.
func (c *Column) Text(i int) string {
	c.must(Text)
	return c.texts.at(i)
}

// Bool returns the truth value in row i, false where it is missing.
func (c *Column) Bool(i int) bool {
	c.must(Bool)
	return c.bools[i]
}

// Time returns the time in row i in UTC, the zero Time where it is missing.
func (c *Column) Time(i int) time.Time {
	c.must(Time)
	if c.nulls.at(i) {
		return time.Time{}
	}
	return time.UnixMicro(c.ints[i]).UTC()
}

func (c *Column) must(kind Kind) {
	if c.kind != kind {
		panic("dataset: column \"" + c.name + "\" is " + c.dtype() + ", not " + kind.String())
	}
}

// AppendRow appends row i in the text form of a data file, without a line end.
func (f *Frame) AppendRow(dst []byte, i int) []byte {
	for j, c := range f.cols {
		if j > 0 {
			dst = append(dst, ',')
		}
		if c.nulls.at(i) {
			continue
		}
		switch c.kind {
		case Int64:
			dst = AppendInt(dst, c.ints[i])
		case Float64:
			dst = AppendFloat(dst, c.floats[i])
		case Bool:
			dst = AppendBool(dst, c.bools[i])
		case Time:
			dst = AppendTime(dst, c.Time(i))
		default:
			dst = AppendText(dst, c.texts.at(i))
		}
	}
	return dst
}
