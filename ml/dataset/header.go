package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

var byteOrderMark = []byte("\ufeff")

// readHeader takes the rows up to the header off the stream, or those above the data in a file
// without a header.
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

// takeRow takes the next row off the stream, line end and a byte order mark at the beginning of the
// file included. It returns nil at the end.
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
	for len(s.tail) < len(byteOrderMark) && !s.eof {
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
		return errors.New("header: it contains a NUL byte; this is no CSV file")
	case bytes.IndexByte(line, '\r') >= 0:
		return errors.New(`header: carriage return inside; lines must end in \n or \r\n`)
	}
	return nil
}

// otherDelimiter returns the byte that may stand between the fields of a header that has no comma,
// 0 if there is none.
func otherDelimiter(line []byte) byte {
	for _, d := range []byte(";\t|") {
		if bytes.IndexByte(line, d) >= 0 {
			return d
		}
	}
	return 0
}
