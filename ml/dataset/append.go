package dataset

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// The text forms of a data file, pandas's to_csv with its defaults: whole numbers in decimal,
// floats as Python's repr, texts quoted only where they must be, a missing value as nothing, rows
// ended by "\n". They lose nothing: Read returns the very values that they wrote. A spreadsheet may
// take a text that starts with "=" for a formula; files meant for one are written by
// Frame.WriteSheet, never by these.

// AppendHeader appends the header line of the 89 columns, its "\n" included.
func AppendHeader(dst []byte) []byte {
	for i, f := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, f.Name...)
	}
	return append(dst, '\n')
}

// AppendInt appends a whole number.
func AppendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// AppendFloat appends a float as Python's repr writes it: the shortest digits that read back as v,
// "1.0" for one, exponents below 1e-4 and from 1e16, "inf" and "-inf"; NaN, the missing value,
// appends nothing.
func AppendFloat(dst []byte, v float64) []byte {
	if math.IsNaN(v) {
		return dst
	}
	return appendRepr(dst, v)
}

// appendRepr is AppendFloat with NaN as "nan".
func appendRepr(dst []byte, v float64) []byte {
	switch abs := math.Abs(v); {
	case math.IsNaN(v):
		return append(dst, "nan"...)
	case math.IsInf(v, 1):
		return append(dst, "inf"...)
	case math.IsInf(v, -1):
		return append(dst, "-inf"...)
	case abs != 0 && abs < 1e-4 || abs >= 1e16:
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	default:
		from := len(dst)
		dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
		for _, c := range dst[from:] {
			if c == '.' {
				return dst
			}
		}
		return append(dst, ".0"...)
	}
}

// AppendBool appends a truth value as Python spells it.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, "True"...)
	}
	return append(dst, "False"...)
}

// AppendTime appends a time in UTC, to the microsecond where it has any.
func AppendTime(dst []byte, v time.Time) []byte {
	v = v.UTC()
	layout := "2006-01-02 15:04:05"
	if v.Nanosecond() != 0 {
		layout += ".000000"
	}
	return v.AppendFormat(dst, layout)
}

// AppendText appends a text, in double quotes when it holds a comma, a quote or a line end; quotes
// inside are doubled. The empty text appends nothing, and so reads back as a missing value, as it
// does in pandas.
func AppendText(dst []byte, s string) []byte {
	quote := strings.IndexByte(s, '"')
	if quote < 0 && strings.IndexByte(s, ',') < 0 && strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for ; quote >= 0; quote = strings.IndexByte(s, '"') {
		dst = append(dst, s[:quote+1]...)
		dst = append(dst, '"')
		s = s[quote+1:]
	}
	dst = append(dst, s...)
	return append(dst, '"')
}
