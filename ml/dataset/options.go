package dataset

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// Options name the columns to read, the form of the file, and the treatment of rows that cannot be
// read. A file of the usual form, fields between commas and points in numbers, needs none:
//
//	dataset.Options{Delimiter: ';', Decimal: ',', Encoding: charmap.Windows1250}.Read(path)
type Options struct {
	Columns []string // the columns wanted, in this order; none means all of the file in its order
	SkipBad bool     // leave out and count bad rows; otherwise the first is an error

	Delimiter byte     // stands between fields; 0 is ','
	Decimal   byte     // stands before the decimals of a number; 0 is '.'
	Thousands byte     // stands between the thousands of a number and is left out; 0 is none
	Nulls     []string // texts that mean a missing value in every column, besides the empty one
	HeaderRow int      // row of the names, counted without blank rows; rows above are skipped
	Names     []string // columns of a file without a header; its data begin in row HeaderRow

	// Encoding is that of a file which is not UTF-8, such as charmap.Windows1250. UTF-16 that
	// begins with a byte order mark is read without.
	Encoding encoding.Encoding
}

// usual is the dialect of a file whose options say nothing.
var usual = dialect{comma: ',', point: '.'}

// dialect returns the form that the options give to a file.
func (o Options) dialect() (dialect, error) {
	d := usual
	if o.Delimiter != 0 {
		d.comma = o.Delimiter
	}
	if o.Decimal != 0 {
		d.point = o.Decimal
	}
	d.thousands = o.Thousands
	for _, c := range []byte{d.comma, d.point, d.thousands} {
		if c == '"' || c == '\n' || c == '\r' || c >= utf8.RuneSelf || isDigit(c) {
			return d, fmt.Errorf("%q can separate neither fields nor digits", rune(c))
		}
	}
	switch {
	case d.comma == d.point:
		return d, fmt.Errorf("%q cannot separate both fields and decimals", d.comma)
	case d.point == d.thousands:
		return d, fmt.Errorf("%q cannot separate both thousands and decimals", d.point)
	}
	return d, nil
}
