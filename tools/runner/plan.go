package runner

import (
	"fmt"
	"strings"
	"time"

	"flowbook/tools/notebook"
)

// prepare plans the cells, clears the outputs that will be made again and proves that the notebook
// can be written.
func (s *session) prepare() error {
	var common settings
	// in a sandbox the user, not the notebook's author, decides which cells are executed and for
	// how long
	if s.opt.Sandbox == nil {
		var err error
		if common, err = notebookSettings(s.nb.Metadata); err != nil {
			return err
		}
	}
	everywhere := s.opt.Timeout
	if len(common.Timeout) > 0 {
		everywhere = common.limit
	}
	n := 0
	for _, c := range s.nb.Cells {
		if c.Type == notebook.Code {
			n++
		}
	}
	s.res.Cells = make([]CellResult, 0, n) // tasks point into it
	for i, c := range s.nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		t, err := s.planCell(i, c, everywhere)
		if err != nil {
			return fmt.Errorf("cell %d: %w", len(s.res.Cells), err)
		}
		s.plan = append(s.plan, t)
	}
	return s.saver.prove()
}

// planCell plans a code cell and clears its outputs, unless it is skipped by its metadata.
func (s *session) planCell(i int, c *notebook.Cell, everywhere time.Duration) (*task, error) {
	number := len(s.res.Cells) + 1
	s.res.Cells = append(s.res.Cells, CellResult{Index: i, Number: number, ID: c.ID, Line: c.Line, Title: title(c.Source), Status: NotRun})
	marks := readMarkers(c)
	if s.opt.Sandbox != nil {
		marks.skip, marks.mayFail = false, false
	}
	t := &task{cell: c, source: c.Source, res: &s.res.Cells[number-1], mayFail: marks.mayFail}
	var own settings
	if s.opt.Sandbox == nil {
		var err error
		if own, err = readSettings(c.Metadata, cellSettings); err != nil {
			return nil, err
		}
	}
	t.timeout, t.pure, t.expect = everywhere, own.Pure, own.expect
	if len(own.Timeout) > 0 {
		t.timeout = own.limit
	}
	if bound := s.opt.Timeout; bound > 0 && (t.timeout <= 0 || t.timeout > bound) {
		t.timeout = bound
	}
	switch {
	case marks.skip:
		t.res.Status = Skipped // its outputs are left alone
	case strings.TrimSpace(c.Source) == "":
		t.res.Status = Skipped
		c.ClearOutputs()
	default:
		c.ClearOutputs()
	}
	return t, nil
}
