package runner

import (
	"fmt"
	"strings"
	"time"

	"flowbook/tools/status"
)

// Result is the result of a notebook's run: one CellResult for each code cell, in the notebook's
// order.
type Result struct {
	Path     string       // the notebook as the caller named it, slashes, relative where it was
	Output   string       // where the executed notebook was written; "" if it was not
	Status   Status       // the worst of the cells
	Cells    []CellResult // code cells only
	Stop     error        // why the run ended early: a *DeadlineError or the context's cause
	Warnings []string     // notices for the reader although nothing failed

	Kernel        string // kernelspec name
	Language      string // language and its version as the kernel reported it, "go go1.26.5"
	KernelVersion string
	Started       time.Time
	Startup       time.Duration // kernel start until it answered
	Elapsed       time.Duration
}

// CellResult is the result of one code cell.
type CellResult struct {
	Index   int    // index in the notebook's cells, from 0
	Number  int    // its number among the code cells, from 1, as in "cell 3" of messages
	ID      string // nbformat id, "" where the notebook has none
	Line    int    // line of the cell's source in the .ipynb file, 0 if unknown
	Title   string // first line after the imports, shortened
	Status  Status
	Error   *CellError // nil unless Status.Bad()
	Cut     bool       // its output was larger than Options.MaxOutput and is not complete
	Why     string     // of an incremental run: why the cell was executed
	Started time.Time
	Phases  Phases
}

// Phases is where a cell's time went. Total is from request to reply and idle; the others are zero
// where they could not be measured: Prepare is everything before the compiler (goimports, go get,
// loading packages), Build the compiling, Link the linking and Run the rest.
type Phases struct {
	Total, Prepare, Build, Link, Run time.Duration
}

// CellError says why a cell failed.
type CellError struct {
	// Name is the kernel's ename, or one of ours: ShellError, UnknownMagic, NoIdle, NoReply,
	// Aborted, …
	Name      string
	Value     string   // the kernel's evalue
	Traceback []string // as the kernel sent it, ANSI escapes included
	Stderr    string   // the end of the cell's stderr, where GoNB keeps the text of a panic
	Diff      string   // of a mismatched cell: stored and new outputs side by side
	Hint      string   // what the kernel advises, "" for nothing
	Position  Position // where the kernel says it happened; zero if it does not say
}

// Position is a place in a cell's source, as GoNB maps it.
type Position struct {
	Number int    // code cell number; 0 if unknown
	Line   int    // line in the cell, from 1
	Col    int    // column, 0 if unknown
	File   int    // line in the .ipynb file, 0 if unknown
	Text   string // the compiler's or the program's message at that place
}

// Error gives the failure in one line.
func (e *CellError) Error() string {
	msg := firstLine(e.Value)
	if e.Position.Text != "" {
		msg = e.Position.Text
	}
	if e.Name != "" && e.Name != "ERROR" && e.Name != "Timeout" && !strings.HasPrefix(msg, e.Name) {
		msg = e.Name + ": " + msg
	}
	if p := e.Position; p.Line > 0 {
		where := fmt.Sprintf("cell %d, line %d", p.Number, p.Line)
		if p.Number == 0 {
			where = fmt.Sprintf("line %d", p.Line)
		}
		if p.Col > 0 {
			where += fmt.Sprintf(":%d", p.Col)
		}
		return where + ": " + msg
	}
	return msg
}

// ExitCode is the exit status of a command that ran this notebook: the stop from outside if there
// was one, else the worst cell.
func (r *Result) ExitCode() int {
	if c, ok := r.Stop.(interface{ ExitCode() int }); ok {
		return c.ExitCode()
	}
	if r.Stop != nil {
		return Interrupted.ExitCode()
	}
	return r.Status.ExitCode()
}

// Bad returns the first cell that went wrong, or nil.
func (r *Result) Bad() *CellResult {
	for i := range r.Cells {
		if r.Cells[i].Status.Bad() {
			return &r.Cells[i]
		}
	}
	return nil
}

// Count returns how many cells have the status.
func (r *Result) Count(s Status) int {
	n := 0
	for i := range r.Cells {
		if r.Cells[i].Status == s {
			n++
		}
	}
	return n
}

// DeadlineError ends a run whose whole time is over.
type DeadlineError struct{ After time.Duration }

func (e *DeadlineError) Error() string {
	return fmt.Sprintf("the run's deadline of %v is over", e.After)
}

// ExitCode is 124, as timeout(1) has it.
func (e *DeadlineError) ExitCode() int { return status.ExitDeadline }

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}
