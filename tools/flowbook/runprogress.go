package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"flowbook/tools/report"
	"flowbook/tools/runner"
)

// progressSet shows how notebooks get on: bars on a terminal, a line for each cell elsewhere. All of it goes to stderr; stdout gets one line
// for each notebook at its end.
type progressSet struct {
	con     *console
	mu      sync.Mutex
	pool    *mpb.Progress // nil without a terminal
	logging bool
	each    []*progress
	later   []func() // what is printed when the bars are gone
}

type progress struct {
	set  *progressSet
	name string
	bar  *mpb.Bar
	text atomic.Pointer[string] // what the bar says; without a lock, for the bar asks for it while it is told of progress
	open bool                   // the log's last line has not ended
}

func newProgress(con *console, targets []*target, logs bool) *progressSet {
	s := &progressSet{con: con, logging: logs}
	width := 0
	for _, t := range targets {
		width = max(width, len(t.name))
	}
	if con.terminal != nil && !logs {
		s.pool = mpb.New(mpb.WithOutput(con.terminal), mpb.WithWidth(30))
	}
	for _, t := range targets {
		p := &progress{set: s, name: t.name}
		if s.pool != nil {
			p.bar = s.pool.AddBar(int64(max(1, codeCells(t))),
				mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-*s", width, report.Printable(t.name))), decor.CountersNoUnit(" %d/%d")),
				mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string {
					if text := p.text.Load(); text != nil {
						return "  " + *text
					}
					return ""
				})))
		}
		s.each = append(s.each, p)
	}
	return s
}

func codeCells(t *target) int {
	n := 0
	for _, c := range t.nb.Cells {
		if c.Type == "code" {
			n++
		}
	}
	return n
}

func (s *progressSet) of(i int) *progress { return s.each[i] }

// event shows a cell's start or end.
func (p *progress) event(ev runner.Event) {
	p.set.mu.Lock()
	defer p.set.mu.Unlock()
	c := ev.Cell
	if p.bar != nil {
		title := report.Printable(c.Title)
		p.text.Store(&title)
		if c.Status != "" {
			p.bar.SetTotal(int64(ev.Total), false)
			p.bar.IncrBy(1)
		}
		return
	}
	if c.Status == "" {
		return
	}
	p.endLine()
	fmt.Fprintf(p.set.con.stderr, "%s: cell %d/%d %s %s  %s\n", p.name, c.Number, ev.Total, c.Status, elapsed(c.Phases.Total), c.Title)
}

// log prints a cell's text, each line with the cell it comes from.
func (p *progress) log(ev runner.Event, stream, text string) {
	if !p.logs() {
		return
	}
	p.set.mu.Lock()
	defer p.set.mu.Unlock()
	for line := range strings.Lines(report.Printable(text)) { // as a whole, because \r ends a line too
		if !p.open {
			fmt.Fprintf(p.set.con.stderr, "%s[%d] %s| ", p.name, ev.Cell.Number, map[string]string{"stderr": "!"}[stream])
		}
		io.WriteString(p.set.con.stderr, line)
		p.open = !strings.HasSuffix(line, "\n")
	}
}

func (p *progress) logs() bool { return p.bar == nil && p.set.logging }

func (p *progress) endLine() {
	if p.open {
		fmt.Fprintln(p.set.con.stderr)
		p.open = false
	}
}

// finish ends a notebook's progress and prints what became of it, at once or when the bars are gone.
func (s *progressSet) finish(i int, t *target, res *runner.Result, err error) {
	s.mu.Lock()
	p := s.each[i]
	p.text.Store(nil)
	p.endLine()
	s.mu.Unlock()
	if p.bar != nil {
		if err == nil && res.ExitCode() == exitOK {
			p.bar.SetTotal(-1, true)
		} else {
			p.bar.Abort(false)
		}
		p.bar.Wait()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool == nil {
		s.tell(t, res, err)
		return
	}
	s.later = append(s.later, func() { s.tell(t, res, err) }) // the bars would overwrite it
}

// tell prints what became of a notebook.
func (s *progressSet) tell(t *target, res *runner.Result, err error) {
	stdout := s.con.stdout
	if t.output == "" {
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

// wait ends the bars, those of notebooks that were never begun too, and prints what had to wait for that.
func (s *progressSet) wait() {
	if s.pool == nil {
		return
	}
	for _, p := range s.each {
		p.bar.Abort(false) // does nothing to a bar that is complete
	}
	s.pool.Wait()
	for _, tell := range s.later {
		tell()
	}
}

func elapsed(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
