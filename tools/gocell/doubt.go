package gocell

import (
	"slices"
	"strings"
)

// Doubt returns the first cell of a notebook, counted from 0, that may put out something else when
// the notebook is executed again, although its code and the packages of the module stay the same,
// and the reason; why is "" if there is none. vouched reports whether the author says of a cell
// that it is pure.
func (p *Purity) Doubt(cells []*Cell, vouched func(i int) bool) (cell int, why string, err error) {
	for i, c := range cells {
		if vouched(i) {
			continue
		}
		if why = c.outside(); why == "" {
			memory := Remember(cells[:i+1])
			if why, err = p.Impure(memory.Reach(c)); why == "" && memory.Torn {
				why = "redeclares a part of a group of declarations"
			}
		}
		if why != "" || err != nil {
			return i, why, err
		}
	}
	return 0, "", nil
}

// outside says why a cell does what its Go alone does not tell.
func (c *Cell) outside() string {
	if why := c.NotGo(); why != "" {
		return why
	}
	for _, command := range c.Commands {
		if name, _, _ := strings.Cut(command, " "); !slices.Contains(settings, name) {
			return "has the command " + command
		}
	}
	return ""
}

// NotGo says why a cell has no Go that can be examined; "" if it has.
func (c *Cell) NotGo() string {
	switch {
	case c.Foreign:
		return "is no Go"
	case c.Opaque:
		return "cannot be parsed"
	}
	return ""
}

// settings are GoNB's commands that change only how later cells are built and started.
var settings = []string{"%args", "%autoget", "%cd", "%env", "%goflags", "%noautoget", "%remove", "%reset", "%rm"}
