package flowmeter

import (
	"bytes"
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/layers"
)

// reassembly holds the fragments of IPv4 datagrams until a datagram is whole. All of them are then
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
	id       uint16
	protocol uint8
}

// fragments of one datagram, without the bytes but for the first one's.
type fragments struct {
	name    datagram
	done    bool // no longer held
	sinceMs int64
	packets []Packet
	bytes   int
}

const (
	holdMs    = 30_000   // Linux's limit
	holdBytes = 64 << 20 // of all fragments; bounds the memory under a flood of incomplete datagrams
)

func newReassembly(skipped *Skips) *reassembly {
	return &reassembly{defrag: ip4defrag.NewIPv4Defragmenter(), held: map[datagram]*fragments{}, skipped: skipped}
}

// isFragment says whether an IPv4 header is of a part of a datagram.
func isFragment(b []byte) bool { return be.Uint16(b[6:])&0x3fff != 0 }

// add takes a packet whose datagram is p.fragment, and hands over those that need not be held any
// longer.
func (r *reassembly) add(p *Packet, give func(*Packet) error) error {
	if err := r.expire(p.Ms-holdMs, give); err != nil {
		return err
	}
	b := bytes.Clone(p.fragment)
	header := int(b[0]&15) * 4
	name := datagram{p.Src, p.Dst, be.Uint16(b[4:]), b[9]}
	f := r.held[name]
	if f == nil {
		f = &fragments{name: name, sinceMs: p.Ms}
		r.held[name] = f
		if len(r.order) > 2*len(r.held)+1000 {
			r.order = slices.DeleteFunc(r.order, func(f *fragments) bool { return f.done })
		}
		r.order = append(r.order, f)
	}
	flags := be.Uint16(b[6:])
	held := *p
	held.Payload, held.fragment = nil, nil
	if flags&0x1fff == 0 {
		held.fragment = b
	}
	f.packets = append(f.packets, held)
	f.bytes += len(b) + 200
	r.bytes += len(b) + 200
	whole, err := r.defrag.DefragIPv4WithTimestamp(&layers.IPv4{BaseLayer: layers.BaseLayer{Contents: b[:header], Payload: b[header:]}, Version: 4,
		IHL: b[0] & 15, Length: be.Uint16(b[2:]), Id: name.id, Flags: layers.IPv4Flag(flags >> 13), FragOffset: flags & 0x1fff,
		Protocol: layers.IPProtocol(b[9]), SrcIP: b[12:16], DstIP: b[16:20]}, time.UnixMilli(p.Ms))
	switch {
	case err != nil: // contradictory, or captured in part
		return r.alone(f, give)
	case whole != nil:
		return r.whole(f, whole.Payload, give)
	case r.bytes > holdBytes:
		r.defrag = ip4defrag.NewIPv4Defragmenter()
		return r.expire(math.MaxInt64, give) // all, even if the time ran back and the oldest lie ahead
	}
	return nil
}

// whole hands over the fragments of a datagram; the first to come has the datagram's fields.
func (r *reassembly) whole(f *fragments, payload []byte, give func(*Packet) error) error {
	r.forget(f)
	q := f.packets[0]
	q.fragment = nil
	if !q.transport(f.name.protocol, payload, 0) {
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
		switch {
		case b == nil:
			r.skipped[LaterFragment]++
		case !p.transport(f.name.protocol, b[int(b[0]&15)*4:], 0):
			r.skipped[p.skip]++
		default:
			if err := give(&p); err != nil {
				return err
			}
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
