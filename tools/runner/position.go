package runner

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	ansi = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)
	// GoNB's places: in the traceback of a compile error, and before a line of a stack trace in
	// stderr.
	gonbCompile  = regexp.MustCompile(`^Cell\[(\d+)\]: Line (\d+)$`)
	gonbTrace    = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	goFileLine   = regexp.MustCompile(`main(?:_test)?\.go:(\d+):(\d+): (.*)`)
	compilerSays = regexp.MustCompile(`(?m)^[^#\n].*$`)
	// a message of the go command about modules, after those of which the package is imported
	goFailed = regexp.MustCompile(`^failed to run "[^"\n]*": exit status \d+\s*\n(?:[^\n]* imports\n\s*)*([^\n]+)`)
	exited   = regexp.MustCompile(`^(exit status|signal: )`)
	// the line by which our change of GoNB says what to do
	hint        = regexp.MustCompile(`(?m)^hint: (.+)$`)
	pythonTrace = regexp.MustCompile(`(?:Cell In|Input In |<ipython-input-)\s?\[?(\d+)[\]-][^\n]*line (\d+)`)
)

// locate finds where an error happened and its message. count is the kernel's execution count of
// the place, 0 if it names none.
func locate(traceback []string, evalue, stderr string) (count int, p Position) {
	for _, entry := range traceback {
		lines := strings.Split(ansi.ReplaceAllString(entry, ""), "\n")
		if m := gonbCompile.FindStringSubmatch(lines[0]); m != nil {
			p.Line = atoi(m[2])
			p.Text = lines[len(lines)-1]
			for _, c := range goFileLine.FindAllStringSubmatch(evalue, -1) {
				if c[3] == p.Text { // the column is only in evalue
					p.Col = atoi(c[2])
					break
				}
			}
			return atoi(m[1]), p
		}
	}
	if m := pythonTrace.FindStringSubmatch(ansi.ReplaceAllString(strings.Join(traceback, "\n"), "")); m != nil {
		return atoi(m[1]), Position{Line: atoi(m[2])}
	}
	if !exited.MatchString(evalue) {
		if strings.HasPrefix(evalue, "# ") { // the compiler, about a package that the cell imports
			p.Text = strings.TrimSpace(compilerSays.FindString(evalue))
		}
		if m := goFailed.FindStringSubmatch(evalue); m != nil {
			p.Text = m[1]
		}
		return 0, p
	}
	// GoNB reports only the exit status of a failed program
	stderr = ansi.ReplaceAllString(stderr, "")
	if m := gonbTrace.FindStringSubmatch(stderr); m != nil {
		count, p.Line = atoi(m[1]), atoi(m[2])
	}
	p.Text = complaint(stderr)
	return count, p
}

// complaint is the line of stderr that names the failure: that of the panic, else the last one that
// a program wrote.
func complaint(stderr string) string {
	last := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if line != "" && !strings.HasPrefix(line, "exit status ") && !strings.HasPrefix(line, "signal: ") && line != "^C" {
			last = line
		}
	}
	return last
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil { // only digits come here
		return 0
	}
	return n
}
