package flowmeter

import (
	"fmt"
	"time"
)

// Back counts packets whose time lies before that of a packet before them.
type Back struct {
	Packets int64
	Most    time.Duration // how far the farthest lay back
	File    string        // of the first of them
	First   int64         // number of its first packet, from 1
	Resets  int64         // how often it was more than the idle timeout: the clock was set back
}

// note looks at a packet before it is metered. NFStream, and so the table, takes a packet that
// comes a little late as if it came at the time of the one before it. One that lies back more than
// the idle timeout is no straggler: files in the wrong order, or one packet with a time far ahead.
// Then every flow has ended, and note says that the clock is to be set back: the table sets it to
// the time of the next packet that it gets. Fragments may come before that.
func (b *Back) note(t *table, p *Packet, c *Capture) (reset bool) {
	back := t.nowMs - p.Ms
	if back <= 0 {
		return false
	}
	if b.Packets++; b.Packets == 1 {
		b.File, b.First = c.name, c.packets
	}
	b.Most = max(b.Most, time.Duration(back)*time.Millisecond)
	if back <= t.limits.IdleMs || t.reset {
		return false
	}
	b.Resets++
	return true
}

// String tells it in a line, "" if no time ran back.
func (b Back) String() string {
	if b.Packets == 0 {
		return ""
	}
	packets, times := "packets", "times"
	if b.Packets == 1 {
		packets = "packet"
	}
	if b.Resets == 1 {
		times = "time"
	}
	s := fmt.Sprintf("the time of %d %s runs back, by up to %v, first in packet %d of %s", b.Packets, packets, b.Most, b.First, b.File)
	if b.Resets > 0 {
		s += fmt.Sprintf("; %d %s by more than the idle timeout: are the captures in the order of their times?", b.Resets, times)
	}
	return s
}
