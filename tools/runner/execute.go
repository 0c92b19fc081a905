package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// execute runs one cell to its end and judges it. It returns when the reply and idle have come, the
// kernel is dead, or the cell has been interrupted and its grace is over.
func (s *session) execute(ctx context.Context, t *task) {
	t.out = &outputs{displays: s.displays, limit: max(s.opt.MaxOutput, 0), crossed: &s.crossed}
	s.executed++
	t.count = s.executed
	t.res.Started = time.Now()
	id, err := s.k.Execute(t.source, false, true, !t.mayFail && !s.opt.AllowErrors)
	if err != nil && !s.dead() {
		t.fail(Failed, &CellError{Name: "SendError", Value: err.Error()})
		return
	}
	s.tasks[id] = t
	if s.unsaved {
		s.unsaved = false
		_ = s.saver.save(s.nb) // an error stops the run before the next cell
	}
	end := s.await(ctx, t)
	t.res.Phases.Total = time.Since(t.res.Started)
	s.graph.phases(t.res)
	s.judge(t, end)
	if end == stopped {
		s.res.Stop = context.Cause(ctx)
		if d, ok := s.res.Stop.(*DeadlineError); ok {
			t.fail(TimedOut, &CellError{Name: "Deadline", Value: d.Error()})
		} else {
			t.fail(Interrupted, &CellError{Name: "Interrupted", Value: s.res.Stop.Error()})
		}
	}
}

// again executes cell i as it is, which was sent with others and not accepted; nothing of the first
// try remains.
func (s *session) again(ctx context.Context, i int) {
	t := s.plan[i]
	for id, other := range s.tasks {
		if other == t {
			delete(s.tasks, id)
		}
	}
	s.executed--
	t.source, t.places = asIs{s}.source(i), nil
	t.replied, t.idle, t.reply, t.broken = false, false, reply{}, nil
	t.res.Status, t.res.Error = "", nil
	s.execute(ctx, t)
}

// ending is why await returned.
type ending int

const (
	done       ending = iota
	timedOut          // the cell's time is over
	stopped           // the context is done
	died              // the kernel is dead
	askedStdin        // it asked for input
	flooded           // it wrote many times the limit
	noIdle            // no idle status came after the reply
	noReply           // no reply came after the idle status
)

// A cell may write flood times the output that is kept of it. A kernel that sends faster than
// anyone can read fills its memory.
const flood = 16

// await takes messages, and lets the saver write, until the cell has ended. On a stop it interrupts
// the kernel, again each second because GoNB loses an interrupt while it compiles, and waits during
// the grace period for the cell to end.
func (s *session) await(ctx context.Context, t *task) ending {
	var silence, grace, again <-chan time.Time
	clock := s.clock(t)
	quiet := time.NewTimer(s.opt.Quiet)
	defer quiet.Stop()
	told := false
	cut := done // why the cell is being cut short
	cancel := ctx.Done()
	interrupt := func(why ending, patience time.Duration) {
		cut = why
		clock.stop()
		cancel = nil
		grace = time.After(patience)
		again = time.After(time.Second)
		s.interrupt(t)
	}
	for {
		select {
		case m, ok := <-s.k.Messages():
			if !ok {
				return died
			}
			of := s.dispatch(m)
			clock.heard(of)
			if of != t {
				continue
			}
			if !told {
				quiet.Reset(s.opt.Quiet)
			}
			if t.ended() {
				return cut
			}
			if why := t.unruly(); cut == done && why != done {
				interrupt(why, s.opt.Grace)
			}
			if t.replied || t.idle { // progress: each message of the cell buys time
				silence = time.After(s.opt.IdleWait)
			}
		case err := <-s.saver.busy:
			s.saver.written(s.nb, err)
		case <-quiet.C:
			told = true
			if s.opt.Progress != nil {
				s.opt.Progress(Event{Cell: *t.res, Total: len(s.plan), Quiet: s.opt.Quiet})
			}
		case <-clock.over:
			interrupt(timedOut, s.opt.Grace)
		case <-cancel:
			interrupt(stopped, min(s.opt.Grace, 2*time.Second))
		case <-again:
			again = time.After(time.Second)
			s.interrupt(t)
		case <-grace:
			return cut
		case <-silence:
			return t.silent(cut)
		}
	}
}

// silent is the ending of a cell that was cut short or not and of which only the reply or only the
// idle status has come.
func (t *task) silent(cut ending) ending {
	switch {
	case cut != done:
		return cut
	case t.replied:
		return noIdle
	}
	return noReply
}

// unruly is why a cell must be cut short after what it has sent; done if it need not.
func (t *task) unruly() ending {
	switch {
	case t.asked:
		return askedStdin
	case t.out.limit > 0 && t.out.sent > flood*t.out.limit:
		return flooded
	}
	return done
}

func (s *session) interrupt(t *task) {
	if err := s.k.Interrupt(); err != nil && !s.dead() {
		s.warn("cell %d: interrupt: %v", t.res.Number, err)
	}
}

// dispatch gives a message to the cell whose request it answers, and returns that cell; nil for
// messages of nobody's.
func (s *session) dispatch(m jupyter.Message) *task {
	t := s.tasks[m.Parent.MsgID]
	if strings.HasPrefix(m.Header.MsgType, "comm_") && m.Channel == "iopub" {
		s.widgets.take(m)
		if t != nil {
			t.out.sent += sizeOf(m)
		}
		return t
	}
	if t == nil {
		return nil
	}
	switch m.Channel {
	case "stdin":
		if m.Header.MsgType == "input_request" {
			var c content
			if json.Unmarshal(m.Content, &c) == nil {
				t.prompt = c.Prompt
			}
			t.asked = true
		}
	case "shell", "control":
		if m.Header.MsgType == "execute_reply" && !t.replied {
			t.replied = true
			if err := json.Unmarshal(m.Content, &t.reply); err != nil {
				t.broken = fmt.Errorf("execute_reply: %w", err)
			}
			if t.reply.Count > 0 {
				s.counts[t.reply.Count] = t
			}
		}
	case "iopub":
		s.iopub(t, m)
	}
	return t
}

func (s *session) iopub(t *task, m jupyter.Message) {
	switch m.Header.MsgType {
	case "status":
		var c content
		if json.Unmarshal(m.Content, &c) == nil && c.ExecState == "idle" {
			t.idle = true
		}
		return
	case "execute_input":
		var c reply
		if json.Unmarshal(m.Content, &c) == nil && c.Count > 0 {
			s.counts[c.Count] = t
		}
		return
	case "stream", "display_data", "execute_result", "update_display_data", "error", "clear_output":
	default:
		return // unknown messages change nothing
	}
	if s.opt.Log != nil {
		s.log(t, m)
	}
	if w := s.widgets.capturing(m.Parent.MsgID); w != nil && m.Header.MsgType != "update_display_data" {
		s.capture(t, w, m)
		return
	}
	t.late = true
	if err := t.out.take(m); err != nil && t.broken == nil {
		t.broken = err
	}
}

// capture gives an output to an Output widget instead of the cell, and tells the kernel's side of
// it.
func (s *session) capture(t *task, w *model, m jupyter.Message) {
	t.out.sent += sizeOf(m)
	if err := w.out.take(m); err != nil && t.broken == nil {
		t.broken = err
		return
	}
	msg, err := s.widgets.captured(w)
	if err == nil && msg != nil {
		_, err = s.k.Send("shell", "comm_msg", msg)
	}
	if err != nil && t.broken == nil {
		t.broken = fmt.Errorf("output widget: %w", err)
	}
}

// log passes a cell's text on as it comes.
func (s *session) log(t *task, m jupyter.Message) {
	var c content
	if json.Unmarshal(m.Content, &c) != nil {
		return
	}
	ev := Event{Cell: *t.res, Total: len(s.plan)}
	switch m.Header.MsgType {
	case "stream":
		s.opt.Log(ev, c.Name, whole(unquote(c.Text)))
	case "display_data", "execute_result":
		out := &notebook.Output{}
		if fill(out, &c) != nil {
			return
		}
		if text, ok := out.Data.Text("text/plain"); ok {
			s.opt.Log(ev, "display", text+"\n")
		}
	}
}
