package flowmeter

// Limits are when a flow ends and how many there may be at once.
type Limits struct {
	IdleMs   int64 // a gap this long ends a flow
	ActiveMs int64 // a flow this old is cut
	Flows    int   // flows in memory; the one longest without a packet makes room for the next
}

// DefaultLimits are NFStream's timeouts, 120 and 1800 s, and a million flows: under 1 GB.
func DefaultLimits() Limits { return Limits{IdleMs: 120_000, ActiveMs: 1_800_000, Flows: 1_000_000} }

// Why a flow ended, as it stands in expiration_id.
const (
	endIdle   = 0
	endActive = 1
)

// entry is a flow being metered. The entries hang in a ring in the order of their last packets.
type entry struct {
	older, newer *entry
	key          key
	expiration   int8

	src, dst         [16]byte // of the first packet
	srcMAC, dstMAC   [6]byte
	srcPort, dstPort uint16
	Stats
	clear dissection
}

// table holds the flows that have not ended. Flows leave it through emit, in the order of their ends.
type table struct {
	limits  Limits
	flows   map[key]*entry
	ring    entry // newer of it is the oldest
	nowMs   int64 // the latest packet's time; it runs back only by reset
	scanMs  int64 // when idle flows were last looked for
	reset   bool  // the next packet's time is the time, though it runs back
	evicted int64
	looker  looker
	emit    func(*entry) error
}

func newTable(l Limits, emit func(*entry) error) *table {
	t := &table{limits: l, flows: map[key]*entry{}, emit: emit}
	t.ring.older, t.ring.newer = &t.ring, &t.ring
	return t
}

const (
	scanEveryMs = 10
	scanAtMost  = 1000 // flows that one scan ends
)

// add meters a packet.
func (t *table) add(p *Packet) error {
	if t.reset {
		t.reset = false
		if err := t.flush(); err != nil {
			return err
		}
		t.nowMs, t.scanMs = p.Ms, p.Ms
	}
	t.nowMs = max(t.nowMs, p.Ms)
	if t.nowMs-t.scanMs >= scanEveryMs {
		t.scanMs = t.nowMs
		if err := t.endIdle(scanAtMost); err != nil {
			return err
		}
	}
	k := p.key()
	e := t.flows[k]
	if e != nil {
		switch {
		case t.nowMs-e.LastMs() >= t.limits.IdleMs:
			if err := t.end(e, endIdle); err != nil {
				return err
			}
			e = nil
		case t.nowMs-e.FirstMs() >= t.limits.ActiveMs:
			if err := t.end(e, endActive); err != nil {
				return err
			}
			e = nil
		}
	}
	if e == nil {
		if len(t.flows) >= t.limits.Flows {
			t.evicted++
			if err := t.end(t.ring.newer, endIdle); err != nil {
				return err
			}
		}
		e = &entry{key: k, src: p.Src.As16(), dst: p.Dst.As16(), srcMAC: p.SrcMAC, dstMAC: p.DstMAC, srcPort: p.SrcPort, dstPort: p.DstPort}
		t.flows[k] = e
	} else {
		e.unlink()
	}
	e.linkBefore(&t.ring)
	dir := Forward
	if p.SrcPort != e.srcPort || p.Src.As16() != e.src {
		dir = Reverse
	}
	e.Add(t.nowMs, dir, p.Length, p.Flags)
	e.clear.look(e, p, dir, &t.looker)
	return nil
}

// endIdle ends flows without a packet for the idle timeout, the oldest first.
func (t *table) endIdle(most int) error {
	for range most {
		e := t.ring.newer
		if e == &t.ring || t.nowMs-e.LastMs() < t.limits.IdleMs {
			return nil
		}
		if err := t.end(e, endIdle); err != nil {
			return err
		}
	}
	return nil
}

// flush ends all flows, the oldest first.
func (t *table) flush() error {
	for t.ring.newer != &t.ring {
		if err := t.end(t.ring.newer, endIdle); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) end(e *entry, why int8) error {
	e.unlink()
	delete(t.flows, e.key)
	e.clear.finish(&t.looker)
	e.expiration = why
	return t.emit(e)
}

func (e *entry) unlink() { e.older.newer, e.newer.older = e.newer, e.older }

// linkBefore hangs the entry into the ring as the newest.
func (e *entry) linkBefore(ring *entry) {
	e.older, e.newer = ring.older, ring
	ring.older.newer = e
	ring.older = e
}
