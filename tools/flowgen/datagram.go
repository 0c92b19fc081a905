package flowgen

// ping is ICMP echo: a request a second, its answer one round trip later. NFStream's key has no
// ICMP type, so a pair of hosts is one flow.
func (w *wire) ping(r *row) {
	size := [8]int{98, 98, 98, 98, 74, 74, 106, 60}[w.below(8)]
	every := min(int64(w.between(900_000, 1_050_000)), 2*longest/int64(r.packets))
	rtt := min(int64(w.between(600, 120_000)), every/2)
	oneWay := w.chance(12) // unreachable messages, or no answer
	for k := range r.packets {
		switch {
		case k == 0:
			w.send(fwd, size, 0)
		case oneWay:
			w.wait(every)
			w.send(fwd, size, 0)
		case k&1 == 1:
			w.wait(rtt + w.exponential(rtt/10))
			w.send(rev, size, 0)
		default:
			w.wait(max(every-rtt-w.exponential(2000), 0))
			w.send(fwd, size, 0)
		}
	}
}

// lookup is questions and answers of DNS over one pair of ports.
func (w *wire) lookup(r *row, c *class) {
	pace := min(w.pace(r, c)*4, longest/int64(r.packets))
	question := 60 + len(r.name)
	if r.name == "" {
		question = w.between(70, 96)
	}
	answer := question + max(w.around(c.down, 40)-60, 16)
	rtt := min(int64(w.between(300, 40_000)), pace)
	for k := range r.packets {
		switch {
		case k == 0:
			w.send(fwd, question, 0)
		case k&1 == 1:
			w.wait(rtt)
			w.send(rev, answer+16*w.below(3), 0)
		default:
			w.wait(w.exponential(pace))
			w.send(fwd, question, 0)
		}
	}
}

// datagrams is UDP between two hosts in no fixed order.
func (w *wire) datagrams(r *row, c *class) {
	pace := w.pace(r, c)
	up, down := w.around(c.up, 35), w.around(c.down, 35)
	oneWay := w.chance(15)
	for k := range r.packets {
		x := w.next()
		dir, size := fwd, up
		if k > 0 {
			w.wait(exponentialOf(x, pace))
			if !oneWay && (k == 1 || x>>8&0xff < 128) {
				dir, size = rev, down
			}
		}
		if size += size * (int(x>>24&0xff) - 128) / 300; c.port == 67 {
			size = 342 // BOOTP's messages have one length
		}
		w.send(dir, min(max(size, 60), maxFrame), 0)
	}
}

// quic is a flow over UDP 443: full-size first packets, then mostly one way.
func (w *wire) quic(r *row, c *class) {
	pace := w.pace(r, c)
	up, down := w.around(c.up, 35), min(w.around(c.down, 20), 1392)
	for k := range r.packets {
		x := w.next()
		if k > 0 {
			w.wait(exponentialOf(x, pace))
		}
		switch {
		case k == 0:
			w.send(fwd, 1292, 0)
		case k <= 2:
			w.send(rev, 1292, 0)
		case x>>8&0xff < 96:
			size := 75 + int(x>>16&15)
			if x>>20&7 == 0 {
				size = up
			}
			w.send(fwd, size, 0)
		default:
			size := down
			if x>>21&7 == 0 {
				size = 75 + int(x>>24&0xff)*4
			}
			w.send(rev, size, 0)
		}
	}
}

// announcement is one host telling a group the same thing at an even pace.
func (w *wire) announcement(r *row, c *class) {
	every := min(int64(w.between(800_000, 3_000_000)), longest/int64(r.packets))
	size := max(w.around(c.up, 30), 60)
	if c.protocol == igmp {
		size = 60
	}
	for k := range r.packets {
		if k > 0 {
			w.wait(every + w.exponential(1000))
		}
		w.send(fwd, size, 0)
	}
}
