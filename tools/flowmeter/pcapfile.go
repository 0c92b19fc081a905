package flowmeter

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// pcapFile reads a pcap file of any version, byte order and resolution, and the form that an old
// Linux kernel's patch wrote. Unlike package pcapgo it reads on where more bytes were captured of a
// packet than it had on the wire, as tcpdump does. See
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html and libpcap's savefile.
type pcapFile struct {
	r      io.Reader
	order  binary.ByteOrder
	nano   bool
	header []byte // of a packet
	minor  uint16
	link   layers.LinkType
	data   []byte
}

// pcapMagic is the start of a pcap file, as a little-endian number.
var pcapMagic = map[uint32]pcapFile{
	0xa1b2c3d4: {order: le, header: make([]byte, 16)},
	0xd4c3b2a1: {order: be, header: make([]byte, 16)},
	0xa1b23c4d: {order: le, header: make([]byte, 16), nano: true},
	0x4d3cb2a1: {order: be, header: make([]byte, 16), nano: true},
	// modified pcap: interface, protocol and packet type follow the lengths
	0xa1b2cd34: {order: le, header: make([]byte, 24)},
	0x34cdb2a1: {order: be, header: make([]byte, 24)},
}

// newPcapFile reads the file's header; head is its first number.
func newPcapFile(r io.Reader, head [4]byte) (*pcapFile, error) {
	p, ok := pcapMagic[le.Uint32(head[:])]
	if !ok {
		return nil, fmt.Errorf("no capture: it begins with %x, neither pcap nor pcapng", head[:])
	}
	p.r, p.header = r, make([]byte, len(p.header))
	var b [24]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, err
	}
	major := p.order.Uint16(b[4:])
	p.minor = p.order.Uint16(b[6:])
	if major != 2 || p.minor > 4 {
		return nil, fmt.Errorf("pcap version %d.%d; versions 2.0 to 2.4 are known", major, p.minor)
	}
	// the upper bits describe the frame check sequence
	p.link = layers.LinkType(p.order.Uint32(b[20:]) & 0xffff)
	return &p, nil
}

// read returns the next packet; the bytes are good until the next call.
func (p *pcapFile) read() ([]byte, gopacket.CaptureInfo, error) {
	var info gopacket.CaptureInfo
	if n, err := io.ReadFull(p.r, p.header); err != nil {
		info.CaptureLength = n // 0 at the proper end
		return nil, info, err
	}
	sub := time.Microsecond
	if p.nano {
		sub = time.Nanosecond
	}
	info.Timestamp = time.Unix(int64(p.order.Uint32(p.header)), int64(p.order.Uint32(p.header[4:]))*int64(sub)).UTC()
	captured, wire := p.order.Uint32(p.header[8:]), p.order.Uint32(p.header[12:])
	if p.minor < 3 || p.minor == 3 && captured > wire { // the old order of the two
		captured, wire = wire, captured
	}
	if captured > maxCapture {
		info.CaptureLength = len(p.header)
		return nil, info, fmt.Errorf("%d bytes were captured of it, more than %d", captured, maxCapture)
	}
	info.CaptureLength, info.Length = int(captured), int(wire)
	if cap(p.data) < int(captured) {
		p.data = make([]byte, max(int(captured), 1<<11))
	}
	data := p.data[:captured]
	if _, err := io.ReadFull(p.r, data); err != nil {
		return nil, info, err
	}
	return data, info, nil
}
