package dataset

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// nullWords are the texts that pandas's read_csv takes for a missing number, besides the empty
// field. In a column of texts they stay unchanged: a server may well be called "null".
var nullWords = map[string]bool{
	"#N/A": true, "#N/A N/A": true, "#NA": true, "-1.#IND": true, "-1.#QNAN": true, "-NaN": true, "-nan": true,
	"1.#IND": true, "1.#QNAN": true, "<NA>": true, "N/A": true, "NA": true, "NULL": true, "NaN": true, "None": true,
	"n/a": true, "nan": true, "null": true,
}

// isNull reports whether a number field says that there is no number.
func (l *layout) isNull(b []byte) bool {
	switch {
	case len(b) == 0:
		return true
	case l.nulls != nil && l.nulls[string(b)]:
		return true
	}
	// nearly every number ends in a digit, and none of these words does
	return !isDigit(b[len(b)-1]) && nullWords[string(b)]
}

// scanInt reads a whole number of at most 18 digits that begins at b[from] and ends at a comma (the
// file's) or b's end, the form of nearly every field; ok is false for all else. next is the index
// after the comma.
func scanInt(b []byte, from int, comma byte) (v int64, next int, ok bool) {
	i := from
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d > 9 {
			break
		}
		v = v*10 + int64(d)
	}
	if digits := i - first; digits == 0 || digits > 18 || i < len(b) && b[i] != comma {
		return 0, from, false
	}
	if first > from {
		v = -v
	}
	return v, i + 1, true
}

// scanFloat is scanInt for floats without an exponent and of at most 19 digits, which form a whole
// number over a power of ten. Where a double holds both exactly, their quotient is the nearest
// double (Clinger, 1990).
func scanFloat(b []byte, from int, comma, point byte) (v float64, next int, ok bool) {
	i := from
	if i < len(b) && b[i] == '-' {
		i++
	}
	first, at, digits := i, -1, uint64(0) // at: where the point stands
	for ; i < len(b); i++ {
		d := b[i] - '0'
		if d > 9 {
			if b[i] != point || at >= 0 {
				break
			}
			at = i
			continue
		}
		digits = digits*10 + uint64(d)
	}
	n := i - first // with the point
	if at < 0 || n < 3 || n > 20 || at == first || at == i-1 || i < len(b) && b[i] != comma {
		return 0, from, false
	}
	if decimals := i - 1 - at; digits <= 1<<53 {
		v = float64(digits) / float64(powersOfTen[decimals])
	} else {
		v = quotient(digits, powersOfTen[decimals])
	}
	if first > from {
		v = -v
	}
	return v, i + 1, true
}

var powersOfTen = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// quotient returns the double nearest to a/b, of two the even one; neither a nor b is 0. It divides
// to at least 63 bits, so that of the rest only whether there is one matters.
func quotient(a, b uint64) float64 {
	za, zb := bits.LeadingZeros64(a), bits.LeadingZeros64(b)
	q, rest := bits.Div64(a<<za>>1, a<<za<<63, b<<zb) // a/b times 2^(63+za-zb)
	drop := bits.Len64(q) - 53
	v, cut, half := q>>drop, q&(1<<drop-1), uint64(1)<<(drop-1)
	if cut > half || cut == half && (rest > 0 || v&1 == 1) {
		v++
	}
	return float64(v) * math.Float64frombits(uint64(1023+drop-63-za+zb)<<52)
}

// parseInt reads a whole number in any decimal form that int64 can hold.
func (d dialect) parseInt(field []byte) (int64, error) {
	b := d.plain(field)
	v, err := strconv.ParseInt(text(b), 10, 64)
	if err == nil {
		return v, nil
	}
	if isDigits(b) {
		return 0, fmt.Errorf("%s is out of the range of a 64-bit integer", shownValue(field))
	}
	return 0, fmt.Errorf("%s is not an integer", shownValue(field))
}

// plain returns a number without the characters that a file may put round it, as pandas reads it:
// blanks at its ends, thousands separators after its first digit, another decimal point than Go's.
// A word such as "inf" keeps its blanks and is none.
func (d dialect) plain(b []byte) []byte {
	const blanks = " \t\v\f\r\n"
	if len(b) > 0 && b[0] > ' ' && isDigit(b[len(b)-1]) && d.thousands == 0 && d.point == '.' {
		return b // as nearly every number is
	}
	if t := bytes.Trim(b, blanks); len(t) > 0 && (isDigit(t[len(t)-1]) || t[len(t)-1] == d.point || t[len(t)-1] == d.thousands) {
		b = t
	}
	if d.thousands == 0 && d.point == '.' {
		return b
	}
	out := make([]byte, 0, len(b))
	digits, decimals := false, false
	for _, c := range b {
		switch {
		case c == d.point:
			c, decimals = '.', true
		case c == d.thousands && digits && !decimals:
			continue
		case c == '.':
			return b[:0] // a number here has no such point
		}
		digits = digits || isDigit(c)
		out = append(out, c)
	}
	return out
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isDigits(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// parseFloat reads a float in decimal form, or an infinity as Python writes it. The nearest double
// is the result.
func (d dialect) parseFloat(field []byte) (float64, error) {
	b := d.plain(field)
	v, err := strconv.ParseFloat(text(b), 64)
	switch {
	case err != nil && math.IsInf(v, 0):
		return 0, fmt.Errorf("%s is out of the range of a 64-bit float", shownValue(field))
	case err != nil, math.IsNaN(v), foreign(b):
		return 0, fmt.Errorf("%s is not a number", shownValue(field))
	}
	return v, nil
}

// foreign says whether a number is one of Go's own spellings, which no other program writes.
func foreign(b []byte) bool {
	for _, c := range b {
		if c == '_' || c|0x20 == 'x' {
			return true
		}
	}
	return false
}

// text views bytes as a string for the length of a call.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// shownValue quotes a value for a message: control characters escaped, the middle of a long one
// left out.
func shownValue(b []byte) string {
	const most = 60
	if len(b) > most {
		b = append(append([]byte(nil), b[:most-3]...), "..."...)
	}
	return strconv.QuoteToASCII(string(b))
}
