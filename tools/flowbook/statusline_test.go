package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// screen returns the lines that a terminal shows after the text: a carriage return goes back to the
// start of the line.
func screen(text string) (lines []string) {
	for line := range strings.SplitSeq(text, "\n") {
		var cells []rune
		at := 0
		for _, r := range line {
			if r == '\r' {
				at = 0
				continue
			}
			if at == len(cells) {
				cells = append(cells, r)
			}
			cells[at] = r
			at++
		}
		lines = append(lines, strings.TrimRight(string(cells), " "))
	}
	return lines
}

// TestStatusLine: at each moment the terminal shows the lines that stay and one line of the running
// tasks, and in the end only the former.
func TestStatusLine(t *testing.T) {
	var tty bytes.Buffer
	con := &console{stdout: &tty, stderr: &tty}
	targets := []*target{{name: "a.ipynb", nb: notebook.New(), output: "x"}, {name: "b.ipynb", nb: notebook.New(), output: "y"}}
	set := newProgress(con, targets, runFlags{Progress: true})
	set.line.w, set.line.width = &tty, func() int { return 44 }
	cell := func(number int, title string) runner.Event {
		return runner.Event{Cell: runner.CellResult{Number: number, Title: title}, Total: 9}
	}
	silent := cell(3, "rows := read()")
	silent.Quiet = 30 * time.Minute
	const warning = "flowbook: a.ipynb: warning: cell 3 (rows := read()) has put out nothing for 30 minutes; Ctrl+C ends the run; --timeout DURATION limits each cell"
	for _, step := range []struct {
		name string
		do   func()
		want []string
	}{
		{"begin", func() { set.begin(0) }, []string{"[0/2]  a.ipynb 0s preparing the kernel"}},
		{"a cell, cut to the width", func() { set.each[0].event(cell(3, "rows := read(path)\x1b[2J")) }, []string{"[0/2]  a.ipynb 0s cell 3/9 rows := read(pa…"}},
		{"a cell that is silent", func() { set.each[0].event(silent) }, []string{warning, "[0/2]  a.ipynb 0s cell 3/9 rows := read(pa…"}},
		{"another beside it", func() { set.begin(1) }, []string{warning, "[0/2]  a.ipynb 0s cell 3/9 rows := read(pa…"}},
		{"the first ends", func() { set.finish(0, targets[0], nil, errors.New("no kernel")) },
			[]string{warning, "flowbook: a.ipynb: no kernel", "[1/2]  b.ipynb 0s preparing the kernel"}},
		{"a shorter line leaves no rest", func() { set.each[1].event(cell(1, "x")) },
			[]string{warning, "flowbook: a.ipynb: no kernel", "[1/2]  b.ipynb 0s cell 1/9 x"}},
		{"close", func() { set.line.close() }, []string{warning, "flowbook: a.ipynb: no kernel", ""}},
		{"nothing after close", func() { set.line.say("late") }, []string{warning, "flowbook: a.ipynb: no kernel", ""}},
	} {
		step.do()
		if diff := cmp.Diff(step.want, screen(tty.String())); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", step.name, diff)
		}
	}
}
