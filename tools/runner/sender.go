package runner

import (
	"encoding/json"
	"strings"
)

// sender decides which code is sent to the kernel for each cell of a notebook, and which cells need
// not be sent.
type sender interface {
	// reuse gives cell i, by its index in the plan, its outputs without executing it; false if it
	// must be executed.
	reuse(i int) bool
	// compose makes the source that is sent for cell i.
	compose(i int) (source string, places []place, err error)
	// refused reports whether cell i, which has just been executed, failed for the company in which
	// it was sent. It is executed again then, as it is.
	refused(i int) bool
	// executed takes note that cell i has been executed and that the run goes on.
	executed(i int) error

	environment() []string              // for the kernel, on top of the rest
	started(info json.RawMessage) error // notes the kernel's description of itself
	info() json.RawMessage              // stored by an earlier run; nil if a kernel must be asked
	finish() error                      // is called when the notebook is written
}

// asIs sends each cell as it is.
type asIs struct{ s *session }

func (a asIs) reuse(int) bool { return false }

func (a asIs) compose(i int) (string, []place, error) { return a.source(i), nil, nil }

// source is cell i's own. GoNB ends lines at \n alone, and knows no magic %%\r.
func (a asIs) source(i int) string {
	source := a.s.plan[i].cell.Source
	if a.s.gonb {
		return strings.ReplaceAll(source, "\r\n", "\n")
	}
	return source
}

func (asIs) refused(int) bool              { return false }
func (asIs) executed(int) error            { return nil }
func (asIs) environment() []string         { return nil }
func (asIs) started(json.RawMessage) error { return nil }
func (asIs) info() json.RawMessage         { return nil }
func (asIs) finish() error                 { return nil }
