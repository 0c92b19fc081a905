package main

import "fmt"

// ticker shows the progress of a long command on a terminal; elsewhere it is silent.
type ticker struct {
	line   *statusLine
	format string
}

func newTicker(con *console, format string) *ticker { return &ticker{newStatusLine(con), format} }

func (t *ticker) show(done, total int) { t.line.say(fmt.Sprintf(t.format, done, total)) }

func (t *ticker) end() { t.line.close() }
