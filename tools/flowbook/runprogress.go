package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"flowbook/tools/report"
	"flowbook/tools/runner"
)

// progressSet shows the progress of notebooks: a statusLine on a terminal, elsewhere or with --log a line for each cell. It writes to stderr;
// stdout gets one line for each notebook at its end.
type progressSet struct {
	line    *statusLine
	con     *console
	logging bool
	each    []*progress
}

type progress struct {
	set  *progressSet
	name string
	task *lineTask // nil before it begins
	open bool      // the log's last line has not ended
}

func newProgress(con *console, targets []*target, flags runFlags) *progressSet {
	at := *con
	if flags.Log || !flags.Progress {
		at.terminal = nil
	}
	s := &progressSet{line: newStatusLine(&at), con: con, logging: flags.Log}
	if len(targets) > 1 {
		s.line.total = len(targets)
	}
	for _, t := range targets {
		s.each = append(s.each, &progress{set: s, name: t.name})
	}
	return s
}

// begin shows that a notebook is being run.
func (s *progressSet) begin(i int) *progress {
	p := s.each[i]
	s.line.update(func() {
		p.task = s.line.start(p.name)
		p.task.text = "preparing the kernel"
	})
	return p
}

// event shows a cell's start or end.
func (p *progress) event(ev runner.Event) {
	line := p.set.line
	line.update(func() {
		if ev.Quiet > 0 {
			p.endLine()
			line.print(p.set.con.stderr, quietLine(p.name, ev)+"; --timeout DURATION limits each cell")
			return
		}
		p.task.text = fmt.Sprintf("cell %d/%d %s", ev.Cell.Number, ev.Total, ev.Cell.Title)
		if line.w == nil && ev.Cell.Status != "" {
			p.endLine()
			line.print(p.set.con.stderr, cellLine(p.name, ev))
		}
	})
}

// quietLine is the warning about a cell that puts out nothing, which may wait for ever.
func quietLine(name string, ev runner.Event) string {
	since, whole := strings.CutSuffix(ev.Quiet.String(), "m0s")
	if whole {
		since += " minutes"
	}
	return fmt.Sprintf("flowbook: %s: warning: cell %d (%s) has put out nothing for %s; Ctrl+C ends the run", name, ev.Cell.Number, ev.Cell.Title, since)
}

// cellLine is the line for a cell that has ended.
func cellLine(name string, ev runner.Event) string {
	c := ev.Cell
	return fmt.Sprintf("%s: cell %d/%d %s %s  %s", name, c.Number, ev.Total, c.Status, elapsed(c.Phases.Total), c.Title)
}

// log prints a cell's text and begins each line with the cell's number.
func (p *progress) log(ev runner.Event, stream, text string) {
	if !p.set.logging {
		return
	}
	p.set.line.update(func() {
		for line := range strings.Lines(report.Printable(text)) { // as a whole, because \r ends a line too
			if !p.open {
				fmt.Fprintf(p.set.con.stderr, "%s[%d] %s| ", p.name, ev.Cell.Number, map[string]string{"stderr": "!"}[stream])
			}
			io.WriteString(p.set.con.stderr, line)
			p.open = !strings.HasSuffix(line, "\n")
		}
	})
}

func (p *progress) endLine() {
	if p.open {
		fmt.Fprintln(p.set.con.stderr)
		p.open = false
	}
}

// finish ends a notebook's progress and prints its result.
func (s *progressSet) finish(i int, t *target, res *runner.Result, err error) {
	s.line.update(func() {
		p := s.each[i]
		p.endLine()
		s.line.done++
		s.line.end(p.task)
		s.line.erase()
		s.tell(t, res, err)
	})
}

// tell prints what became of a notebook.
func (s *progressSet) tell(t *target, res *runner.Result, err error) {
	stdout := s.con.stdout
	if t.goal() == "" {
		stdout = s.con.stderr // it has the notebook itself
	}
	if err != nil {
		fmt.Fprintf(s.con.stderr, "flowbook: %s\n", named(t, err))
		return
	}
	for _, w := range res.Warnings {
		fmt.Fprintf(s.con.stderr, "flowbook: %s: %s\n", t.name, w)
	}
	for i := range res.Cells {
		if c := &res.Cells[i]; c.Cut {
			fmt.Fprintf(s.con.stderr, "flowbook: %s: cell %d: a part of its output is missing, it was too large (--max-output MIB keeps more)\n", t.name, c.Number)
		}
	}
	told := false
	for i := range res.Cells {
		if c := &res.Cells[i]; c.Status.Bad() {
			explain(s.con.stderr, t, c)
			told = true
		}
	}
	if res.Stop != nil && !told {
		fmt.Fprintf(s.con.stderr, "flowbook: %s: %v\n", t.name, res.Stop)
	}
	fmt.Fprintf(stdout, "%s: %s\n", t.name, summary(t, res))
}

func elapsed(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
