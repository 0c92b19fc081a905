package dataset

import (
	"fmt"
	"strings"
)

// RowError says that one row of a file cannot be read. Row counts data rows from 0, as the frame's
// row labels do; Line counts the file's lines from 1, as an editor does.
type RowError struct {
	File   string
	Row    int
	Line   int
	Column string // empty when the row as a whole is at fault
	Msg    string
}

func (e *RowError) Error() string {
	column := ""
	if e.Column != "" {
		column = ", column " + e.Column
	}
	return fmt.Sprintf("read %s: row %d%s: %s (line %d)", e.File, e.Row, column, e.Msg, e.Line)
}

// MissingColumnError says that a table has no column of the name asked for.
type MissingColumnError struct {
	File   string // empty for a frame that was not read from a file
	Column string
	Near   string // the existing name that is most like it, if any is
}

func (e *MissingColumnError) Error() string {
	place := "dataset"
	if e.File != "" {
		place = "read " + e.File
	}
	hint := ""
	if e.Near != "" {
		hint = fmt.Sprintf(" (there is %q)", e.Near)
	}
	return fmt.Sprintf("%s: no column %q%s", place, e.Column, hint)
}

// nearest returns the name that equals want except for case and punctuation, or that begins or ends
// with it; "" if there is none.
func nearest(want string, names []string) string {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	w := plain(want)
	if w == "" {
		return ""
	}
	for _, n := range names {
		if plain(n) == w {
			return n
		}
	}
	for _, n := range names {
		if p := plain(n); strings.HasSuffix(p, w) || p != "" && strings.HasSuffix(w, p) {
			return n
		}
	}
	return ""
}
