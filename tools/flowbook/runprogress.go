package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

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
}

type progress struct {
	set  *progressSet
	name string
	bar  *mpb.Bar
	text string // what the bar says
	open bool   // the log's last line has not ended
}

func newProgress(con *console, targets []*target, logs bool) *progressSet {
	s := &progressSet{con: con, logging: logs}
	width := 0
	for _, t := range targets {
		width = max(width, len(t.name))
	}
	if f, ok := con.stderr.(*os.File); ok && !logs && term.IsTerminal(int(f.Fd())) {
		s.pool = mpb.New(mpb.WithOutput(con.stderr), mpb.WithWidth(30))
	}
	for _, t := range targets {
		p := &progress{set: s, name: t.name}
		if s.pool != nil {
			p.bar = s.pool.AddBar(int64(max(1, codeCells(t))),
				mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-*s", width, t.name)), decor.CountersNoUnit(" %d/%d")),
				mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string {
					s.mu.Lock()
					defer s.mu.Unlock()
					return "  " + p.text
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
		p.text = c.Title
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
	for line := range strings.Lines(text) {
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

// finish prints what became of a notebook.
func (s *progressSet) finish(i int, t *target, res *runner.Result, err error) {
	s.mu.Lock()
	p := s.each[i]
	p.text = ""
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
	if bad := res.Bad(); bad != nil {
		explain(s.con.stderr, t, bad)
	} else if res.Stop != nil {
		fmt.Fprintf(s.con.stderr, "flowbook: %s: %v\n", t.name, res.Stop)
	}
	fmt.Fprintf(stdout, "%s: %s\n", t.name, summary(t, res))
}

// named puts the notebook's name before an error that does not have it.
func named(t *target, err error) string {
	msg := err.Error()
	if strings.Contains(msg, t.name) {
		return msg
	}
	return t.name + ": " + msg
}

// summary is the line for a notebook: status, cells, time, place.
func summary(t *target, res *runner.Result) string {
	status := string(res.Status)
	if res.Stop != nil {
		status = "stopped"
	}
	counts := []string{fmt.Sprintf("%d cells", len(res.Cells))}
	for _, st := range []runner.Status{runner.Failed, runner.Mismatched, runner.TimedOut, runner.KernelDied, runner.StdinRequested, runner.Interrupted, runner.Cached, runner.Skipped, runner.NotRun} {
		if n := res.Count(st); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, st))
		}
	}
	line := fmt.Sprintf("%s, %s, %s", status, strings.Join(counts, ", "), elapsed(res.Elapsed))
	if t.output != "" {
		line += ", " + display(t.output)
	}
	return line
}

// explain tells of a failed cell: where, what, the code around it, and the end of what it wrote to stderr.
func explain(w io.Writer, t *target, c *runner.CellResult) {
	where := fmt.Sprintf("%s: cell %d", t.name, c.Number)
	if c.ID != "" {
		where += " (" + c.ID + ")"
	}
	line := c.Line
	if c.Error != nil && c.Error.Position.File > 0 {
		line = c.Error.Position.File
	}
	if line > 0 {
		where += fmt.Sprintf(", line %d of the file", line)
	}
	fmt.Fprintf(w, "flowbook: %s: %s: %v\n", where, c.Status, c.Error)
	if c.Error == nil {
		return
	}
	if p := c.Error.Position; p.Line > 0 && p.Number > 0 {
		if src := sourceOf(t, p.Number); src != nil {
			for k := max(1, p.Line-2); k <= min(len(src), p.Line+2); k++ {
				mark := " "
				if k == p.Line {
					mark = ">"
				}
				fmt.Fprintf(w, "  %s %3d | %s\n", mark, k, src[k-1])
			}
		}
	}
	if tail := lastLines(c.Error.Stderr, 12); tail != "" {
		fmt.Fprintf(w, "  stderr of the cell:\n    %s\n", strings.ReplaceAll(tail, "\n", "\n    "))
	}
}

// sourceOf is the source of the how-manieth code cell, in lines.
func sourceOf(t *target, number int) []string {
	for _, c := range t.nb.Cells {
		if c.Type == "code" {
			if number--; number == 0 {
				return strings.Split(c.Source, "\n")
			}
		}
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}

func (s *progressSet) wait() {
	if s.pool != nil {
		s.pool.Wait()
	}
}

func elapsed(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
