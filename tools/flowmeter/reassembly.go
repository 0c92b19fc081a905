package flowmeter

import (
	"bytes"
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/ip6defrag"
	"github.com/gopacket/gopacket/layers"
)

// reassembly holds the fragments of IP datagrams until a datagram is whole. All of them are then
// packets of its flow.
type reassembly struct {
	defrag  *ip4defrag.IPv4Defragmenter
	held    map[datagram]*fragments
	order   []*fragments // by the first fragment's arrival; some may be done already
	bytes   int
	skipped *Skips
}

// datagram names the datagram that a fragment is of.
type datagram struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8 // of IPv4; IPv6 has it in the first fragment
}

// fragments of one datagram, without the bytes but for the first one's.
type fragments struct {
	name    datagram
	done    bool // no longer held
	sinceMs int64
	packets []Packet
	bytes   int

	extents       []extent // of an IPv6 datagram's fragments
	contradictory bool     // no fragment makes it whole any more, as RFC 5722 has it

	// defrag6 puts an IPv6 datagram together. It forgets by the time of this day, not of the
	// capture, so each datagram has its own, which goes with it.
	defrag6 *ip6defrag.IPv6Defragmenter
}

// extent is which bytes of a datagram a fragment holds; the last one's end is the datagram's.
type extent struct {
	from, to int
	last     bool
}

// contradict reports whether no datagram can hold both: they overlap and neither of them repeats a
// part of the other, or one lies beyond the end that the other names.
func (a extent) contradict(b extent) bool {
	within := func(a, b extent) bool { return a.from >= b.from && a.to <= b.to }
	return a.from < b.to && b.from < a.to && !within(a, b) || b.last && a.to > b.to || a.last && (b.to > a.to || b.last && a.to != b.to)
}

const (
	holdMs    = 30_000   // Linux's limit
	holdBytes = 64 << 20 // of all fragments; bounds the memory under a flood of incomplete datagrams

	// Memory beside the bytes of a fragment, as measured: of each, and of a new datagram.
	fragmentBytes  = 500
	datagram4Bytes = 300
	datagram6Bytes = 1100
)

func newReassembly(skipped *Skips) *reassembly {
	return &reassembly{defrag: ip4defrag.NewIPv4Defragmenter(), held: map[datagram]*fragments{}, skipped: skipped}
}

// isFragment says whether an IPv4 header is of a part of a datagram.
func isFragment(b []byte) bool { return be.Uint16(b[6:])&0x3fff != 0 }

// isFragment6 says it of IPv6's fragment header, which a whole datagram may have as well (RFC
// 6946).
func isFragment6(b []byte) bool { return be.Uint16(b[2:])&0xfff9 != 0 }

// name is the datagram that a packet is a fragment of, and whether it is the first one.
func (p *Packet) name() (name datagram, first bool) {
	b := p.fragment
	if p.Version == 6 {
		return datagram{p.Src, p.Dst, be.Uint32(b[4:]), 0}, be.Uint16(b[2:])&0xfff8 == 0
	}
	return datagram{p.Src, p.Dst, uint32(be.Uint16(b[4:])), b[9]}, be.Uint16(b[6:])&0x1fff == 0
}

// opened is what lies behind the header of p's first fragment b, and the protocol of that.
func (p *Packet) opened(b []byte) (protocol uint8, rest []byte) {
	if p.Version == 6 {
		return b[0], b[8:]
	}
	return b[9], b[int(b[0]&15)*4:]
}

// behind decodes what a datagram or its first fragment holds.
func (p *Packet) behind(protocol uint8, b []byte) bool {
	if p.Version == 6 {
		return p.extensions(protocol, b, 0)
	}
	return p.transport(protocol, b, 0)
}

// bytes is what a datagram takes before its fragments.
func (d datagram) bytes() int {
	if d.src.Is4() {
		return datagram4Bytes
	}
	return datagram6Bytes
}

// add takes a packet, p.fragment of which is the fragment from IPv4's header or IPv6's fragment
// header on, and hands over those that need not be held any longer.
func (r *reassembly) add(p *Packet, give func(*Packet) error) error {
	if err := r.expire(p.Ms-holdMs, give); err != nil {
		return err
	}
	b := bytes.Clone(p.fragment)
	name, first := p.name()
	f := r.held[name]
	if f == nil {
		f = &fragments{name: name, sinceMs: p.Ms}
		r.held[name] = f
		if len(r.order) > 2*len(r.held)+1000 {
			r.order = slices.DeleteFunc(r.order, func(f *fragments) bool { return f.done })
		}
		r.order = append(r.order, f)
		r.charge(f, name.bytes())
	}
	held := *p
	held.Payload, held.fragment = nil, nil
	if first {
		held.fragment = b
	}
	f.packets = append(f.packets, held)
	r.charge(f, len(b)+fragmentBytes)
	protocol, whole, err := name.protocol, []byte(nil), error(nil)
	if p.Version == 6 {
		protocol, whole = f.add6(p, b)
	} else {
		whole, err = r.add4(p, b)
	}
	switch {
	case err != nil: // contradictory, or captured in part
		return r.alone(f, give)
	case whole != nil:
		return r.whole(f, protocol, whole, give)
	case r.bytes > holdBytes:
		r.defrag = ip4defrag.NewIPv4Defragmenter()
		return r.expire(math.MaxInt64, give) // all, even if the time ran back and the oldest lie ahead
	}
	return nil
}

func (r *reassembly) charge(f *fragments, bytes int) {
	f.bytes += bytes
	r.bytes += bytes
}

// add4 returns what the datagram holds if b makes it whole.
func (r *reassembly) add4(p *Packet, b []byte) ([]byte, error) {
	header, flags := int(b[0]&15)*4, be.Uint16(b[6:])
	whole, err := r.defrag.DefragIPv4WithTimestamp(&layers.IPv4{BaseLayer: layers.BaseLayer{Contents: b[:header], Payload: b[header:]}, Version: 4,
		IHL: b[0] & 15, Length: be.Uint16(b[2:]), Id: be.Uint16(b[4:]), Flags: layers.IPv4Flag(flags >> 13), FragOffset: flags & 0x1fff,
		Protocol: layers.IPProtocol(b[9]), SrcIP: b[12:16], DstIP: b[16:20]}, time.UnixMilli(p.Ms))
	if err != nil || whole == nil {
		return nil, err
	}
	return whole.Payload, nil
}

// add6 returns what the datagram holds, and the protocol of that, if b makes it whole. A datagram
// whose fragments contradict each other never becomes so; the defragmenter would begin it anew.
func (f *fragments) add6(p *Packet, b []byte) (protocol uint8, whole []byte) {
	if f.defrag6 == nil {
		f.defrag6 = ip6defrag.NewIPv6Defragmenter()
	}
	flags := be.Uint16(b[2:])
	e := extent{int(flags &^ 7), int(flags&^7) + len(b) - 8, flags&1 == 0}
	f.contradictory = f.contradictory || slices.ContainsFunc(f.extents, e.contradict)
	if f.contradictory {
		f.extents = nil
		return 0, nil
	}
	f.extents = append(f.extents, e)
	out := f.defrag6.DefragIPv6(&layers.IPv6{Version: 6, SrcIP: p.Src.AsSlice(), DstIP: p.Dst.AsSlice()},
		&layers.IPv6Fragment{BaseLayer: layers.BaseLayer{Contents: b[:8], Payload: b[8:]}, NextHeader: layers.IPProtocol(b[0]),
			FragmentOffset: flags >> 3, MoreFragments: flags&1 == 1, Identification: be.Uint32(b[4:])})
	if out == nil {
		return 0, nil
	}
	return uint8(out.NextHeader), out.Payload
}

// whole hands over the fragments of a datagram; the first to come has the datagram's fields.
func (r *reassembly) whole(f *fragments, protocol uint8, payload []byte, give func(*Packet) error) error {
	r.forget(f)
	q := f.packets[0]
	q.fragment = nil
	if !q.behind(protocol, payload) {
		r.skipped[q.skip] += int64(len(f.packets))
		return nil
	}
	for i, p := range f.packets {
		q.Ms, q.Length = p.Ms, p.Length
		if err := give(&q); err != nil {
			return err
		}
		if i == 0 {
			q.Flags, q.Payload = 0, nil
		}
	}
	return nil
}

// alone hands over the first fragment as if nothing were known of the rest.
func (r *reassembly) alone(f *fragments, give func(*Packet) error) error {
	r.forget(f)
	for _, p := range f.packets {
		b := p.fragment
		p.fragment = nil
		if b == nil {
			r.skipped[LaterFragment]++
			continue
		}
		if !p.behind(p.opened(b)) {
			r.skipped[p.skip]++
			continue
		}
		if err := give(&p); err != nil {
			return err
		}
	}
	return nil
}

func (r *reassembly) forget(f *fragments) {
	r.bytes -= f.bytes
	f.done = true
	delete(r.held, f.name)
}

// expire gives up datagrams that have begun before a time.
func (r *reassembly) expire(beforeMs int64, give func(*Packet) error) error {
	n := 0
	for ; n < len(r.order); n++ {
		f := r.order[n]
		if f.done {
			continue
		}
		if f.sinceMs >= beforeMs {
			break
		}
		if err := r.alone(f, give); err != nil {
			return err
		}
	}
	if n > 0 {
		clear(r.order[:n])
		r.order = r.order[n:]
		r.defrag.DiscardOlderThan(time.UnixMilli(beforeMs))
	}
	return nil
}
