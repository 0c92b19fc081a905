package dataset

import (
	"io"
	"strings"
)

// WriteSheet writes the frame as CSV for a person's spreadsheet: texts that it would take for
// formulas, those that begin with = + - @ tab or carriage return, get an apostrophe before them,
// and control characters are spelled out as in a table. That changes such texts, so nothing should
// read this file back as data.
func (f *Frame) WriteSheet(w io.Writer) error {
	var row []byte
	for i, c := range f.cols {
		if i > 0 {
			row = append(row, ',')
		}
		row = AppendText(row, tame(c.name))
	}
	row = append(row, '\n')
	texts := make([][]string, len(f.cols))
	for i, c := range f.cols {
		switch c.kind {
		case Text:
			texts[i] = c.texts.all()
		case Time:
			texts[i] = formatTimes(c)
		}
	}
	for i := range f.rows {
		if _, err := w.Write(row); err != nil {
			return err
		}
		row = row[:0]
		for j, c := range f.cols {
			if j > 0 {
				row = append(row, ',')
			}
			switch {
			case c.nulls.at(i):
			case texts[j] != nil:
				row = AppendText(row, tame(texts[j][i]))
			case c.kind == Int64:
				row = AppendInt(row, c.ints[i])
			case c.kind == Float64:
				row = AppendFloat(row, c.floats[i])
			default:
				row = AppendBool(row, c.bools[i])
			}
		}
		row = append(row, '\n')
	}
	_, err := w.Write(row)
	return err
}

// tame makes a text one that a spreadsheet shows and does not compute.
func tame(s string) string {
	formula := s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0
	s = shown(s)
	if formula {
		s = "'" + s
	}
	return s
}
