package flowmeter

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	lookAt  = 20        // packets of a flow that are looked into
	keepAll = 8 << 10   // bytes kept of each direction of a TCP flow meanwhile
	keepSum = 256 << 20 // bytes kept of all flows together; beyond, new ones are not looked into
)

// looker is the state that all dissections share.
type looker struct {
	kept  int64 // bytes kept of all flows
	ja3   bool  // the client's fingerprint is JA3
	found found // of a flow that has shown nothing yet
}

// dissection is the clear text of a flow. Bytes are kept only until the messages that matter are
// complete.
type dissection struct {
	done  bool
	found *found
	sides *[2]side // of a TCP flow
	talk  *talk    // handshake of a UDP flow; nil without one
}

// found is allocated for flows that show something.
type found struct {
	protocol string // DNS, TLS, HTTP, SSH, BitTorrent, DHCP, QUIC, DTLS, LLMNR, "" as yet
	Application
}

// side is one direction of a TCP flow: its first bytes in order.
type side struct {
	begun, done bool
	next        uint32 // the sequence number that goes on
	bytes       []byte
}

// talk is a handshake over UDP.
type talk struct {
	hello    [2]assembly // QUIC's client has the first, whichever direction it is
	sequence [2]uint16   // of DTLS's messages
	keys     *quicKeys   // of QUIC's client, once a packet has opened with them
}

// look looks into a packet of the flow.
func (e *entry) look(p *Packet, dir Direction, l *looker) {
	d := e.clear
	switch {
	case d != nil && d.done:
		return
	case d != nil && e.packets() > lookAt:
		d.finish(l)
		return
	case d != nil && d.sides != nil && p.Flags&SYN != 0:
		d.sides[dir].restart(p.Seq+1, l)
	}
	if len(p.Payload) == 0 || p.Protocol != protoTCP && p.Protocol != protoUDP || e.packets() > lookAt {
		return
	}
	if d == nil {
		d = &dissection{}
		e.clear = d
	}
	if p.Protocol == protoUDP {
		d.datagram(p, dir, l)
		return
	}
	if d.sides == nil {
		d.sides = &[2]side{}
	}
	d.segment(p, dir, l)
	if d.sides[0].done && d.sides[1].done {
		d.finish(l)
	}
}

// finish lets go of the bytes.
func (d *dissection) finish(l *looker) {
	if d == nil {
		return
	}
	d.done = true
	if d.sides != nil {
		d.sides[0].drop(l)
		d.sides[1].drop(l)
		d.sides = nil
	}
	if d.talk != nil {
		d.talk.hello[0].drop(l)
		d.talk.hello[1].drop(l)
		d.talk = nil
	}
}

// restart forgets the bytes before a connection request.
func (s *side) restart(next uint32, l *looker) {
	s.drop(l)
	*s = side{begun: true, next: next}
}

// drop lets go of a direction's bytes; no more are looked at.
func (s *side) drop(l *looker) {
	l.kept -= int64(len(s.bytes))
	s.bytes, s.done = nil, true
}

// shown is where the things go that a flow shows.
func (d *dissection) shown() *found {
	if d.found == nil {
		d.found = &found{}
	}
	return d.found
}

func (d *dissection) datagram(p *Packet, dir Direction, l *looker) {
	on := func(port uint16) bool { return p.SrcPort == port || p.DstPort == port }
	begin := string(p.Payload[:min(len(p.Payload), 12)])
	switch {
	case on(53) || on(5353) || on(5355):
		if name, ok := dnsQuestion(p.Payload); ok {
			f := d.shown()
			f.protocol, f.ServerName = "DNS", clean(name, 79)
			if on(5353) {
				f.protocol = "MDNS"
			} else if on(5355) {
				f.protocol = "LLMNR"
			}
			d.done = p.Payload[2]&0x80 != 0 // NFStream has the last question up to the first answer, too
		}
	case on(67) || on(68):
		if list := dhcpParameters(p.Payload); list != "" {
			f := d.shown()
			f.protocol, f.ClientFingerprint = "DHCP", list
		}
	case begin == "d1:ad2:id20:" || begin == "d1:rd2:id20:":
		d.shown().protocol = "BitTorrent"
	case isQUIC(p.Payload) || isDTLS(p.Payload):
		d.handshake(p.Payload, dir, l)
	}
}

func (d *dissection) handshake(b []byte, dir Direction, l *looker) {
	if d.talk == nil {
		d.talk = &talk{}
	}
	l.found = found{}
	if d.found != nil {
		l.found = *d.found
	}
	if isDTLS(b) {
		d.talk.dtls(&l.found, b, dir, l)
	} else {
		d.talk.quic(&l.found, b, l)
	}
	if l.found.protocol != "" {
		*d.shown() = l.found
	}
}

// segment adds a TCP segment that comes in order, and examines the bytes collected so far. Others
// are left out: a retransmission shows nothing new, and after a gap nothing can be read.
func (d *dissection) segment(p *Packet, dir Direction, l *looker) {
	s := &d.sides[dir]
	if s.done || s.begun && s.next != p.Seq {
		return
	}
	s.begun, s.next = true, p.Seq+uint32(len(p.Payload))
	b := p.Payload[:min(len(p.Payload), keepAll-len(s.bytes))]
	if len(s.bytes) > 0 {
		b = append(s.bytes, b...)
	}
	f := d.found
	if f == nil {
		l.found = found{}
		f = &l.found
	}
	done := f.read(b, dir, l)
	if d.found == nil && f.protocol != "" {
		shown := *f
		d.found = &shown
	}
	if done || len(b) == keepAll || l.kept > keepSum {
		s.drop(l)
		return
	}
	l.kept += int64(len(b) - len(s.bytes))
	if len(s.bytes) == 0 {
		b = slices.Clone(b)
	}
	s.bytes = b
}

// read looks at the first bytes of a direction and says whether it needs no more of them.
func (f *found) read(b []byte, dir Direction, l *looker) bool {
	switch {
	case b[0] == recordHandshake || b[0] == recordAlert:
		return f.tls(b, l)
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

// clean returns text from a network for a text file: at most so many bytes, with "?" for control
// characters and invalid UTF-8. Everything else stays as it is; quoting is the writer's business.
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
