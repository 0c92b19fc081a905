package runner

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// A normalizer removes the parts of a Go cell's streams and errors that differ on each run or
// machine and means nothing to a reader, so that a second run gives the same bytes:
//
//   - the folder of this kernel in which GoNB composes programs, .../gonb_1a2b3c4d, is written
//     $GONB_TMP_DIR, and the module and program named after it gonb;
//   - in stack traces, addresses and program counters are written 0x?, goroutines but the first and
//     the closures of a cell's main are N, folders are written $GOROOT, $GOMODCACHE or relative to
//     the module, and a line of the composed main.go is left out where GoNB says of which cell it
//     is;
//   - where cells share a program, or are not all executed, the places that GoNB names, Cell [3]
//     Line 2, are counted as if each were executed by itself.
//
// Nothing else is touched: output that a cell shows by other means is its author's.
type normalizer struct {
	folders []string // the kernel's folder, by each path that leads to it
	name    string   // last element of the kernel's folder
	roots   []root
	place   func(count, line int) (int, int) // maps GoNB's places to the notebook's; nil if equal
	lost    func(text string) string         // names the places that GoNB did not; may be nil
}

type root struct{ dir, name string }

var (
	mappedLine = regexp.MustCompile(`(Line \d+ \]\]\S* \S*main\.go):\d+`)
	hexNumber  = regexp.MustCompile(`\b0x[0-9a-f]+\b`)
	goroutine  = regexp.MustCompile(`^(goroutine|created by .* in goroutine) (\d+)\b`)
	gonbPlace  = regexp.MustCompile(`(Cell ?\[)(\d+)(\]:? Line )(\d+)`)
	// the numbers count over all cells of a program
	closure     = regexp.MustCompile(`\bmain\.main(\.func|\.gowrap|\.deferwrap|-range)\d+\b`)
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
	if n.place != nil && strings.Contains(s, " Line ") {
		s = gonbPlace.ReplaceAllStringFunc(s, func(m string) string {
			parts := gonbPlace.FindStringSubmatch(m)
			count, line := n.place(atoi(parts[2]), atoi(parts[4]))
			return fmt.Sprintf("%s%d%s%d", parts[1], count, parts[3], line)
		})
	}
	if n.lost != nil && strings.Contains(s, "main.go:") {
		s = n.lost(s)
	}
	if n.name != "" && strings.Contains(s, n.name) {
		for _, folder := range n.folders {
			s = strings.ReplaceAll(s, folder, "$GONB_TMP_DIR")
		}
		s = strings.ReplaceAll(s, n.name, "gonb")
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
	line = mappedLine.ReplaceAllString(line, "$1")
	line = hexNumber.ReplaceAllLiteralString(line, "0x?")
	line = closure.ReplaceAllString(line, "main.main${1}N")
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

// ownFolders finds the folder in which a GoNB whose temporary folder is temp composes its programs,
// by each path that leads to it.
func ownFolders(temp string) (folders []string, name string) {
	found, err := filepath.Glob(filepath.Join(temp, "gonb_????????"))
	if err != nil || len(found) != 1 {
		return nil, ""
	}
	folders = found
	if real, err := filepath.EvalSymlinks(found[0]); err == nil && real != found[0] {
		folders = append([]string{real}, folders...) // longer, as a rule: /private/tmp
	}
	return folders, filepath.Base(found[0])
}
