package flowmeter

import "hash/maphash"

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

// table holds the flows that have not ended. Flows leave it through emit, in the order of their
// ends.
type table struct {
	limits  Limits
	flows   map[uint64]*entry // by hash of the key; those of one hash follow each other
	seed    maphash.Seed
	count   int
	orient  bool  // the sender of a SYN-ACK is the destination
	ring    entry // newer of it is the oldest
	nowMs   int64 // the latest packet's time; it runs back only by reset
	scanMs  int64 // when idle flows were last looked for
	reset   bool  // the next packet sets the time, even to an earlier one
	evicted int64
	looker  looker
	emit    func(*entry) error
}

func newTable(l Limits, emit func(*entry) error) *table {
	t := &table{limits: l, flows: map[uint64]*entry{}, seed: maphash.MakeSeed(), emit: emit}
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
	k, swapped := p.key()
	hash := maphash.Comparable(t.seed, k)
	e := t.flows[hash]
	for e != nil && e.key != k {
		e = e.chain
	}
	if e != nil {
		switch {
		case t.nowMs-e.lastMs() >= t.limits.IdleMs:
			if err := t.end(e, endIdle); err != nil {
				return err
			}
			e = nil
		case t.nowMs-e.firstMs() >= t.limits.ActiveMs:
			if err := t.end(e, endActive); err != nil {
				return err
			}
			e = nil
		}
	}
	known := e != nil
	if !known {
		if t.count >= t.limits.Flows {
			t.evicted++
			if err := t.end(t.ring.newer, endIdle); err != nil {
				return err
			}
		}
		e = &entry{key: k, swapped: swapped, srcMAC: p.SrcMAC, dstMAC: p.DstMAC, chain: t.flows[hash]}
		if t.orient && p.Protocol == protoTCP && p.Flags&(SYN|ACK) == SYN|ACK {
			e.swapped, e.srcMAC, e.dstMAC = !swapped, p.DstMAC, p.SrcMAC
		}
		t.flows[hash] = e
		t.count++
	} else {
		e.unlink()
	}
	e.linkBefore(&t.ring)
	dir := Forward
	if swapped != e.swapped {
		dir = Reverse
	}
	if known {
		e.add(t.nowMs, dir, p.Length, p.Flags)
	} else {
		e.onlyMs, e.onlyDir, e.onlySize, e.onlyFlags = t.nowMs, dir, p.Length, p.Flags
	}
	e.look(p, dir, &t.looker)
	return nil
}

// endIdle ends flows without a packet for the idle timeout, the oldest first.
func (t *table) endIdle(most int) error {
	for range most {
		e := t.ring.newer
		if e == &t.ring || t.nowMs-e.lastMs() < t.limits.IdleMs {
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
	t.remove(e)
	e.clear.finish(&t.looker)
	e.expiration = why
	return t.emit(e)
}

// remove takes the entry out of its hash's chain.
func (t *table) remove(e *entry) {
	t.count--
	hash := maphash.Comparable(t.seed, e.key)
	first := t.flows[hash]
	if first == e {
		if e.chain == nil {
			delete(t.flows, hash)
		} else {
			t.flows[hash] = e.chain
		}
		return
	}
	for first.chain != e {
		first = first.chain
	}
	first.chain = e.chain
}
