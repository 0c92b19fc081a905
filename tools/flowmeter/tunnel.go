package flowmeter

// tunnel goes on with the packet that a UDP datagram carries, by its port. It says whether there was one; p is then the inner packet's,
// with the outer frame's hardware addresses.
func (p *Packet) tunnel(depth int) bool {
	b := p.Payload
	either := func(port uint16) bool { return p.SrcPort == port || p.DstPort == port }
	switch {
	case either(2152):
		return p.gtp(b, depth)
	case either(5247):
		return p.capwap(b, depth)
	case either(37008):
		return p.tzsp(b, depth)
	}
	return false
}

// gtp is GTP-U version 1 with a G-PDU (3GPP TS 29.281).
func (p *Packet) gtp(b []byte, depth int) bool {
	if len(b) < 8 || b[0]>>5 != 1 || b[1] != 0xff {
		return false
	}
	size := 8
	if b[0]&7 != 0 { // sequence number, N-PDU number, next extension
		size = 12
		for next := byteAt(b, 11); next != 0 && b[0]&4 != 0; next = byteAt(b, size-1) {
			n := int(byteAt(b, size)) * 4
			if n == 0 {
				return false
			}
			size += n
		}
	}
	if size > len(b) {
		return false
	}
	p.Tunnel = GTP
	return p.ip(b[size:], depth+1)
}

// byteAt is b[i], 0 beyond the end.
func byteAt(b []byte, i int) byte {
	if i < len(b) {
		return b[i]
	}
	return 0
}

// capwap is CAPWAP's data channel (RFC 5415) with an 802.3 or 802.11 frame inside.
func (p *Packet) capwap(b []byte, depth int) bool {
	if len(b) < 8 || b[0] != 0 {
		return false
	}
	size := int(b[1]>>3) * 4
	fragment := be.Uint16(b[6:])>>3 != 0
	if size < 8 || size > len(b) || fragment {
		return false
	}
	p.Tunnel = CAPWAP
	native := b[2]&1 != 0 // T: 802.11, or whatever the binding says
	if b = b[size:]; !native {
		return p.ethernet(b, false, depth+1)
	}
	header := 24
	if len(b) < 2 || b[0]&0x0c != 8 {
		return false // no data frame
	}
	if b[0]&0x80 != 0 {
		header += 2 // quality of service
	}
	if len(b) < header+8 || b[header] != 0xaa {
		return false
	}
	return p.network(be.Uint16(b[header+6:]), b[header+8:], depth+1)
}

// tzsp is TaZmen Sniffer Protocol version 1 with an Ethernet frame inside.
func (p *Packet) tzsp(b []byte, depth int) bool {
	if len(b) < 5 || b[0] != 1 || be.Uint16(b[2:]) != 1 {
		return false
	}
	for b = b[4:]; len(b) > 0; {
		switch b[0] {
		case 0: // padding
			b = b[1:]
		case 1: // end of tags
			p.Tunnel = TZSP
			return p.ethernet(b[1:], false, depth+1)
		default:
			n := 2 + int(byteAt(b, 1))
			if n > len(b) {
				return false
			}
			b = b[n:]
		}
	}
	return false
}
