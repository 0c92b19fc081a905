package flowgen

import "flowbook/tools/flowmeter"

// conversation is a TCP flow: handshake, hello, turns of data and acknowledgements, close. Captures
// are full of short ones: refused connections, keep-alives, flows that began before the capture.
func (w *wire) conversation(r *row, c *class) {
	n := r.packets
	pace := w.pace(r, c)
	rtt := min(int64(w.between(1500, 90_000)), longest/int64(n)/2)
	switch {
	case r.refused:
		w.unanswered(n)
		return
	case n < 5:
		w.fragment(n, rtt)
		return
	}
	up, down := w.around(c.up, 35), w.around(c.down, 35)
	left := n
	if r.client != "" || r.name != "" || w.chance(80) {
		w.send(fwd, 74, syn)
		w.wait(rtt)
		w.send(rev, 74, synAck)
		w.wait(rtt / 8)
		w.send(fwd, ackSize, ack)
		left -= 3
		if r.client != "" || r.name != "" {
			w.wait(500)
			w.send(fwd, w.hello(r), push)
			w.wait(rtt)
			w.send(rev, max(down, 420), push)
			left -= 2
		}
	} else {
		w.send(fwd, ackSize, ack)
		left--
	}
	closing := 0
	if left > 3 && w.chance(65) {
		closing = w.between(1, 3)
	}
	w.turns(left-closing, up, down, pace, rtt)
	for k := range closing {
		w.wait(rtt / 2)
		switch k {
		case 0:
			w.send(fwd, ackSize, fin)
		case 1:
			w.send(rev, ackSize, fin)
		default:
			w.send(fwd, ackSize, ack)
		}
	}
}

// hello is the length of the client's first data: big enough for its content.
func (w *wire) hello(r *row) int {
	if r.agent != "" || classes[r.class].group == httpAny {
		return w.between(320, 420) + len(r.name)
	}
	return 583 + max(len(r.name)-40, 0)
}

// turns is n packets of talk: a few data packets one way, then the other, every second or third
// acknowledged alone.
func (w *wire) turns(n, up, down int, pace, rtt int64) {
	dir, left := fwd, w.between(1, 2)
	for range n {
		x := w.next()
		gap := exponentialOf(x, pace/4)
		if left == 0 {
			if dir ^= 1; dir == fwd {
				left = 1 + int(x>>8&1)
				gap = exponentialOf(x, 3*pace) // the user's pause
			} else {
				left = 1 + int(x>>8&3)
				gap = rtt + exponentialOf(x, pace/8)
			}
		}
		w.wait(gap)
		if x>>16&0xff < 96 { // an acknowledgement by the other side
			w.send(dir^1, ackSize, ack)
			continue
		}
		left--
		size := up
		if dir == rev {
			size = down
		}
		size += size * (int(x>>24&0xff) - 128) / 400 // a third up or down
		w.send(dir, min(max(size, ackSize+1), maxFrame), push)
	}
}

// unanswered is a connection request sent again and again after 1, 2, 4, 8 s.
func (w *wire) unanswered(n int) {
	size := [4]int{74, 74, 66, 78}[w.below(4)]
	w.send(fwd, size, syn)
	for k := 1; k < n; k++ {
		if k == n-1 && k < 4 && len(w.gaps) == 0 && w.chance(45) {
			w.wait(int64(w.between(800, 60_000)))
			w.send(rev, 60, reset)
			return
		}
		w.wait(int64(1_000_000<<(k-1)) + int64(w.between(0, 16_000)))
		w.send(fwd, size, syn)
	}
}

// fragment is a piece of a connection, or one that ended at once.
func (w *wire) fragment(n int, rtt int64) {
	switch {
	case n == 1:
		size := w.between(60, 90)
		w.send(fwd, size, [4]flowmeter.Flags{ack, fin, reset, push}[w.below(4)])
	case n == 2 && w.chance(50):
		w.send(fwd, ackSize, ack) // keep-alive
		w.wait(rtt)
		w.send(rev, ackSize, ack)
	case n == 2:
		w.send(fwd, ackSize, fin)
		w.wait(rtt)
		w.send(rev, 60, reset)
	default:
		w.send(fwd, 74, syn)
		w.wait(rtt)
		w.send(rev, 74, synAck)
		w.wait(rtt / 8)
		if n == 4 {
			w.send(fwd, ackSize, ack)
			w.wait(rtt)
		}
		w.send(fwd, 60, reset)
	}
}
