package flowgen

import "flowbook/tools/flowmeter"

// wire sends one flow's packets to its statistics. Times run in µs and are metered in ms,
// truncated, as a capture's are.
type wire struct {
	stream
	stats *flowmeter.Stats
	us    int64   // now, since 1970
	gaps  []int64 // ms, exact, for the packets to come; then those given to wait
	trace func(us int64, dir flowmeter.Direction, size int, flags flowmeter.Flags)
}

const (
	fwd = flowmeter.Forward
	rev = flowmeter.Reverse

	syn    = flowmeter.SYN
	ack    = flowmeter.ACK
	push   = flowmeter.PSH | flowmeter.ACK
	fin    = flowmeter.FIN | flowmeter.ACK
	reset  = flowmeter.RST | flowmeter.ACK
	synAck = flowmeter.SYN | flowmeter.ACK

	maxFrame = 1514
	ackSize  = 66 // with TCP timestamps
)

// send is one packet now.
func (w *wire) send(dir flowmeter.Direction, size int, flags flowmeter.Flags) {
	w.stats.Add(w.us/1000, dir, uint16(size), flags)
	if w.trace != nil {
		w.trace(w.us, dir, size, flags)
	}
}

// wait lets time pass before the next packet.
func (w *wire) wait(us int64) {
	if len(w.gaps) > 0 {
		us = w.gaps[0] * 1000
		w.gaps = w.gaps[1:]
	}
	w.us += us
}

// around is mean give or take percent, uniformly.
func (w *wire) around(mean, percent int) int {
	d := mean * percent / 100
	return w.between(mean-d, mean+d)
}

// turn is the direction of the k-th packet where the two sides take turns.
func turn(k int) flowmeter.Direction { return flowmeter.Direction(k & 1) }

// longest is how long a flow may last, in µs: shorter than NFStream's idle timeout by far, and its
// active one.
const longest = 150_000_000

// play sends the row's packets.
func (w *wire) play(r *row) {
	c := &classes[r.class]
	switch {
	case r.kind != Benign:
		w.attack(r)
	case r.bytes > 0 || r.packets > 2270:
		w.bulk(r)
	case r.protocol == tcp:
		w.conversation(r, c)
	case c.how == pings:
		w.ping(r)
	case c.how == lookups:
		w.lookup(r, c)
	case c.how == quicly:
		w.quic(r, c)
	case c.how == announce:
		w.announcement(r, c)
	default:
		w.datagrams(r, c)
	}
}

// pace is the mean gap of a flow in µs: its class's, half to twice, but no more than fits the
// longest flow.
func (w *wire) pace(r *row, c *class) int64 {
	us := c.gapMs * int64(w.between(500, 2000))
	return min(us, longest/int64(r.packets))
}
