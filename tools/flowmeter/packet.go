package flowmeter

import "net/netip"

// Packet holds the fields of one packet that the meter needs. Payload is the captured part above
// TCP or UDP; it is read, not kept.
type Packet struct {
	Ms               int64  // since 1970
	Length           uint16 // on the wire; longer ones wrap, as in NFStream
	SrcMAC, DstMAC   [6]byte
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Protocol         uint8
	Version          uint8 // of IP
	VLAN             uint16
	Tunnel           Tunnel
	Flags            Flags
	Seq              uint32 // TCP's sequence number
	Payload          []byte

	inner    bool   // looks into more tunnels than NFStream does
	hold     bool   // leaves fragments to whoever puts them together
	skip     Skip   // reason if it belongs to no flow
	fragment []byte // the IPv4 packet, if it is to be put together
}

// key names a flow from both sides: the end that sorts first stands first.
type key struct {
	lo, hi         [16]byte
	loPort, hiPort uint16
	vlan           uint16
	protocol       uint8
	version        uint8
	tunnel         Tunnel
}

// end is one of the two ends.
func (k *key) end(second bool) (ip [16]byte, port uint16) {
	if second {
		return k.hi, k.hiPort
	}
	return k.lo, k.loPort
}

// key is the key of the packet's flow, and whether the packet's source is the end that sorts last.
func (p *Packet) key() (k key, swapped bool) {
	k = key{lo: p.Src.As16(), hi: p.Dst.As16(), loPort: p.SrcPort, hiPort: p.DstPort,
		vlan: p.VLAN, protocol: p.Protocol, version: p.Version, tunnel: p.Tunnel}
	if c := p.Src.Compare(p.Dst); c > 0 || c == 0 && p.SrcPort > p.DstPort {
		k.lo, k.hi, k.loPort, k.hiPort = k.hi, k.lo, k.hiPort, k.loPort
		swapped = true
	}
	return k, swapped
}
