package flowmeter

import (
	"strings"
	"unicode/utf8"
)

const (
	lookAt  = 20        // packets of a flow that are looked into
	keepAll = 8 << 10   // bytes kept of each direction of a TCP flow meanwhile
	keepSum = 256 << 20 // bytes kept of all flows together; beyond, new ones are not looked into
)

// dissection is what a flow has shown in the clear. Bytes are kept only until the messages that matter are complete.
type dissection struct {
	done  bool
	found *found
}

// found is allocated for flows that show something.
type found struct {
	protocol string // DNS, TLS, HTTP, SSH, BitTorrent, DHCP, "" as yet
	Application
	sides [2]side
}

// side is one direction of a TCP flow: its first bytes in order.
type side struct {
	begun, done bool
	next        uint32 // the sequence number that goes on
	bytes       []byte
}

// look looks into a packet of the flow. kept counts the bytes kept of all flows.
func (d *dissection) look(e *entry, p *Packet, dir Direction, kept *int64) {
	if d.done {
		return
	}
	if e.Packets() > lookAt {
		d.finish(kept)
		return
	}
	if p.Protocol == protoTCP && p.Flags&SYN != 0 && d.found != nil {
		d.found.sides[dir].restart(p.Seq+1, kept)
	}
	if len(p.Payload) == 0 {
		return
	}
	switch p.Protocol {
	case protoUDP:
		var f found
		if d.found != nil {
			f = *d.found
		}
		if f.datagram(p); f.protocol != "" {
			kept := f // on the heap only when there is something
			d.found = &kept
		}
	case protoTCP:
		if d.found == nil {
			d.found = &found{}
		}
		d.found.segment(p, dir, kept)
		if d.found.sides[0].done && d.found.sides[1].done {
			d.finish(kept)
		}
	}
}

// finish lets go of the bytes.
func (d *dissection) finish(kept *int64) {
	d.done = true
	if d.found != nil {
		d.found.sides[0].drop(kept)
		d.found.sides[1].drop(kept)
	}
}

// restart forgets what came before a connection request.
func (s *side) restart(next uint32, kept *int64) {
	s.drop(kept)
	*s = side{begun: true, next: next}
}

// drop lets go of a direction's bytes; no more are looked at.
func (s *side) drop(kept *int64) {
	*kept -= int64(len(s.bytes))
	s.bytes, s.done = nil, true
}

func (f *found) datagram(p *Packet) {
	on := func(port uint16) bool { return p.SrcPort == port || p.DstPort == port }
	switch {
	case on(53) || on(5353):
		if name, ok := dnsQuestion(p.Payload); ok && f.ServerName == "" {
			f.protocol, f.ServerName = "DNS", clean(name, 79)
			if on(5353) {
				f.protocol = "MDNS"
			}
		}
	case on(67) || on(68):
		if list := dhcpParameters(p.Payload); list != "" {
			f.protocol, f.ClientFingerprint = "DHCP", list
		}
	case strings.HasPrefix(string(p.Payload[:min(len(p.Payload), 12)]), "d1:ad2:id20:"),
		strings.HasPrefix(string(p.Payload[:min(len(p.Payload), 12)]), "d1:rd2:id20:"):
		f.protocol = "BitTorrent"
	}
}

// segment adds a TCP segment that comes in order, and looks at what has come together. Others are left out: a retransmission shows nothing
// new, and after a gap nothing can be read.
func (f *found) segment(p *Packet, dir Direction, kept *int64) {
	s := &f.sides[dir]
	if s.done {
		return
	}
	if s.begun && s.next != p.Seq {
		return
	}
	s.begun, s.next = true, p.Seq+uint32(len(p.Payload))
	add := p.Payload[:min(len(p.Payload), keepAll-len(s.bytes))]
	s.bytes = append(s.bytes, add...)
	*kept += int64(len(add))
	if f.read(s.bytes, dir) || len(s.bytes) == keepAll || *kept > keepSum {
		s.drop(kept)
	}
}

// read looks at the first bytes of a direction and says whether it needs no more of them.
func (f *found) read(b []byte, dir Direction) bool {
	switch {
	case b[0] == recordHandshake:
		return f.tls(b)
	case strings.HasPrefix("SSH-", string(b[:min(4, len(b))])):
		return len(b) >= 4 && f.ssh(b, dir)
	case b[0] == 19 && strings.HasPrefix("\x13BitTorrent protocol", string(b[:min(20, len(b))])):
		if len(b) >= 20 {
			f.protocol = "BitTorrent"
		}
		return len(b) >= 20
	default:
		return f.http(b)
	}
}

// clean is what a network has said, made harmless for a text file: at most so many bytes, with "?" for control characters and for what is
// no UTF-8. Everything else stays as it is; quoting is the writer's business.
func clean[T string | []byte](text T, most int) string {
	s := string(text[:min(len(text), most)])
	var b strings.Builder
	for i, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError && s[i:min(i+3, len(s))] != "\ufffd" {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
