package flowmeter

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// The frames of the tests, from the inside out: each function puts a header before what it is
// given.

func tcpSegment(sport, dport uint16, seq uint32, flags Flags, payload string) []byte {
	h := make([]byte, 20)
	be.PutUint16(h, sport)
	be.PutUint16(h[2:], dport)
	be.PutUint32(h[4:], seq)
	h[12], h[13] = 5<<4, byte(flags)
	return append(h, payload...)
}

func udpDatagram(sport, dport uint16, payload []byte) []byte {
	h := make([]byte, 8)
	be.PutUint16(h, sport)
	be.PutUint16(h[2:], dport)
	be.PutUint16(h[4:], uint16(8+len(payload)))
	return append(h, payload...)
}

func ip4(protocol uint8, src, dst string, payload []byte) []byte {
	h := make([]byte, 20)
	h[0], h[8], h[9] = 0x45, 64, protocol
	be.PutUint16(h[2:], uint16(20+len(payload)))
	s, d := netip.MustParseAddr(src).As4(), netip.MustParseAddr(dst).As4()
	copy(h[12:], s[:])
	copy(h[16:], d[:])
	return append(h, payload...)
}

func ip6(next uint8, src, dst string, payload []byte) []byte {
	h := make([]byte, 40)
	h[0], h[6], h[7] = 0x60, next, 64
	be.PutUint16(h[4:], uint16(len(payload)))
	s, d := netip.MustParseAddr(src).As16(), netip.MustParseAddr(dst).As16()
	copy(h[8:], s[:])
	copy(h[24:], d[:])
	return append(h, payload...)
}

// ethernetFrame is padded to 60 bytes, as the wire does.
func ethernetFrame(kind uint16, payload []byte) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	b = append(be.AppendUint16(b, kind), payload...)
	for len(b) < 60 {
		b = append(b, 0)
	}
	return b
}

// udp4 is a datagram from 192.0.2.1:4000 to 192.0.2.2:5000.
func udp4() []byte {
	return ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 5000, []byte("payload")))
}

// pcapOf is a capture of Ethernet frames, one ms apart from 1000 s since 1970 on.
func pcapOf(frames ...[]byte) []byte {
	var b bytes.Buffer
	le := binary.LittleEndian
	head := make([]byte, 24)
	le.PutUint32(head, 0xa1b2c3d4)
	le.PutUint16(head[4:], 2)
	le.PutUint16(head[6:], 4)
	le.PutUint32(head[16:], 65535)
	le.PutUint32(head[20:], 1)
	b.Write(head)
	for i, f := range frames {
		h := make([]byte, 16)
		le.PutUint32(h, 1000)
		le.PutUint32(h[4:], uint32(i)*1000)
		le.PutUint32(h[8:], uint32(len(f)))
		le.PutUint32(h[12:], uint32(len(f)))
		b.Write(h)
		b.Write(f)
	}
	return b.Bytes()
}
