package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"flowbook/tools/pipeline"
	"flowbook/tools/report"
)

// pipelineView shows how a pipeline gets on: on a terminal one line that changes, elsewhere a line for each cell, both on stderr. What became of
// each step goes to stdout when it is over.
type pipelineView struct {
	con     *console
	mu      sync.Mutex
	live    *os.File // the terminal, nil without one
	drawn   int      // width of the line that is drawn
	done    int
	total   int
	note    string // what is being prepared, without a step
	running []*runningStep
	stop    chan struct{} // nil when closed, or without a terminal
}

type runningStep struct {
	run   *pipeline.Run
	since time.Time
	text  string
}

func newPipelineView(con *console) *pipelineView {
	v := &pipelineView{con: con}
	if con.terminal != nil {
		v.live, v.stop = con.terminal, make(chan struct{})
		go v.tick(v.stop)
	}
	return v
}

// tick redraws the line, so that its times go on.
func (v *pipelineView) tick(stop chan struct{}) {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			v.mu.Lock()
			if v.stop != nil {
				v.draw()
			}
			v.mu.Unlock()
		}
	}
}

// close removes the line.
func (v *pipelineView) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stop != nil {
		close(v.stop)
		v.stop = nil
		v.erase()
	}
}

func (v *pipelineView) event(e pipeline.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done, v.total = e.Done, e.Total
	switch e.Kind {
	case pipeline.StartEvent:
		v.note = ""
		v.running = append(v.running, &runningStep{run: e.Run, since: time.Now()})
		if v.live == nil {
			v.print(v.con.stderr, fmt.Sprintf("%s: starts (%s)", e.Run.Name, e.Run.Why))
		}
	case pipeline.CellEvent:
		c := e.Cell.Cell
		v.of(e.Run, fmt.Sprintf("cell %d/%d %s", c.Number, e.Cell.Total, c.Title))
		if v.live == nil && c.Status != "" {
			v.print(v.con.stderr, fmt.Sprintf("%s: cell %d/%d %s %s  %s", e.Run.Name, c.Number, e.Cell.Total, c.Status, elapsed(c.Phases.Total), c.Title))
		}
	case pipeline.TextEvent:
		text := e.Text
		if e.Run != nil {
			v.of(e.Run, text)
			text = e.Run.Name + ": " + text
		}
		v.print(v.con.stderr, text)
	case pipeline.EndEvent:
		v.running = slices.DeleteFunc(v.running, func(r *runningStep) bool { return r.run == e.Run })
		if e.Run.Err != nil {
			v.erase()
			explainRun(v.con.stderr, e.Run)
		}
		v.print(v.con.stdout, resultLine(e.Run))
	}
	v.draw()
}

// warn writes a line that stays.
func (v *pipelineView) warn(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.print(v.con.stderr, line)
	v.draw()
}

// say shows what is going on before anything has come from a step.
func (v *pipelineView) say(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.note = text
	v.draw()
}

func (v *pipelineView) of(run *pipeline.Run, text string) {
	for _, r := range v.running {
		if r.run == run {
			r.text = text
			v.note = ""
		}
	}
}

// print writes a line that stays.
func (v *pipelineView) print(w io.Writer, line string) {
	v.erase()
	fmt.Fprintln(w, line)
}

func (v *pipelineView) erase() {
	if v.drawn > 0 {
		fmt.Fprintf(v.live, "\r%*s\r", v.drawn, "")
		v.drawn = 0
	}
}

// draw writes the line that changes.
func (v *pipelineView) draw() {
	if v.live == nil || v.stop == nil {
		return
	}
	words := []string{fmt.Sprintf("[%d/%d]", v.done, v.total)}
	for _, r := range v.running {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %ds %s", r.run.Name, int(time.Since(r.since).Seconds()), r.text)))
	}
	if v.note != "" {
		words = append(words, v.note)
	}
	width, _, err := term.GetSize(int(v.live.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	line := []rune(report.Printable(strings.Join(words, "  ")))
	if len(line) > width-1 {
		line = append(line[:width-2], '…')
	}
	fmt.Fprintf(v.live, "\r%s%*s\r%s", string(line), max(0, v.drawn-len(line)), "", string(line))
	v.drawn = len(line)
}
