package dataset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// dialect is the form of a CSV file: the separator of fields and the notation of numbers. A quote
// opens a quoted field only where a field begins; inside, a doubled quote is a quote, and so is \"
// in files of NFStream's own writer (backslash true), which quotes every text. Rows end in "\n" or
// "\r\n". Its methods are all that Flowbook knows about it: the reader, the splitter and the
// sniffer share them.
type dialect struct {
	comma     byte // between fields
	point     byte // before the decimals of a number
	thousands byte // between the thousands of a number, 0 for none
	backslash bool
}

// rowEnd returns the index just after the line end of the row that begins b, and how many line ends
// it holds in quotes. When b ends before the row does, end is -1 and open tells where a quote still
// stands open, -1 if none does.
func (d dialect) rowEnd(b []byte) (end, inner, open int) {
	r := d.scanRow(b, false)
	return r.end, r.inner, r.open
}

// scan is the result of scanRow.
type scan struct {
	end, inner, open int // see rowEnd
	plain            int // where the first quote stands, or the line end

	// fields is -1 when they were not counted, or when a quote stands where it opens no field or
	// closes none: then the parser has to look at each field for the fault.
	fields int
}

// scanRow is rowEnd that also counts the row's fields when asked to.
func (d dialect) scanRow(b []byte, count bool) scan {
	r := scan{end: -1, open: -1, plain: -1, fields: -1}
	i, nl, commas, odd := 0, -1, 0, false
	for {
		if nl < i {
			if nl = bytes.IndexByte(b[i:], '\n'); nl < 0 {
				nl = len(b)
			} else {
				nl += i
			}
		}
		plain := b[i:nl]
		q := bytes.IndexByte(plain, '"')
		if q >= 0 {
			plain = plain[:q]
		}
		if count {
			commas += bytes.Count(plain, []byte{d.comma})
		}
		if r.plain < 0 {
			r.plain = i + len(plain)
		}
		if q < 0 {
			if nl < len(b) {
				r.end = nl + 1
				if count && !odd {
					r.fields = commas + 1
				}
			}
			return r
		}
		q += i
		if q > 0 && b[q-1] != d.comma {
			i, odd = q+1, true // a quote in the middle of a field opens nothing; the parser refuses the row
			continue
		}
		past := d.quoteEnd(b, q)
		if past < 0 {
			r.open = q
			return r
		}
		if past > nl {
			r.inner += bytes.Count(b[nl:past], []byte{'\n'})
		}
		odd = odd || past < len(b) && b[past] != d.comma && b[past] != '\n' && !bytes.HasPrefix(b[past:], []byte("\r\n"))
		i = past
	}
}

// quoteEnd returns the index just after the quote that closes the one at b[open], or -1 when b ends
// before it.
func (d dialect) quoteEnd(b []byte, open int) int {
	i := open + 1
	for {
		q := bytes.IndexByte(b[i:], '"')
		if q < 0 {
			return -1
		}
		q += i
		switch {
		case d.backslash && q > open+1 && b[q-1] == '\\':
			i = q + 1
		case q+1 < len(b) && b[q+1] == '"':
			i = q + 2
		default:
			return q + 1
		}
	}
}

// trimLineEnd takes "\n" or "\r\n" off the end of a row.
func trimLineEnd(row []byte) []byte {
	row = bytes.TrimSuffix(row, []byte{'\n'})
	return bytes.TrimSuffix(row, []byte{'\r'})
}

var (
	errStrayQuote  = errors.New("a quote stands inside an unquoted field")
	errAfterQuote  = errors.New("text follows the closing quote")
	errOpenQuote   = errors.New("quote that is never closed")
	errEndOfRow    = errors.New("row ends too early")
	errControlByte = errors.New("the field contains a NUL byte")
)

// cutField returns the field of row (without its line end) that begins at from, raw and without its
// outer quotes, and the index at which the next field begins: len(row)+1 after the last.
func (d dialect) cutField(row []byte, from int) (raw []byte, quoted bool, next int, err error) {
	if from > len(row) {
		return nil, false, from, errEndOfRow
	}
	if from < len(row) && row[from] == '"' {
		past := d.quoteEnd(row, from)
		switch {
		case past < 0:
			return nil, true, len(row) + 1, errOpenQuote
		case past < len(row) && row[past] != d.comma:
			return nil, true, past, errAfterQuote
		}
		return row[from+1 : past-1], true, past + 1, nil
	}
	to := bytes.IndexByte(row[from:], d.comma)
	if to < 0 {
		to = len(row)
	} else {
		to += from
	}
	raw = row[from:to]
	if bytes.IndexByte(raw, '"') >= 0 {
		return nil, false, to + 1, errStrayQuote
	}
	return raw, false, to + 1, nil
}

// cutSound is cutField for a row whose fields scanRow has counted, so that no quote in it is out of
// place.
func (d dialect) cutSound(row []byte, from int) (raw []byte, quoted bool, next int) {
	if from < len(row) && row[from] == '"' {
		past := d.quoteEnd(row, from)
		return row[from+1 : past-1], true, past + 1
	}
	to := bytes.IndexByte(row[from:], d.comma)
	if to < 0 {
		return row[from:], false, len(row) + 1
	}
	return row[from : from+to], false, from + to + 1
}

// skipSound is skipFields for such a row, whose first quote stands at plain. Up to there it counts
// the separators of many fields at once.
func (d dialect) skipSound(row []byte, from, n, plain int) int {
	const window = 128
	for n > 0 && plain-from >= window {
		commas := bytes.Count(row[from:from+window], []byte{d.comma})
		if commas >= n {
			break
		}
		n -= commas
		from += window
	}
	for n > 0 && plain-from >= 8 {
		commas := equal(binary.LittleEndian.Uint64(row[from:]), d.comma)
		if some := bits.OnesCount64(commas); some < n {
			n -= some
			from += 8
			continue
		}
		for ; n > 1; n-- {
			commas &= commas - 1
		}
		return from + bits.TrailingZeros64(commas)/8 + 1
	}
	for ; n > 0; n-- {
		if from < len(row) && row[from] == '"' {
			from = d.quoteEnd(row, from) + 1
		} else if to := bytes.IndexByte(row[from:], d.comma); to >= 0 {
			from += to + 1
		} else {
			return len(row) + 1
		}
	}
	return from
}

// equal sets the highest bit of each byte of a word that is c, and no other bit.
func equal(word uint64, c byte) uint64 {
	const low, high = 0x0101010101010101, 0x8080808080808080
	other := word ^ low*uint64(c)
	return ^((other&^high + ^uint64(high)) | other) & high
}

// skipFields passes n fields from index from on and returns where the next begins.
func (d dialect) skipFields(row []byte, from, n int) (int, error) {
	for ; n > 0; n-- {
		_, _, next, err := d.cutField(row, from)
		if err != nil {
			return from, err
		}
		from = next
	}
	return from, nil
}

// countFields returns how many fields row holds from index from on, where a field begins.
func (d dialect) countFields(row []byte, from int) (int, error) {
	if from > len(row) {
		return 0, nil
	}
	n := 1
	for {
		q := bytes.IndexByte(row[from:], '"')
		if q < 0 {
			return n + bytes.Count(row[from:], []byte{d.comma}), nil
		}
		q += from
		if q > 0 && row[q-1] != d.comma {
			return n, errStrayQuote
		}
		n += bytes.Count(row[from:q], []byte{d.comma})
		past := d.quoteEnd(row, q)
		switch {
		case past < 0:
			return n, errOpenQuote
		case past < len(row) && row[past] != d.comma:
			return n, errAfterQuote
		}
		from = past
	}
}

// appendUnquoted appends the text that a raw quoted field stands for.
func (d dialect) appendUnquoted(dst, raw []byte) []byte {
	for {
		q := bytes.IndexByte(raw, '"')
		if q < 0 {
			return append(dst, raw...)
		}
		if d.backslash && q > 0 && raw[q-1] == '\\' {
			dst = append(append(dst, raw[:q-1]...), '"')
			raw = raw[q+1:]
			continue
		}
		dst = append(dst, raw[:q+1]...) // the first of two
		raw = raw[min(q+2, len(raw)):]
	}
}

// splitFields returns the texts of all fields of a row.
func (d dialect) splitFields(row []byte) (fields []string, quoted []bool, err error) {
	for from := 0; from <= len(row); {
		raw, q, next, err := d.cutField(row, from)
		if err != nil {
			return nil, nil, fmt.Errorf("field %d: %w", len(fields)+1, err)
		}
		text := string(raw)
		if q {
			text = string(d.appendUnquoted(nil, raw))
		}
		fields, quoted, from = append(fields, text), append(quoted, q), next
	}
	return fields, quoted, nil
}
