package dataset

import (
	"bytes"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// decoded returns the stream as UTF-8: read in the encoding, or in UTF-16 when none is given and
// the stream begins with the byte order mark of that; then recoded is true. Any other stream keeps
// its bytes.
func decoded(r io.Reader, e encoding.Encoding) (text io.Reader, recoded bool, err error) {
	if e != nil {
		return e.NewDecoder().Reader(r), true, nil
	}
	head := make([]byte, 2)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, false, err
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), r)
	if bytes.Equal(head, []byte{0xff, 0xfe}) || bytes.Equal(head, []byte{0xfe, 0xff}) {
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(whole), true, nil
	}
	return whole, false, nil
}
