package flowmeter

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/layers"
)

// TestDecode names a flow for each way a packet can be wrapped; "" is a frame that belongs to none.
func TestDecode(t *testing.T) {
	const plain = "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 0"
	vlan := func(id, kind uint16, b []byte) []byte {
		return append(be.AppendUint16(be.AppendUint16(nil, id), kind), b...)
	}
	fragment := udp4()
	fragment[7] = 1
	firstFragment := udp4()
	firstFragment[6] = 0x20
	cut := ethernetFrame(0x0800, udp4())[:40]
	inner6 := udpDatagram(4000, 5000, []byte("payload"))
	gtp := append([]byte{0x30, 0xff, 0, 0, 0, 0, 0, 1}, udp4()...)
	gtpExtended := append([]byte{0x34, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0}, udp4()...)
	capwap := append([]byte{0, 2 << 3, 0, 0, 0, 0, 0, 0}, ethernetFrame(0x0800, udp4())...)
	wifi := append(append([]byte{0x88, 1}, make([]byte, 24)...), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0)
	capwapNative := append([]byte{0, 2 << 3, 1, 0, 0, 0, 0, 0}, append(wifi, udp4()...)...)
	tzsp := append([]byte{1, 0, 0, 1, 0, 10, 1, 0xc0, 1}, ethernetFrame(0x0800, udp4())...)
	outer := func(port uint16, b []byte) []byte {
		return ethernetFrame(0x0800, ip4(protoUDP, "198.51.100.1", "198.51.100.2", udpDatagram(port, port, b)))
	}
	for _, test := range []struct {
		name  string
		link  layers.LinkType
		frame []byte
		want  string
	}{
		{"plain", layers.LinkTypeEthernet, ethernetFrame(0x0800, udp4()), plain},
		{"vlan", layers.LinkTypeEthernet, ethernetFrame(0x8100, vlan(0xa07b, 0x0800, udp4())), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 123 tunnel 0"},
		{"two vlans", layers.LinkTypeEthernet, ethernetFrame(0x88a8, vlan(7, 0x8100, vlan(8, 0x0800, udp4()))), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 8 tunnel 0"},
		{"mpls", layers.LinkTypeEthernet, ethernetFrame(0x8847, append([]byte{0, 1, 0, 9, 0, 2, 1, 9}, udp4()...)), plain},
		{"pppoe", layers.LinkTypeEthernet, ethernetFrame(0x8864, append([]byte{0x11, 0, 0, 1, 0, 40, 0, 0x21}, udp4()...)), plain},
		{"llc", layers.LinkTypeEthernet, ethernetFrame(60, append([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, udp4()...)), plain},
		{"arp", layers.LinkTypeEthernet, ethernetFrame(0x0806, make([]byte, 46)), ""},
		{"raw", layers.LinkTypeRaw, udp4(), plain},
		{"loopback", layers.LinkTypeNull, append([]byte{2, 0, 0, 0}, udp4()...), plain},
		{"cooked", layers.LinkTypeLinuxSLL, append([]byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, udp4()...), plain},
		{"cooked 2", layers.LinkTypeLinuxSLL2, append([]byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, udp4()...), plain},
		{"unknown link", layers.LinkTypeFDDI, udp4(), ""},
		{"empty", layers.LinkTypeEthernet, nil, ""},
		{"cut before the ports", layers.LinkTypeEthernet, cut, ""},
		{"ppp", linkPPP, append([]byte{0, 0x21}, udp4()...), plain},
		{"ppp, compressed, in HDLC framing", linkPPPSerial, append([]byte{0xff, 3, 0x21}, udp4()...), plain},
		{"ppp of LCP", linkPPP, append([]byte{0xc0, 0x21}, udp4()...), ""},
		{"pppoe alone", linkPPPoE, append([]byte{0x11, 0, 0, 1, 0, 40, 0, 0x21}, udp4()...), plain},
		{"cisco hdlc", linkHDLC, append([]byte{0x0f, 0, 8, 0}, udp4()...), plain},
		{"802.11", link80211, append(wifi, udp4()...), plain},
		{"802.11, encrypted", link80211, append(append([]byte{0x88, 0x41}, wifi[2:]...), udp4()...), ""},
		{"802.11 between access points", link80211, append(append(append([]byte{8, 3}, make([]byte, 28)...), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0), udp4()...), plain},
		{"radiotap", linkRadiotap, append(append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wifi...), udp4()...), plain},
		{"capwap 802.11, bytes swapped", layers.LinkTypeEthernet, outer(5247, append([]byte{0, 2 << 3, 1, 0, 0, 0, 0, 0, 1, 0x88}, append(wifi[2:], udp4()...)...)), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 2"},
		{"tcp of 8 bytes, as nmap -f sends it", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", make([]byte, 8))), "192.0.2.1:0 192.0.2.2:0 6 v4 vlan 0 tunnel 0"},
		{"first fragment", layers.LinkTypeEthernet, ethernetFrame(0x0800, firstFragment), plain},
		{"later fragment", layers.LinkTypeEthernet, ethernetFrame(0x0800, fragment), ""},
		{"ipv6", layers.LinkTypeEthernet, ethernetFrame(0x86dd, ip6(protoUDP, "2001:db8::1", "2001:db8::2", inner6)), "[2001:db8::1]:4000 [2001:db8::2]:5000 17 v6 vlan 0 tunnel 0"},
		{"ipv6 options", layers.LinkTypeEthernet, ethernetFrame(0x86dd, ip6(0, "2001:db8::1", "2001:db8::2", append([]byte{protoUDP, 0, 1, 4, 0, 0, 0, 0}, inner6...))), "[2001:db8::1]:4000 [2001:db8::2]:5000 17 v6 vlan 0 tunnel 0"},
		{"ipv6 later fragment", layers.LinkTypeEthernet, ethernetFrame(0x86dd, ip6(44, "2001:db8::1", "2001:db8::2", append([]byte{protoUDP, 0, 0, 16, 0, 0, 0, 1}, inner6...))), ""},
		{"icmp", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(protoICMP, "192.0.2.1", "192.0.2.2", []byte{8, 0, 1, 2, 3, 4})), "192.0.2.1:0 192.0.2.2:0 1 v4 vlan 0 tunnel 0"},
		{"tcp", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(1, 2, 3, SYN, ""))), "192.0.2.1:1 192.0.2.2:2 6 v4 vlan 0 tunnel 0"},
		{"ip in ip", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(protoIPIP, "198.51.100.1", "198.51.100.2", udp4())), plain},
		{"gtp", layers.LinkTypeEthernet, outer(2152, gtp), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 1"},
		{"gtp extended", layers.LinkTypeEthernet, outer(2152, gtpExtended), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 1"},
		{"gtp echo", layers.LinkTypeEthernet, outer(2152, []byte{0x32, 1, 0, 4, 0, 0, 0, 0}), "198.51.100.1:2152 198.51.100.2:2152 17 v4 vlan 0 tunnel 0"},
		{"capwap", layers.LinkTypeEthernet, outer(5247, capwap), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 2"},
		{"capwap 802.11", layers.LinkTypeEthernet, outer(5247, capwapNative), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 2"},
		{"tzsp", layers.LinkTypeEthernet, outer(37008, tzsp), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 3"},
		{"inner vxlan", layers.LinkTypeEthernet, outer(4789, append([]byte{8, 0, 0, 0, 0, 0, 1, 0}, ethernetFrame(0x0800, udp4())...)), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 4"},
		{"vxlan, not looked into", layers.LinkTypeEthernet, outer(4789, append([]byte{8, 0, 0, 0, 0, 0, 1, 0}, ethernetFrame(0x0800, udp4())...)), "198.51.100.1:4789 198.51.100.2:4789 17 v4 vlan 0 tunnel 0"},
		{"inner geneve with options", layers.LinkTypeEthernet, outer(6081, append([]byte{1, 0, 0x65, 0x58, 0, 0, 1, 0, 1, 2, 3, 0}, ethernetFrame(0x0800, udp4())...)), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 5"},
		{"inner gre", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(47, "198.51.100.1", "198.51.100.2", append([]byte{0x20, 0, 8, 0, 0, 0, 0, 9}, udp4()...))), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 6"},
		{"inner erspan", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(47, "198.51.100.1", "198.51.100.2", append([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0}, ethernetFrame(0x0800, udp4())...))), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 6"},
		{"inner erspan, type I", layers.LinkTypeEthernet, greFrame([]byte{0, 0, 0x88, 0xbe}, ethernetFrame(0x0800, udp4())), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 6"},
		{"inner erspan, type III", layers.LinkTypeEthernet, greFrame([]byte{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ethernetFrame(0x0800, udp4())),
			"192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 6"},
		{"erspan, not looked into", layers.LinkTypeEthernet, greFrame([]byte{0, 0, 0x88, 0xbe}, ethernetFrame(0x0800, udp4())), "198.51.100.1:0 198.51.100.2:0 47 v4 vlan 0 tunnel 0"},
		{"inner gre with a bridge's frame", layers.LinkTypeEthernet, greFrame([]byte{0, 0, 0x65, 0x58}, ethernetFrame(0x0800, udp4())), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 6"},
		{"inner geneve with an IP packet", layers.LinkTypeEthernet, outer(6081, append([]byte{0, 0, 8, 0, 0, 0, 1, 0}, udp4()...)), "192.0.2.1:4000 192.0.2.2:5000 17 v4 vlan 0 tunnel 5"},
		{"inner gre of pptp", layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(47, "198.51.100.1", "198.51.100.2", []byte{0x30, 1, 0x88, 0x0b, 0, 0, 0, 0})), "198.51.100.1:0 198.51.100.2:0 47 v4 vlan 0 tunnel 0"},
	} {
		p := Packet{inner: strings.HasPrefix(test.name, "inner ")}
		got := ""
		if p.decode(test.link, test.frame) {
			got = fmt.Sprintf("%v %v %d v%d vlan %d tunnel %d", addrPort(p.Src, p.SrcPort), addrPort(p.Dst, p.DstPort), p.Protocol, p.Version, p.VLAN, p.Tunnel)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if got := decodedCapture(t, test.link, test.frame, p.inner); got != test.want {
			t.Errorf("%s, metered from a capture: %q, want %q", test.name, got, test.want)
		}
	}
}

// decodedCapture names the flow of a capture of one frame as TestDecode does.
func decodedCapture(t *testing.T, link layers.LinkType, frame []byte, inner bool) string {
	t.Helper()
	b := pcapOf(frame)
	le.PutUint32(b[20:], uint32(link))
	o := options()
	o.Inner = inner
	rows, s, err := metered(o, b)
	if link == layers.LinkTypeFDDI {
		if err == nil {
			t.Error("FDDI is not refused")
		}
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.Flows == 0 {
		if s.Skipped.Total() != 1 {
			t.Errorf("no flow, and %v skipped", s.Skipped)
		}
		return ""
	}
	f := fieldsOf(t, rows)
	end := func(side string) string { return net.JoinHostPort(f[side+"_ip"], f[side+"_port"]) }
	return fmt.Sprintf("%s %s %s v%s vlan %s tunnel %s", end("src"), end("dst"), f["protocol"], f["ip_version"], f["vlan_id"], f["tunnel_id"])
}

// greFrame is an Ethernet frame with GRE in it.
func greFrame(header, payload []byte) []byte {
	return ethernetFrame(0x0800, ip4(protoGRE, "198.51.100.1", "198.51.100.2", append(header, payload...)))
}

func TestDecodeDropsPadding(t *testing.T) {
	var p Packet
	if !p.decode(layers.LinkTypeEthernet, ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(1, 2, 3, PSH|ACK, "hi")))) {
		t.Fatal("not decoded")
	}
	if string(p.Payload) != "hi" || p.Flags != PSH|ACK || p.Seq != 3 || MACText(p.SrcMAC) != "02:00:00:00:00:01" {
		t.Errorf("payload %q, flags %b, seq %d, source %s", p.Payload, p.Flags, p.Seq, MACText(p.SrcMAC))
	}
}

// TestDecodeNests: headers inside headers without end are refused, not followed.
func TestDecodeNests(t *testing.T) {
	b := udp4()
	for range 100 {
		b = ip4(protoIPIP, "192.0.2.1", "192.0.2.2", b)
	}
	var p Packet
	if p.decode(layers.LinkTypeRaw, b) {
		t.Error("a hundred headers are followed")
	}
}

func addrPort(a netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(a, port) }
