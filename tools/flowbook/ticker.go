package main

import (
	"fmt"
	"io"
)

// ticker shows on a terminal how far a long command is; elsewhere it is silent.
type ticker struct {
	w      io.Writer // nil without a terminal
	format string
	shown  bool
	done   int // as shown last
}

func newTicker(con *console, format string) *ticker {
	t := &ticker{format: format}
	if con.terminal != nil {
		t.w = con.terminal
	}
	return t
}

func (t *ticker) show(done, total int) {
	if t.w != nil && (!t.shown || done != t.done) {
		t.shown, t.done = true, done
		fmt.Fprintf(t.w, "\r"+t.format, done, total)
	}
}

func (t *ticker) end() {
	if t.shown {
		fmt.Fprintln(t.w)
	}
}
