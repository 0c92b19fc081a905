package runner

import (
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// A normalizer takes out of a Go cell's streams and errors what is different on each run or machine and means nothing to a reader, so that
// a second run gives the same bytes:
//
//   - the kernel's folder, .../gonb_1a2b3c4d, is written $GONB_TMP_DIR, and the module and program named after it gonb;
//   - in stack traces, addresses and program counters are written 0x?, goroutines but the first are N, and folders are
//     written $GOROOT, $GOMODCACHE or relative to the module.
//
// Nothing else is touched: what a cell shows by other means is its author's.
type normalizer struct {
	roots []root
}

type root struct{ dir, name string }

var (
	gonbDir     = regexp.MustCompile(`(?:[A-Za-z]:)?(?:[/\\][^\s"':/\\]+)*?[/\\]gonb_[0-9a-f]{8}\b`)
	gonbName    = regexp.MustCompile(`\bgonb_[0-9a-f]{8}\b`)
	hexNumber   = regexp.MustCompile(`\b0x[0-9a-f]+\b`)
	goroutine   = regexp.MustCompile(`^(goroutine|created by .* in goroutine) (\d+)\b`)
	traceHeader = regexp.MustCompile(`^goroutine \d+ .*\[.*\]:$|^\[signal SIG`)
)

// output normalizes one output in place.
func (n *normalizer) output(o *notebook.Output) {
	switch o.Type {
	case notebook.Stream:
		o.Text = n.text(o.Text)
	case notebook.ErrorOutput:
		o.EValue = n.text(o.EValue)
		for i, t := range o.Traceback {
			o.Traceback[i] = n.text(t)
		}
	}
}

func (n *normalizer) text(s string) string {
	if strings.Contains(s, "gonb_") {
		s = gonbDir.ReplaceAllLiteralString(s, "$GONB_TMP_DIR")
		s = gonbName.ReplaceAllLiteralString(s, "gonb")
	}
	if !strings.Contains(s, "goroutine ") {
		return s
	}
	var b strings.Builder
	inTrace := false
	for line := range strings.Lines(s) {
		switch bare := strings.TrimSpace(line); {
		case traceHeader.MatchString(bare):
			inTrace = true
		case strings.HasPrefix(bare, "exit status "), strings.HasPrefix(bare, "signal: "):
			inTrace = false
		}
		if inTrace {
			line = n.trace(line)
		}
		b.WriteString(line)
	}
	return b.String()
}

// trace normalizes a line of a stack trace.
func (n *normalizer) trace(line string) string {
	line = hexNumber.ReplaceAllLiteralString(line, "0x?")
	line = goroutine.ReplaceAllStringFunc(line, func(m string) string {
		if strings.HasSuffix(m, " 1") {
			return m
		}
		return m[:strings.LastIndexByte(m, ' ')] + " N"
	})
	for _, r := range n.roots {
		line = strings.Replace(line, r.dir, r.name, 1)
	}
	return line
}
