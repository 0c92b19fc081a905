package jupyter

import (
	"fmt"
	"strings"

	"flowbook/tools/status"
)

// DeathError reports an unexpected end of the kernel process.
type DeathError struct {
	Kernel string // the spec's display name
	Signal string // "killed", "" when it ended by itself
	Code   int    // exit code when Signal is ""
	Reason string // the event seen instead of the process's end: "closed its iopub connection"
	Stderr string // the last lines that it wrote to stdout and stderr
}

func (e *DeathError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kernel %s died: ", e.Kernel)
	switch {
	case e.Reason != "":
		b.WriteString(e.Reason)
	case e.Signal != "":
		fmt.Fprintf(&b, "signal %s", e.Signal)
	default:
		fmt.Fprintf(&b, "exit status %d", e.Code)
	}
	if e.Stderr != "" {
		fmt.Fprintf(&b, "; its last output: %s", e.Stderr)
	}
	return b.String()
}

// ExitCode is the exit status of a command whose kernel died: papermill's.
func (e *DeathError) ExitCode() int { return status.ExitKernelDied }
