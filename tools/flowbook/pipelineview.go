package main

import (
	"fmt"

	"flowbook/tools/pipeline"
)

// pipelineView shows the progress of a pipeline: a statusLine on a terminal, elsewhere a line for
// each cell, both on stderr. The result of each step is printed on stdout.
type pipelineView struct {
	*statusLine
	con     *console
	running map[*pipeline.Run]*lineTask
}

func newPipelineView(con *console) *pipelineView {
	return &pipelineView{newStatusLine(con), con, map[*pipeline.Run]*lineTask{}}
}

func (v *pipelineView) event(e pipeline.Event) {
	v.update(func() {
		v.done, v.total = e.Done, e.Total
		switch e.Kind {
		case pipeline.StartEvent:
			v.running[e.Run] = v.start(e.Run.Name)
			if v.w == nil {
				v.print(v.con.stderr, fmt.Sprintf("%s: starts (%s)", e.Run.Name, e.Run.Why))
			}
		case pipeline.CellEvent:
			if e.Cell.Quiet > 0 {
				v.print(v.con.stderr, quietLine(e.Run.Name, e.Cell)+`; "flowbook": {"timeout": "1h"} in its metadata limits the cell`)
				break
			}
			c := e.Cell.Cell
			v.show(e.Run, fmt.Sprintf("cell %d/%d %s", c.Number, e.Cell.Total, c.Title))
			if v.w == nil && c.Status != "" {
				v.print(v.con.stderr, cellLine(e.Run.Name, e.Cell))
			}
		case pipeline.TextEvent:
			text := e.Text
			if e.Run != nil {
				v.show(e.Run, text)
				text = e.Run.Name + ": " + text
			}
			v.print(v.con.stderr, text)
		case pipeline.EndEvent:
			v.end(v.running[e.Run])
			delete(v.running, e.Run)
			if e.Run.Err != nil {
				v.erase()
				explainRun(v.con.stderr, e.Run)
			}
			v.print(v.con.stdout, resultLine(e.Run))
		}
	})
}

// show sets the text of a step, if it is running.
func (v *pipelineView) show(run *pipeline.Run, text string) {
	if t := v.running[run]; t != nil {
		t.text, v.note = text, ""
	}
}

// warn writes a line that later progress does not overwrite.
func (v *pipelineView) warn(line string) {
	v.update(func() { v.print(v.con.stderr, line) })
}
