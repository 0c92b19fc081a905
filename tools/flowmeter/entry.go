package flowmeter

// entry is a flow being metered. The entries hang in a ring in the order of their last packets. A
// flood makes a million of them with one packet each; so fields that only a second packet or a
// payload needs are allocated then.
type entry struct {
	older, newer *entry
	chain        *entry // the next of the same hash
	stats        *Stats // from the second packet on
	clear        *dissection
	onlyMs       int64 // the first packet, while it is the only one
	key          key
	onlySize     uint16
	onlyFlags    Flags
	onlyDir      Direction
	expiration   int8
	swapped      bool // the source is the key's second end
	srcMAC       [6]byte
	dstMAC       [6]byte
}

// source and destination are the flow's ends.
func (e *entry) source() (ip [16]byte, port uint16)      { return e.key.end(e.swapped) }
func (e *entry) destination() (ip [16]byte, port uint16) { return e.key.end(!e.swapped) }

// add takes a packet that is not the first.
func (e *entry) add(ms int64, dir Direction, size uint16, flags Flags) {
	if e.stats == nil {
		e.stats = &Stats{}
		e.stats.Add(e.onlyMs, e.onlyDir, e.onlySize, e.onlyFlags)
	}
	e.stats.Add(ms, dir, size, flags)
}

// fill copies the known statistics of the packets.
func (e *entry) fill(s *Stats) {
	if e.stats != nil {
		*s = *e.stats
		return
	}
	*s = Stats{}
	s.Add(e.onlyMs, e.onlyDir, e.onlySize, e.onlyFlags)
}

func (e *entry) packets() int64 {
	if e.stats == nil {
		return 1
	}
	return e.stats.Packets()
}

func (e *entry) firstMs() int64 {
	if e.stats == nil {
		return e.onlyMs
	}
	return e.stats.FirstMs()
}

func (e *entry) lastMs() int64 {
	if e.stats == nil {
		return e.onlyMs
	}
	return e.stats.LastMs()
}

func (e *entry) unlink() { e.older.newer, e.newer.older = e.newer, e.older }

// linkBefore inserts the entry into the ring as the newest.
func (e *entry) linkBefore(ring *entry) {
	e.older, e.newer = ring.older, ring
	ring.older.newer = e
	ring.older = e
}
