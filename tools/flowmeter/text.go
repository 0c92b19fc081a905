package flowmeter

import (
	"strconv"
	"strings"

	"flowbook/ml/dataset"
)

// AppendHeader appends the first line of a file of flows, LF included.
func AppendHeader(dst []byte) []byte { return dataset.AppendHeader(dst) }

// appendInt appends a whole number and the comma after it.
func appendInt(dst []byte, v int64) []byte {
	if 0 <= v && v < 10 {
		return append(dst, '0'+byte(v), ',')
	}
	return append(strconv.AppendInt(dst, v, 10), ',')
}

// appendFloat appends a float and the comma after it.
func appendFloat(dst []byte, v float64) []byte {
	if v == 0 {
		return append(dst, "0.0,"...)
	}
	return append(dataset.AppendFloat(dst, v), ',')
}

// appendText appends a text and the comma after it.
func appendText(dst []byte, s string) []byte { return append(dataset.AppendText(dst, s), ',') }

// appendList appends an splt list in Python's form, its first entries and -1 for the rest.
func appendList(dst []byte, entries []int64) []byte {
	dst = append(dst, '"', '[')
	for i, x := range entries {
		if i > 0 {
			dst = append(dst, ',', ' ')
		}
		dst = strconv.AppendInt(dst, x, 10)
	}
	n := len(entries)
	return append(append(dst, padding[min(n, 1)][len(", -1")*n:]...), ']', '"', ',')
}

// padding is an splt list's tail of -1 entries, for an empty list and for one that has begun.
var padding = [2]string{
	strings.Repeat(", -1", SPLT)[2:],
	strings.Repeat(", -1", SPLT),
}
