package dataset

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"flowbook/ml/atomicfile"
)

const (
	blockSize = 256 << 10 // bytes per read: fits a core's cache, and reads stay rare
	maxRow    = 4 << 20   // a longer row is taken for a quote that was never closed
)

// source cuts a CSV stream into blocks of whole rows. It knows where rows end, not their contents.
type source struct {
	r         io.Reader
	file      string
	header    []byte // the header line as it stands in the file, byte order mark and line end included
	names     []string
	dialect   dialect
	count     bool   // count the rows' fields, for a parser
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

// span is one row of a block, its line end left out.
type span struct {
	from, to int
	plain    int // where the first quote stands, counted from from
	fields   int // as scanRow counts them; -1 when they are not counted
}

// newSource reads the header and looks at the first row.
func newSource(r io.Reader, file string, d dialect, o Options) (*source, error) {
	s := &source{r: r, file: file, dialect: d, line: 1}
	if err := s.readHeader(o); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	s.dialect.backslash = s.nfstreamStyle()
	return s, nil
}

// nfstreamStyle tells whether the file is of NFStream's own writer: names bare, every text in
// quotes though it needs none. Only there does a backslash before a quote mean something.
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

// fill reads up to one block more into the tail: the bytes that a pipe holds, without waiting for
// the rest of a block. At the end of the stream it sets eof.
func (s *source) fill() error {
	from := len(s.tail)
	s.tail = slices.Grow(s.tail, blockSize)[:from+blockSize]
	n, err := io.ReadAtLeast(s.r, s.tail[from:], 1)
	s.tail = s.tail[:from+n]
	if err == io.EOF {
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
			if err := s.cutLast(b, at); err == nil {
				at = len(b.data)
			} else if at == 0 { // otherwise the rows before it come first
				return err
			}
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
		r := s.dialect.scanRow(b.data[at:], s.count)
		if r.end < 0 {
			break
		}
		s.note(b, at, at+r.end, r)
		s.line += 1 + r.inner
		at += r.end
	}
	return at
}

// cutLast notes the text after the last line end as a row, unless a quote is open there or it is
// too long for one.
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
	s.note(b, at, len(b.data), scan{fields: -1})
	b.truncated = true
	return nil
}

// note adds the row data[from:to] to the block, unless it is blank.
func (s *source) note(b *block, from, to int, r scan) {
	row := trimLineEnd(b.data[from:to])
	if len(row) == 0 {
		return
	}
	b.spans = append(b.spans, span{from, from + len(row), min(r.plain, len(row)), r.fields})
	b.lines = append(b.lines, s.line)
	s.row++
}
