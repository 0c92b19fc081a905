package flowmeter

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket/layers"
)

var be, le = binary.BigEndian, binary.LittleEndian

// maxDepth is how many headers of one kind may lie inside each other.
const maxDepth = 8

// decode fills p from a captured frame, all but its time and length, and says whether the frame
// belongs to a flow. Frames without IP, frames cut off before the transport's header, and later
// fragments do not; p.skip holds the reason.
func (p *Packet) decode(link layers.LinkType, b []byte) bool {
	decode := decoder(link)
	if decode == nil {
		return p.not(UnknownLink)
	}
	return decode(p, b)
}

// not says why a frame belongs to no flow.
func (p *Packet) not(why Skip) bool {
	p.skip = why
	return false
}

// decoder returns the decoder of a link type; nil if there is none. Such frames in a pcapng file,
// which may mix types, are skipped.
func decoder(link layers.LinkType) func(p *Packet, b []byte) bool {
	switch link {
	case layers.LinkTypeEthernet:
		return func(p *Packet, b []byte) bool { return p.ethernet(b, true, 0) }
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		return func(p *Packet, b []byte) bool {
			if len(b) <= 4 {
				return p.not(CutOff)
			}
			return p.ip(b[4:], 0)
		}
	// 12 and 14 are the numbers of raw IP on some systems
	case layers.LinkTypeRaw, layers.LinkTypeIPv4, layers.LinkTypeIPv6, 12, 14:
		return func(p *Packet, b []byte) bool { return p.ip(b, 0) }
	case layers.LinkTypeLinuxSLL:
		return func(p *Packet, b []byte) bool {
			if len(b) < 16 {
				return p.not(CutOff)
			}
			copy(p.SrcMAC[:], b[6:12])
			return p.network(be.Uint16(b[14:]), b[16:], 0)
		}
	case layers.LinkTypeLinuxSLL2:
		return func(p *Packet, b []byte) bool {
			if len(b) < 20 {
				return p.not(CutOff)
			}
			copy(p.SrcMAC[:], b[12:18])
			return p.network(be.Uint16(b), b[20:], 0)
		}
	case linkPPP, linkPPPSerial:
		return func(p *Packet, b []byte) bool { return p.ppp(b, 0) }
	case linkPPPoE:
		return func(p *Packet, b []byte) bool { return p.network(0x8864, b, 0) }
	case linkHDLC:
		return func(p *Packet, b []byte) bool {
			if len(b) < 4 {
				return p.not(CutOff)
			}
			return p.network(be.Uint16(b[2:]), b[4:], 0)
		}
	case link80211:
		return func(p *Packet, b []byte) bool { return p.wireless(b, 0) }
	case linkRadiotap:
		return func(p *Packet, b []byte) bool {
			if len(b) < 4 || int(le.Uint16(b[2:])) > len(b) {
				return p.not(CutOff)
			}
			return p.wireless(b[le.Uint16(b[2:]):], 0)
		}
	}
	return nil
}

// Link types by their numbers in captures, see https://www.tcpdump.org/linktypes.html
const (
	linkPPP       layers.LinkType = 9
	linkPPPSerial layers.LinkType = 50 // in HDLC framing
	linkPPPoE     layers.LinkType = 51
	linkHDLC      layers.LinkType = 104 // Cisco's
	link80211     layers.LinkType = 105
	linkRadiotap  layers.LinkType = 127 // 802.11 behind a radio's readings
)

// ethernet decodes a frame. Only an outer frame's addresses count, and only that has NFStream's
// least length.
func (p *Packet) ethernet(b []byte, outer bool, depth int) bool {
	if len(b) < 14 || outer && len(b) < 14+28 || depth > maxDepth {
		return p.not(CutOff)
	}
	if outer {
		copy(p.DstMAC[:], b)
		copy(p.SrcMAC[:], b[6:])
	}
	kind, rest := be.Uint16(b[12:]), b[14:]
	if kind < 1536 { // a length: 802.2 follows
		if len(rest) < 8 || rest[0] != 0xaa || rest[1] != 0xaa {
			return p.not(NotIP)
		}
		kind, rest = be.Uint16(rest[6:]), rest[8:]
	}
	return p.network(kind, rest, depth)
}

// network decodes the protocol of an EtherType, through VLAN tags, MPLS labels and PPPoE.
func (p *Packet) network(kind uint16, b []byte, depth int) bool {
	for range maxDepth {
		switch kind {
		case 0x8100, 0x88a8, 0x9100: // VLAN
			if len(b) < 4 {
				return p.not(CutOff)
			}
			p.VLAN = be.Uint16(b) & 0xfff
			kind, b = be.Uint16(b[2:]), b[4:]
		case 0x8847, 0x8848: // MPLS
			if len(b) < 4 {
				return p.not(CutOff)
			}
			last := b[2]&1 == 1
			if b = b[4:]; last {
				return p.ip(b, depth)
			}
		case 0x8864: // PPPoE
			if len(b) < 8 {
				return p.not(CutOff)
			}
			return p.ppp(b[6:], depth)
		case 0x0800, 0x86dd:
			return p.ip(b, depth)
		default:
			return p.not(NotIP)
		}
	}
	return p.not(NotIP)
}

// ppp decodes the packet behind PPP's protocol number (RFC 1661), which HDLC's address and control
// may precede.
func (p *Packet) ppp(b []byte, depth int) bool {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 3 {
		b = b[2:]
	}
	switch {
	case len(b) < 2:
		return p.not(CutOff)
	case b[0]&1 == 1: // compressed to one byte
		return p.pppIP(uint16(b[0]), b[1:], depth)
	}
	return p.pppIP(be.Uint16(b), b[2:], depth)
}

func (p *Packet) pppIP(protocol uint16, b []byte, depth int) bool {
	if protocol != 0x21 && protocol != 0x57 { // IPv4, IPv6
		return p.not(NotIP)
	}
	return p.ip(b, depth)
}

// wireless decodes an 802.11 data frame that is not encrypted.
func (p *Packet) wireless(b []byte, depth int) bool {
	if len(b) < 2 {
		return p.not(CutOff)
	}
	if b[0]&0x0c != 8 || b[1]&0x40 != 0 { // no data frame, or encrypted
		return p.not(NotIP)
	}
	header := 24
	if b[1]&3 == 3 {
		header += 6 // between access points: a fourth address
	}
	if b[0]&0x80 != 0 {
		header += 2 // quality of service
		if b[1]&0x80 != 0 {
			header += 4 // high throughput
		}
	}
	if len(b) < header+8 {
		return p.not(CutOff)
	}
	if depth == 0 {
		copy(p.DstMAC[:], b[4:])
		copy(p.SrcMAC[:], b[10:])
	}
	if b[header] != 0xaa || b[header+1] != 0xaa {
		return p.not(NotIP)
	}
	return p.network(be.Uint16(b[header+6:]), b[header+8:], depth)
}

// ip decodes either version, by its first digit.
func (p *Packet) ip(b []byte, depth int) bool {
	if len(b) == 0 || depth > maxDepth {
		return p.not(CutOff)
	}
	switch b[0] >> 4 {
	case 4:
		return p.ipv4(b, depth)
	case 6:
		return p.ipv6(b, depth)
	}
	return p.not(NotIP)
}

func (p *Packet) ipv4(b []byte, depth int) bool {
	if len(b) < 20 {
		return p.not(CutOff)
	}
	header, total := int(b[0]&15)*4, int(be.Uint16(b[2:]))
	if header < 20 || header > len(b) {
		return p.not(CutOff)
	}
	if be.Uint16(b[6:])&0x1fff != 0 && !p.hold {
		return p.not(LaterFragment) // it has no ports
	}
	if total >= header && total < len(b) {
		b = b[:total] // the rest is Ethernet's padding
	}
	p.Version = 4
	p.Src, p.Dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	if p.hold && isFragment(b) {
		p.fragment = b
		return p.not(LaterFragment)
	}
	return p.transport(b[9], b[header:], depth)
}

func (p *Packet) ipv6(b []byte, depth int) bool {
	if len(b) < 40 {
		return p.not(CutOff)
	}
	if total := 40 + int(be.Uint16(b[4:])); total > 40 && total < len(b) {
		b = b[:total]
	}
	p.Version = 6
	p.Src, p.Dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	return p.extensions(b[6], b[40:], depth)
}

// extensions decodes the headers between IPv6's own and the transport's.
func (p *Packet) extensions(next uint8, rest []byte, depth int) bool {
	for range maxDepth {
		size := 0
		switch next {
		case 0, 43, 60: // hop by hop, routing, destination options
			if len(rest) < 8 {
				return p.not(CutOff)
			}
			size = 8 + int(rest[1])*8
		case 44: // fragment
			if len(rest) < 8 {
				return p.not(CutOff)
			}
			switch {
			case p.hold && isFragment6(rest):
				p.fragment = rest
				return p.not(LaterFragment)
			case be.Uint16(rest[2:])&0xfff8 != 0:
				return p.not(LaterFragment)
			}
			size = 8
		case 51: // authentication
			if len(rest) < 8 {
				return p.not(CutOff)
			}
			size = 8 + int(rest[1])*4
		default:
			return p.transport(next, rest, depth)
		}
		if size > len(rest) {
			return p.not(CutOff)
		}
		next, rest = rest[0], rest[size:]
	}
	return p.not(NotIP)
}

// transport decodes the ports, or goes on inside a tunnel.
func (p *Packet) transport(protocol uint8, b []byte, depth int) bool {
	p.Protocol, p.SrcPort, p.DstPort, p.Flags, p.Seq, p.Payload = protocol, 0, 0, 0, 0, nil
	switch protocol {
	case protoIPIP, protoIPv6:
		return p.ip(b, depth+1)
	case protoGRE:
		if outer := *p; p.inner && !p.gre(b, depth) {
			*p = outer
		}
	case protoTCP:
		if len(b) < 20 {
			return true // as in NFStream: a flow without ports, such as `nmap -f` makes
		}
		p.SrcPort, p.DstPort, p.Seq = be.Uint16(b), be.Uint16(b[2:]), be.Uint32(b[4:])
		p.Flags = Flags(b[13])
		if header := int(b[12]>>4) * 4; header >= 20 && header <= len(b) {
			p.Payload = b[header:]
		}
	case protoUDP:
		if len(b) < 8 {
			return true
		}
		p.SrcPort, p.DstPort, p.Payload = be.Uint16(b), be.Uint16(b[2:]), b[8:]
		if p.Tunnel == NoTunnel {
			outer := *p
			if !p.tunnel(depth) {
				*p = outer // no tunnel after all
			}
		}
	}
	return true
}
