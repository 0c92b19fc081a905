package runner

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"flowbook/tools/notebook"
)

// prepare plans the cells, clears the outputs that will be made again and proves that the notebook
// can be written.
func (s *session) prepare() error {
	var common settings
	if err := s.nb.Metadata.Decode("flowbook", &common); err != nil {
		return fmt.Errorf("metadata flowbook: %w", err)
	}
	var nbmake settings
	if err := s.nb.Metadata.Decode("execution", &nbmake); err != nil {
		return fmt.Errorf("metadata execution: %w", err)
	}
	// in a sandbox the user, not the notebook's author, decides which cells are executed and for
	// how long
	if s.opt.Sandbox != nil {
		common, nbmake = settings{}, settings{}
	}
	everywhere, err := nbmake.timeout(s.opt.Timeout)
	if err != nil {
		return fmt.Errorf("metadata execution.timeout: %w", err)
	}
	if everywhere, err = common.timeout(everywhere); err != nil {
		return fmt.Errorf("metadata flowbook.timeout: %w", err)
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
	if err := c.Metadata.Decode("flowbook", &own); err != nil {
		return nil, fmt.Errorf("metadata flowbook: %w", err)
	}
	if s.opt.Sandbox != nil {
		own = settings{}
	}
	var err error
	if t.timeout, err = own.timeout(everywhere); err != nil {
		return nil, fmt.Errorf("metadata flowbook.timeout: %w", err)
	}
	if bound := s.opt.Timeout; bound > 0 && (t.timeout <= 0 || t.timeout > bound) {
		t.timeout = bound
	}
	t.pure = own.Pure
	if own.ExpectError != "" {
		if t.expect, err = regexp.Compile(own.ExpectError); err != nil {
			return nil, fmt.Errorf("metadata flowbook.expect-error: %w", err)
		}
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
