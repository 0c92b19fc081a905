package runner

import (
	"regexp"
	"time"

	"flowbook/tools/notebook"
)

// task is one code cell on its way.
type task struct {
	cell    *notebook.Cell
	res     *CellResult
	timeout time.Duration
	expect  *regexp.Regexp
	mayFail bool
	pure    []string // metadata "pure"

	source  string  // the code to send
	places  []place // where its lines come from, if it is not the cell's source
	out     *outputs
	late    bool // its outputs have changed since they were recorded
	count   int  // execution count in the notebook
	replied bool
	idle    bool
	reply   reply
	lines   map[int]place // of the main.go of a program that failed: where they come from
	prompt  string        // its question on stdin
	asked   bool
	broken  error // a message of its that made no sense
}

type reply struct {
	Status    string   `json:"status"`
	Count     int      `json:"execution_count"`
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// ended reports whether the kernel is done with the cell.
func (t *task) ended() bool { return t.replied && t.idle }

// stops reports whether no other cell can follow, whatever the options: the kernel is dead, or
// still busy with this one.
func (t *task) stops() bool {
	switch t.res.Status {
	case KernelDied, Interrupted:
		return true
	case TimedOut, StdinRequested:
		return !t.ended()
	}
	return false
}
