package notebook

import (
	"fmt"
	"strings"

	"flowbook/tools/status"
)

// Error is a fault of a notebook's file: broken JSON, a field of the wrong kind, or a breach of the
// format's schema.
type Error struct {
	File   string // as given to ReadFile; "" from Read and Validate
	Line   int    // in the file, from 1; 0 where it is not known
	Offset int    // the byte in the file, from 0; -1 where it is not known
	Path   string // the place in the document, as cells[3].outputs[0].name; "" for the whole
	Msg    string
}

// Error reads: a.ipynb: line 12, byte 345: cells[3].source: a number, not a string.
func (e *Error) Error() string {
	var parts []string
	if e.File != "" {
		parts = append(parts, "read "+e.File)
	}
	if e.Line > 0 {
		place := fmt.Sprintf("line %d", e.Line)
		if e.Offset >= 0 {
			place += fmt.Sprintf(", byte %d", e.Offset)
		}
		parts = append(parts, place)
	}
	if e.Path != "" {
		parts = append(parts, e.Path)
	}
	return strings.Join(append(parts, e.Msg), ": ")
}

// Cell is the cell, from 0, that the fault is in; ok is false for a fault of the whole notebook.
func (e *Error) Cell() (i int, ok bool) {
	n, _ := fmt.Sscanf(e.Path, "cells[%d]", &i)
	return i, n == 1
}

// ExitCode is the status a command ends with when a file is not a notebook.
func (e *Error) ExitCode() int { return status.ExitInvalid }
