package runner

import (
	"fmt"
	"strings"
)

// judge determines a cell's status.
func (s *session) judge(t *task, end ending) {
	switch end {
	case died:
		msg := "the kernel's process ended"
		if d := s.k.Death(); d != nil {
			msg = d.Error()
		}
		t.fail(KernelDied, &CellError{Name: "KernelDied", Value: msg, Stderr: t.out.events.stderr.String()})
		return
	case timedOut:
		t.fail(TimedOut, &CellError{Name: "Timeout", Value: fmt.Sprintf("ran longer than %v (--timeout, or the notebook's metadata)", t.timeout), Stderr: t.out.events.stderr.String()})
		return
	case stopped:
		return // execute knows why
	case askedStdin:
		t.fail(StdinRequested, &CellError{Name: "StdinRequested", Value: fmt.Sprintf("the cell asks for input (%q); a headless run has none to give", strings.TrimSpace(t.prompt))})
		return
	case flooded:
		t.fail(Failed, &CellError{Name: "OutputFlood", Value: fmt.Sprintf("the cell put out more than %d times the %s that are kept, and was interrupted", flood, byteSize(t.out.limit))})
		return
	case noIdle:
		t.fail(Failed, &CellError{Name: "NoIdle", Value: fmt.Sprintf("the kernel replied, but did not become idle within %v: output may be missing", s.opt.IdleWait)})
		return
	case noReply:
		t.fail(Failed, &CellError{Name: "NoReply", Value: fmt.Sprintf("the kernel became idle, but did not reply within %v", s.opt.IdleWait)})
		return
	}
	if t.broken != nil {
		t.fail(Failed, &CellError{Name: "BadMessage", Value: t.broken.Error()})
		return
	}
	switch e := s.failure(t); {
	case t.expect != nil:
		s.expected(t, e)
	case e != nil && e.Name == "SystemExit" && (e.Value == "" || e.Value == "0") && !t.mayFail && s.opt.Sandbox == nil:
		// sys.exit(0) ends a Python run successfully; a sandboxed notebook must not skip cells that
		// way
		t.res.Status, s.ended = OK, true
	case e != nil && !t.mayFail:
		e.Stderr = s.stored(t, e.Stderr) // told as the notebook has it
		t.fail(Failed, e)
	default:
		t.res.Status = OK
	}
}

// failure says why a cell that ended counts as failed, whatever its tags; nil if it does not.
func (s *session) failure(t *task) *CellError {
	var e *CellError
	switch r := t.reply; r.Status {
	case "ok":
		if !s.gonb {
			return nil
		}
		e = gonbFailure(t.cell.Source, &t.out.events)
		if e == nil {
			return nil
		}
	case "error":
		e = &CellError{Name: r.EName, Value: r.EValue, Traceback: r.Traceback, Stderr: t.out.events.stderr.String()}
		if len(e.Traceback) == 0 { // GoNB and others say more on iopub
			for _, p := range t.out.list {
				if p.out.Type == "error" {
					e.Traceback = p.out.Traceback
				}
			}
		}
	case "aborted":
		return &CellError{Name: "Aborted", Value: "the kernel refused to execute the cell"}
	case "":
		return &CellError{Name: "NoStatus", Value: "the kernel's reply has no status"}
	default:
		return &CellError{Name: "BadStatus", Value: fmt.Sprintf("the kernel's reply has status %q", r.Status)}
	}
	if m := hint.FindStringSubmatch(e.Value); m != nil && s.gonb {
		e.Hint = m[1]
	}
	count, p := locate(e.Traceback, e.Value, e.Stderr)
	if s.gonb && exited.MatchString(e.Value) {
		t.lines = s.mainLines()
	}
	from, lost := lost(e.Stderr, t.lines)
	if lost {
		p.Number, p.Line = from.number, from.line
	} else if p.Line > 0 {
		p.Number, p.Line = s.place(count, p.Line)
	}
	if p.Line > 0 {
		for _, u := range s.plan {
			if u.res.Number == p.Number {
				p.File = u.cell.LineOf(p.Line)
			}
		}
	}
	e.Position = p
	return e
}

// expected judges a cell that must fail in a certain way.
func (s *session) expected(t *task, e *CellError) {
	if e == nil {
		t.fail(Failed, &CellError{Name: "UnexpectedSuccess", Value: fmt.Sprintf("an error matching %q was demanded, the cell had none", t.expect)})
		return
	}
	text := e.Name + ": " + e.Value + "\n" + ansi.ReplaceAllString(strings.Join(e.Traceback, "\n"), "") + "\n" + e.Stderr
	if !t.expect.MatchString(text) {
		e.Value = fmt.Sprintf("an error matching %q was demanded, this came: %s", t.expect, e.Value)
		t.fail(Failed, e)
		return
	}
	t.res.Status = OK
}

func (t *task) fail(s Status, e *CellError) { t.res.Status, t.res.Error = s, e }

// place turns a place as the kernel names it, an execution count and a line, into a code cell's
// number and line; number 0 if it is nobody's.
func (s *session) place(count, line int) (number, l int) {
	t := s.counts[count]
	switch {
	case t == nil:
		return 0, line
	case t.places == nil:
		return t.res.Number, line
	case line < 1 || line > len(t.places):
		return 0, line
	}
	return t.places[line-1].number, t.places[line-1].line
}

// countPlace is place with the notebook's execution count in place of the cell's number.
func (s *session) countPlace(count, line int) (int, int) {
	number, l := s.place(count, line)
	if n := s.countOf(number); n > 0 {
		return n, l
	}
	return count, line
}

// countOf is the execution count, in the notebook, of the code cell with this number; 0 if it has
// none.
func (s *session) countOf(number int) int {
	for _, t := range s.plan {
		if t.res.Number == number && t.cell.ExecutionCount != nil {
			return *t.cell.ExecutionCount
		}
		if t.res.Number == number {
			return t.count
		}
	}
	return 0
}
