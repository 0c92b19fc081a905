package flowgen

// attack sends the packets of an attack's flow. In every single column each kind stays within the
// range of benign flows of its size; only the combination of columns, or the other flows of its
// campaign, give it away.
func (w *wire) attack(r *row) {
	switch r.kind {
	case UDPFlood:
		w.flood(r)
	case SYNFlood:
		w.synFlood(r)
	case PortScan:
		w.scan(r)
	case Exfiltration:
		w.exfiltrate(r)
	case Beaconing:
		w.beacon(r)
	case BruteForce:
		w.guess(r)
	}
}

// flood is UDP one way, as fast as it goes, of nearly one size; with r.bytes > 0 of exactly so many
// bytes.
func (w *wire) flood(r *row) {
	n := int64(r.packets)
	bytes := r.bytes
	if bytes == 0 {
		bytes = n * int64(w.between(180, 1380))
	}
	gap := int64(w.between(15, 70)) * 1_000_000 / n
	jitter := bytes / n * int64(w.below(10)) / 100
	size, rest := bytes/n, bytes%n
	swing := int64(0)
	for k := range n {
		x := w.next()
		if k > 0 {
			w.wait(exponentialOf(x, gap))
		}
		length := size
		if k < rest {
			length++
		}
		switch { // the surplus of one packet is missing in the next
		case swing != 0:
			length -= swing
			swing = 0
		case k+1 < n && jitter > 0:
			swing = int64(x>>8)%(2*jitter+1) - jitter
			length += swing
		}
		w.send(fwd, int(length), 0)
	}
}

// synFlood is a connection request from a forged address, sent again at most twice.
func (w *wire) synFlood(r *row) {
	size := [3]int{60, 66, 74}[w.below(3)]
	w.send(fwd, size, syn)
	for k := 1; k < r.packets; k++ {
		if k == 1 && w.chance(40) {
			w.wait(int64(w.between(300, 3000)))
			w.send(rev, 74, synAck) // the victim still answers
			continue
		}
		w.wait(int64(1_000_000*k) + int64(w.between(0, 16_000)))
		w.send(fwd, size, syn)
	}
}

// scan is one probe, and the refusal of a closed port.
func (w *wire) scan(r *row) {
	w.send(fwd, [2]int{60, 74}[w.below(2)], syn)
	if r.packets > 1 {
		w.wait(int64(w.between(400, 30_000)))
		w.send(rev, 60, reset)
	}
}

// exfiltrate is an upload: at least three packets in four go up.
func (w *wire) exfiltrate(r *row) {
	bytes := r.bytes
	if bytes == 0 {
		bytes = int64(r.packets) * int64(w.between(520, 1130))
	}
	w.exact(r, bytes, true, 75, int64(w.between(30, 120))*1_000_000/int64(r.packets))
}

// beacon is a short TLS exchange that looks the same every time.
func (w *wire) beacon(r *row) {
	c := newStream(uint64(r.campaign), uint64(r.kind)) // the implant's habits
	up, down := c.between(240, 420), c.between(180, 380)
	rtt := int64(c.between(18_000, 60_000))
	jitter := func() int64 { return rtt + int64(w.between(0, 4000)) }
	w.send(fwd, 74, syn)
	w.wait(jitter())
	w.send(rev, 74, synAck)
	w.wait(jitter() / 8)
	w.send(fwd, ackSize, ack)
	w.wait(jitter() / 8)
	w.send(fwd, 571, push)
	w.wait(jitter())
	w.send(rev, w.around(1180, 4), push)
	w.wait(jitter() / 8)
	w.send(fwd, w.around(160, 4), push)
	w.wait(jitter())
	w.send(fwd, w.around(up, 4), push)
	w.wait(jitter())
	w.send(rev, w.around(down, 4), push)
	for k := 8; k < r.packets-2; k++ {
		w.wait(jitter() / 4)
		w.send(fwd, ackSize, ack)
	}
	w.wait(jitter())
	w.send(fwd, ackSize, fin)
	w.wait(jitter())
	w.send(rev, ackSize, fin)
}

// guess is one SSH login that fails: banner, key exchange, a few passwords, close.
func (w *wire) guess(r *row) {
	rtt := int64(w.between(9_000, 14_000))
	w.send(fwd, 74, syn)
	w.wait(rtt)
	w.send(rev, 74, synAck)
	w.wait(rtt / 8)
	w.send(fwd, ackSize, ack)
	for k := 3; k < r.packets; k++ {
		dir, size := turn(k+1), 150
		flags := push
		switch k {
		case 3, 4:
			size = 90 // banners
		case 5, 6:
			size = 1050 // key exchange lists
		case r.packets - 1:
			size, flags = ackSize, fin
		default:
			if k&3 == 3 {
				size = ackSize
				flags = ack
			}
		}
		w.wait(rtt + w.exponential(3000))
		w.send(dir, max(w.around(size, 4), ackSize), flags)
	}
}
