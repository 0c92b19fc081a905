package flowgen

// bulk is a transfer of many packets by TCP or QUIC: a download, or one time in four an upload.
// With r.bytes it has exactly so many.
func (w *wire) bulk(r *row) {
	upload := w.chance(25)
	gap := int64(w.between(20, 140)) * 1_000_000 / int64(r.packets)
	if r.bytes > 0 {
		w.exact(r, r.bytes, r.upload, 55, gap)
		return
	}
	data, flags := rev, push
	if upload {
		data = fwd
	}
	quiet, frame, plainAck := ackSize, maxFrame, ack
	if r.protocol == udp {
		flags, plainAck, quiet, frame = 0, 0, 75, 1292
	}
	share := uint64(w.between(58, 74)) * 256 / 100
	w.open(r)
	for range r.packets - 5 {
		x := w.next()
		w.wait(exponentialOf(x, gap))
		switch {
		case x&0xff >= share:
			w.send(data^1, quiet+12*int(x>>8&1), plainAck)
		case x>>16&7 == 0:
			w.send(data, quiet+int(x>>24&0xffff)*(frame-quiet)>>16, flags)
		default:
			w.send(data, frame, flags)
		}
	}
}

// open sends the first five packets of a transfer, TCP's handshake and the hellos or QUIC's, and
// returns their bytes.
func (w *wire) open(r *row) int64 {
	if r.protocol == udp {
		for k := range 5 {
			if k > 0 {
				w.wait(9000)
			}
			w.send(turn(k), 1292, 0)
		}
		return 5 * 1292
	}
	const hello = 583
	w.send(fwd, 74, syn)
	w.wait(18_000)
	w.send(rev, 74, synAck)
	w.wait(300)
	w.send(fwd, ackSize, ack)
	w.wait(400)
	w.send(fwd, hello, push)
	w.wait(18_000)
	w.send(rev, 420, push)
	return int64(74 + 74 + ackSize + hello + 420)
}

// exact is a TCP transfer of exactly so many bytes: at least percent in a hundred packets carry
// data, of a size that makes the sum come out; the last ones take the rest that chance left over.
func (w *wire) exact(r *row, bytes int64, upload bool, percent int, gap int64) {
	n := int64(r.packets)
	data := rev
	if upload {
		data = fwd
	}
	mean := int(bytes / n)
	frame := maxFrame
	for frame*92/100 < mean { // several segments received as one
		frame += maxFrame - ackSize
	}
	bytes -= w.open(r)
	n -= 5
	share := max(percent, 100*(mean-ackSize)/(frame*96/100-ackSize))
	limit := uint64(share) << 16 / 100
	size := int64(0)
	for ; n > 0; n-- {
		if size == 0 || n&63 == 0 { // the bytes that a data packet must carry so that the rest fits
			size = (bytes*100/n - ackSize*int64(100-share)) / int64(share)
		}
		x := w.next()
		w.wait(exponentialOf(x, gap))
		dir, flags, length := data^1, ack, int64(ackSize)
		if x&0xffff < limit {
			dir, flags = data, push
			length = size + size*(int64(x>>16&0xff)*2-255)/(255*24) // 4 % up or down, evenly
		}
		length = max(length, bytes-int64(frame)*(n-1), ackSize)
		length = min(length, bytes-ackSize*(n-1), int64(frame))
		w.send(dir, int(length), flags)
		bytes -= length
	}
}
