package flowmeter

// tunnel goes on with the packet that a UDP datagram carries, by its port. It says whether there
// was one; p is then the inner packet's, with the outer frame's hardware addresses.
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
	case p.inner && either(4789):
		return p.vxlan(b, depth)
	case p.inner && either(6081):
		return p.geneve(b, depth)
	}
	return false
}

// vxlan is VXLAN (RFC 7348) with an Ethernet frame inside.
func (p *Packet) vxlan(b []byte, depth int) bool {
	if len(b) < 8 || b[0]&8 == 0 {
		return false
	}
	p.Tunnel = VXLAN
	return p.ethernet(b[8:], false, depth+1)
}

// geneve is GENEVE (RFC 8926) with the packet inside.
func (p *Packet) geneve(b []byte, depth int) bool {
	if len(b) < 8 || b[0]>>6 != 0 || len(b) < 8+int(b[0]&63)*4 {
		return false
	}
	p.Tunnel = GENEVE
	return p.bridged(be.Uint16(b[2:]), b[8+int(b[0]&63)*4:], depth)
}

// gre is GRE (RFC 2784, RFC 2890), with an ERSPAN header before a mirrored frame.
func (p *Packet) gre(b []byte, depth int) bool {
	if len(b) < 4 || b[1]&7 != 0 { // version 1 is PPTP's
		return false
	}
	size := 4
	for _, present := range []byte{0x80, 0x20, 0x10} { // checksum, key, sequence number
		if b[0]&present != 0 {
			size += 4
		}
	}
	kind := be.Uint16(b[2:])
	switch kind {
	case 0x88be: // ERSPAN: type II has a header when there are sequence numbers, type I has none
		if kind = transparentEthernet; b[0]&0x10 != 0 {
			size += 8
		}
	case 0x22eb: // type III
		kind, size = transparentEthernet, size+12
	}
	if size > len(b) {
		return false
	}
	p.Tunnel = GRE
	return p.bridged(kind, b[size:], depth)
}

const transparentEthernet = 0x6558

// bridged decodes an Ethernet frame or the packet of an EtherType.
func (p *Packet) bridged(kind uint16, b []byte, depth int) bool {
	if kind == transparentEthernet {
		return p.ethernet(b, false, depth+1)
	}
	return p.network(kind, b, depth+1)
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
	return p.wireless(swapped(b), depth+1)
}

// swapped is an 802.11 frame whose frame control has its bytes in the right order: some controllers
// of Cisco's send them swapped.
func swapped(b []byte) []byte {
	if len(b) >= 2 && b[0]&0x0c != 8 && b[1]&0x0c == 8 {
		b = append([]byte(nil), b...)
		b[0], b[1] = b[1], b[0]
	}
	return b
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
