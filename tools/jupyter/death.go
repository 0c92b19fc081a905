package jupyter

import (
	"fmt"
	"regexp"
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

// SettingError is a setting of the go command, in the environment or of `go env -w`, with which the
// kernel cannot start.
type SettingError struct{ Said string }

func (e *SettingError) Error() string {
	return fmt.Sprintf("the go command refuses a setting: %s (correct or unset it; go env shows it)", e.Said)
}

// ExitCode is the exit status of a command that cannot be executed as it was called.
func (e *SettingError) ExitCode() int { return status.ExitUsage }

// refusal matches a message of the go command that names a setting.
var refusal = regexp.MustCompile(`(?m)(?:^|: )go: (.*\bGO[A-Z0-9]{3,}\b.*)$`)

// refusedSetting finds the refusal in the output of a kernel that did not start, or in the error of
// its preparation.
func refusedSetting(said string) error {
	m := refusal.FindStringSubmatch(said)
	if m == nil {
		return nil
	}
	what, _, _ := strings.Cut(m[1], "; see ")
	return &SettingError{what}
}
