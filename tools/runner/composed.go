package runner

import (
	"strings"

	"flowbook/tools/gocell"
)

// place is a line of a cell.
type place struct{ number, line int }

// composed is a source that is sent in place of a cell's own. places says for each line where it
// comes from; nil if it is the cell's own source.
type composed struct {
	lines  []string
	places []place
}

func (c *composed) source() string { return strings.Join(c.lines, "\n") }

// decl adds a declaration of the cell with this number, with its comment.
func (c *composed) decl(u *gocell.Decl, number int) {
	if u.Doc != "" {
		c.text(u.Doc, place{number, u.DocLine})
	}
	c.text(u.Text, place{number, u.Line})
}

// text adds text whose first line comes from a place; the place 0 is none.
func (c *composed) text(text string, from place) {
	for line := range strings.SplitSeq(text, "\n") {
		c.lines, c.places = append(c.lines, line), append(c.places, from)
		if from.line > 0 {
			from.line++
		}
	}
}
