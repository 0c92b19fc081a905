package runner

import (
	"regexp"
	"strings"

	"flowbook/tools/gocell"
)

// GoNB reports some failures only as text: its reply to a cell whose shell line failed says "ok",
// and that of stock GoNB to a cell whose magic it does not know. It writes these texts as messages
// of their own, which no program's output is likely to equal.
var (
	shellFailed  = regexp.MustCompile(`^(\^C\n)?(exit status \d+|signal: [a-z -]+|exec: .*|fork/exec .*)\n$`)
	unknownMagic = regexp.MustCompile(`^"%\S*" unknown or not implemented yet\.$`)
)

// see takes a cell's state from a stream message.
func (e *events) see(name, text string) {
	if name != "stderr" {
		return
	}
	e.stderr.add(text)
	if shellFailed.MatchString(text) {
		e.shell = strings.TrimSpace(text)
	}
	if e.magic == "" && unknownMagic.MatchString(text) {
		e.magic = text
	}
}

// gonbFailure applies GoNB's rules to a cell whose reply says ok: a failing shell line or script
// and an unknown magic are failures. A line that may fail says so itself: `!cmd || true`.
func gonbFailure(source string, e *events) *CellError {
	if e.magic != "" {
		return &CellError{Name: "UnknownMagic", Value: e.magic}
	}
	if e.shell != "" && gocell.Read(source).RunsShell() {
		return &CellError{Name: "ShellError", Value: e.shell, Stderr: e.stderr.String()}
	}
	return nil
}
