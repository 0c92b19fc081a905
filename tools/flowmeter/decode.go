package flowmeter

import (
	"encoding/binary"
	"net/netip"

	"github.com/gopacket/gopacket/layers"
)

var be = binary.BigEndian

// maxDepth is how many headers of one kind may lie inside each other.
const maxDepth = 8

// decode fills p from a captured frame, all but its time and length, and says whether the frame belongs to a flow. Frames that are no IP,
// are cut off before the ports, or are a later fragment do not.
func (p *Packet) decode(link layers.LinkType, b []byte) bool {
	decode := decoder(link)
	return decode != nil && decode(p, b)
}

// decoder is what decodes frames of a link type; nil if nothing does. Such frames in a pcapng file, which may mix types, are skipped.
func decoder(link layers.LinkType) func(p *Packet, b []byte) bool {
	switch link {
	case layers.LinkTypeEthernet:
		return func(p *Packet, b []byte) bool { return p.ethernet(b, true, 0) }
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		return func(p *Packet, b []byte) bool { return len(b) > 4 && p.ip(b[4:], 0) }
	case layers.LinkTypeRaw, layers.LinkTypeIPv4, layers.LinkTypeIPv6, 12, 14: // 12 and 14: raw IP as some systems number it
		return func(p *Packet, b []byte) bool { return p.ip(b, 0) }
	case layers.LinkTypeLinuxSLL:
		return func(p *Packet, b []byte) bool {
			if len(b) < 16 {
				return false
			}
			copy(p.SrcMAC[:], b[6:12])
			return p.network(be.Uint16(b[14:]), b[16:], 0)
		}
	case layers.LinkTypeLinuxSLL2:
		return func(p *Packet, b []byte) bool {
			if len(b) < 20 {
				return false
			}
			copy(p.SrcMAC[:], b[12:18])
			return p.network(be.Uint16(b), b[20:], 0)
		}
	}
	return nil
}

// ethernet decodes a frame. Only an outer frame's addresses count, and only that has NFStream's least length.
func (p *Packet) ethernet(b []byte, outer bool, depth int) bool {
	if len(b) < 14 || outer && len(b) < 14+28 || depth > maxDepth {
		return false
	}
	if outer {
		copy(p.DstMAC[:], b)
		copy(p.SrcMAC[:], b[6:])
	}
	kind, rest := be.Uint16(b[12:]), b[14:]
	if kind < 1536 { // a length: 802.2 follows
		if len(rest) < 8 || rest[0] != 0xaa || rest[1] != 0xaa {
			return false
		}
		kind, rest = be.Uint16(rest[6:]), rest[8:]
	}
	return p.network(kind, rest, depth)
}

// network decodes what an EtherType announces, through VLAN tags, MPLS labels and PPPoE.
func (p *Packet) network(kind uint16, b []byte, depth int) bool {
	for range maxDepth {
		switch kind {
		case 0x8100, 0x88a8, 0x9100: // VLAN
			if len(b) < 4 {
				return false
			}
			p.VLAN = be.Uint16(b) & 0xfff
			kind, b = be.Uint16(b[2:]), b[4:]
		case 0x8847, 0x8848: // MPLS
			if len(b) < 4 {
				return false
			}
			last := b[2]&1 == 1
			if b = b[4:]; last {
				return p.ip(b, depth)
			}
		case 0x8864: // PPPoE
			if len(b) < 8 {
				return false
			}
			ppp := be.Uint16(b[6:])
			return (ppp == 0x21 || ppp == 0x57) && p.ip(b[8:], depth)
		case 0x0800, 0x86dd:
			return p.ip(b, depth)
		default:
			return false
		}
	}
	return false
}

// ip decodes either version, by its first digit.
func (p *Packet) ip(b []byte, depth int) bool {
	if len(b) == 0 || depth > maxDepth {
		return false
	}
	switch b[0] >> 4 {
	case 4:
		return p.ipv4(b, depth)
	case 6:
		return p.ipv6(b, depth)
	}
	return false
}

func (p *Packet) ipv4(b []byte, depth int) bool {
	if len(b) < 20 {
		return false
	}
	header, total := int(b[0]&15)*4, int(be.Uint16(b[2:]))
	if header < 20 || header > len(b) {
		return false
	}
	if be.Uint16(b[6:])&0x1fff != 0 {
		return false // a later fragment has no ports
	}
	if total >= header && total < len(b) {
		b = b[:total] // what follows is Ethernet's padding
	}
	p.Version = 4
	p.Src, p.Dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	return p.transport(b[9], b[header:], depth)
}

func (p *Packet) ipv6(b []byte, depth int) bool {
	if len(b) < 40 {
		return false
	}
	if total := 40 + int(be.Uint16(b[4:])); total > 40 && total < len(b) {
		b = b[:total]
	}
	p.Version = 6
	p.Src, p.Dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	next, rest := b[6], b[40:]
	for range maxDepth {
		size := 0
		switch next {
		case 0, 43, 60: // hop by hop, routing, destination options
			if len(rest) < 8 {
				return false
			}
			size = 8 + int(rest[1])*8
		case 44: // fragment
			if len(rest) < 8 || be.Uint16(rest[2:])&0xfff8 != 0 {
				return false
			}
			size = 8
		case 51: // authentication
			if len(rest) < 8 {
				return false
			}
			size = 8 + int(rest[1])*4
		default:
			return p.transport(next, rest, depth)
		}
		if size > len(rest) {
			return false
		}
		next, rest = rest[0], rest[size:]
	}
	return false
}

// transport decodes the ports, or goes on inside a tunnel.
func (p *Packet) transport(protocol uint8, b []byte, depth int) bool {
	p.Protocol, p.SrcPort, p.DstPort, p.Flags, p.Seq, p.Payload = protocol, 0, 0, 0, 0, nil
	switch protocol {
	case protoIPIP, protoIPv6:
		return p.ip(b, depth+1)
	case protoTCP:
		if len(b) < 14 {
			return false
		}
		p.SrcPort, p.DstPort, p.Seq = be.Uint16(b), be.Uint16(b[2:]), be.Uint32(b[4:])
		p.Flags = Flags(b[13])
		if header := int(b[12]>>4) * 4; header >= 20 && header <= len(b) {
			p.Payload = b[header:]
		}
	case protoUDP:
		if len(b) < 8 {
			return false
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
