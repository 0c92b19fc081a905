package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"flowbook/ml/atomicfile"
)

const (
	blockSize = 256 << 10 // bytes read at a time: small enough for a core's cache, large enough to be rare
	maxRow    = 4 << 20   // a longer row is a quote that was never closed, and would otherwise swallow the file
)

// source cuts a CSV stream into blocks of whole rows. It knows where rows end, not what they hold.
type source struct {
	r         io.Reader
	file      string
	header    []byte // the header line as it stands in the file, byte order mark and line end included
	names     []string
	dialect   dialect
	tail      []byte // read, but not yet handed out
	eof       bool
	row, line int // of the next row: rows count from 0, lines from 1
}

// block is a run of whole rows.
type block struct {
	data      []byte
	spans     []span // the rows; blank lines between them are in data only
	lines     []int  // line number of each row
	firstRow  int
	truncated bool // the last row has no line end
}

type span struct{ from, to int }

// newSource reads the header and looks at the first row.
func newSource(r io.Reader, file string, d dialect, o Options) (*source, error) {
	s := &source{r: r, file: file, dialect: d, line: 1}
	if err := s.readHeader(o); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	s.dialect.backslash = s.nfstreamStyle()
	return s, nil
}

var byteOrderMark = []byte("\ufeff")

// readHeader takes the rows up to the header off the stream, or those above the data in a file without a header.
func (s *source) readHeader(o Options) error {
	for row := 0; row < o.HeaderRow; {
		line, err := s.takeRow()
		switch {
		case err != nil:
			return fmt.Errorf("row %d, above the header: %w", row, err)
		case line == nil:
			return fmt.Errorf("no header: HeaderRow is %d, the file has %d rows", o.HeaderRow, row)
		case len(trimLineEnd(line)) > 0:
			row++
		}
	}
	names := slices.Clone(o.Names)
	if len(names) == 0 {
		var err error
		if s.header, err = s.takeRow(); err != nil {
			return fmt.Errorf("header: %w", err)
		}
		line := bytes.TrimPrefix(trimLineEnd(s.header), byteOrderMark)
		if err := headerFault(line); err != nil {
			return err
		}
		if names, _, err = s.dialect.splitFields(line); err != nil {
			return fmt.Errorf("header: %w", err)
		}
		if d := otherDelimiter(line); len(names) == 1 && o.Delimiter == 0 && d != 0 {
			return fmt.Errorf("header: one column, %q; if %q stands between its fields, read with dataset.Options{Delimiter: %q}", names[0], d, d)
		}
	} else if s.line == 1 {
		if err := s.dropMark(); err != nil {
			return err
		}
	}
	for i, n := range names {
		if n == "" {
			names[i] = fmt.Sprintf("Unnamed: %d", i) // pandas's name for it
		}
		if slices.Contains(names[:i], names[i]) {
			return fmt.Errorf("header: column %q comes twice", names[i])
		}
	}
	s.names = names
	return nil
}

// takeRow takes the next row off the stream, line end and a byte order mark at the beginning of the file included. It
// returns nil at the end.
func (s *source) takeRow() ([]byte, error) {
	for {
		begin := 0
		if s.line == 1 {
			begin = len(s.tail) - len(bytes.TrimPrefix(s.tail, byteOrderMark))
		}
		end, inner, open := s.dialect.rowEnd(s.tail[begin:])
		if end < 0 && !s.eof && len(s.tail) <= maxRow {
			if err := s.fill(); err != nil {
				return nil, err
			}
			continue
		}
		if end >= 0 {
			end += begin
		} else if open >= 0 || len(s.tail) > maxRow {
			return nil, errOpenQuote
		} else if end = len(s.tail); end == 0 {
			return nil, nil
		}
		row := slices.Clone(s.tail[:end])
		s.tail = s.tail[end:]
		s.line += 1 + inner
		return row, nil
	}
}

// dropMark takes a byte order mark off the beginning of a file without a header.
func (s *source) dropMark() error {
	if len(s.tail) == 0 {
		if err := s.fill(); err != nil {
			return err
		}
	}
	s.tail = bytes.TrimPrefix(s.tail, byteOrderMark)
	return nil
}

// headerFault returns an error for a first line that no CSV file has.
func headerFault(line []byte) error {
	switch {
	case len(line) == 0:
		return errors.New("no header: the first line is empty")
	case bytes.HasPrefix(line, []byte{0xff, 0xfe}), bytes.HasPrefix(line, []byte{0xfe, 0xff}):
		return errors.New("the file is UTF-16, UTF-8 is wanted")
	case bytes.HasPrefix(line, []byte{0x1f, 0x8b}):
		return errors.New("the file is gzip-compressed: unpack it first")
	case bytes.IndexByte(line, 0) >= 0:
		return errors.New("header: NUL byte; this is no CSV file")
	case bytes.IndexByte(line, '\r') >= 0:
		return errors.New(`header: carriage return inside; lines must end in \n or \r\n`)
	}
	return nil
}

// otherDelimiter returns the byte that may stand between the fields of a header that has no comma, 0 if there is none.
func otherDelimiter(line []byte) byte {
	for _, d := range []byte(";\t|") {
		if bytes.IndexByte(line, d) >= 0 {
			return d
		}
	}
	return 0
}

// nfstreamStyle tells whether the file is of NFStream's own writer: names bare, every text in quotes though it needs
// none. Only there does a backslash before a quote mean something.
func (s *source) nfstreamStyle() bool {
	if bytes.IndexByte(s.header, '"') >= 0 {
		return false
	}
	style := s.dialect
	style.backslash = true
	for {
		end, _, _ := style.rowEnd(s.tail)
		if end < 0 && !s.eof && len(s.tail) <= maxRow {
			if s.fill() != nil {
				return false // the error comes back with the first block
			}
			continue
		}
		if end < 0 {
			end = len(s.tail)
		}
		fields, quoted, err := style.splitFields(trimLineEnd(s.tail[:end]))
		if err != nil || len(fields) != len(s.names) {
			return false
		}
		texts := 0
		for i, name := range s.names {
			if kind, known := KindOf(name); known && (kind == Text) != quoted[i] {
				return false
			} else if known && kind == Text {
				texts++
			}
		}
		return texts > 0
	}
}

// fill reads one block more into the tail. At the end of the stream it sets eof.
func (s *source) fill() error {
	from := len(s.tail)
	s.tail = slices.Grow(s.tail, blockSize)[:from+blockSize]
	n, err := io.ReadAtLeast(s.r, s.tail[from:], blockSize)
	s.tail = s.tail[:from+n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.eof, err = true, nil
	}
	return atomicfile.Reason(err)
}

// next fills b with the rows that follow, io.EOF after the last. It reuses b's memory.
func (s *source) next(b *block) error {
	b.data = append(b.data[:0], s.tail...)
	b.spans, b.lines, b.firstRow, b.truncated = b.spans[:0], b.lines[:0], s.row, false
	at := 0 // rows before it are done
	for {
		if !s.eof && len(b.data)-at <= maxRow {
			s.tail = b.data
			if err := s.fill(); err != nil {
				return fmt.Errorf("read %s: after row %d: %w", s.file, s.row, err)
			}
			b.data = s.tail
		}
		at = s.cutRows(b, at)
		if at < len(b.data) && (s.eof || len(b.data)-at > maxRow) {
			if err := s.cutLast(b, at); err != nil {
				return err
			}
			at = len(b.data)
		}
		if at > 0 || s.eof {
			break
		}
	}
	s.tail = slices.Clone(b.data[at:])
	b.data = b.data[:at]
	if len(b.data) == 0 {
		return io.EOF
	}
	return nil
}

// cutRows notes the complete rows of b.data from at on and returns where the last of them ends.
func (s *source) cutRows(b *block, at int) int {
	for at < len(b.data) {
		end, inner, _ := s.dialect.rowEnd(b.data[at:])
		if end < 0 {
			break
		}
		s.note(b, at, at+end)
		s.line += 1 + inner
		at += end
	}
	return at
}

// cutLast notes what stands after the last line end as a row, unless a quote is open there or it is too long for one.
func (s *source) cutLast(b *block, at int) error {
	if _, _, open := s.dialect.rowEnd(b.data[at:]); open >= 0 {
		n := bytes.Count(b.data[at:at+open], []byte{s.dialect.comma})
		e := &RowError{File: s.file, Row: s.row, Line: s.line, Msg: errOpenQuote.Error()}
		if fields, err := s.dialect.countFields(b.data[at:at+open], 0); err == nil {
			n = fields - 1
		}
		if n < len(s.names) {
			e.Column = s.names[n]
		}
		return e
	}
	if len(b.data)-at > maxRow {
		return &RowError{File: s.file, Row: s.row, Line: s.line, Msg: fmt.Sprintf("the row is longer than %d bytes", maxRow)}
	}
	s.note(b, at, len(b.data))
	b.truncated = true
	return nil
}

// note adds the row data[from:to] to the block, unless it is blank.
func (s *source) note(b *block, from, to int) {
	row := trimLineEnd(b.data[from:to])
	if len(row) == 0 {
		return
	}
	b.spans = append(b.spans, span{from, from + len(row)})
	b.lines = append(b.lines, s.line)
	s.row++
}
