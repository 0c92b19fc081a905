package flowmeter

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said is one payload and who sends it.
type said struct {
	dir  Direction
	data []byte
}

// applicationOf meters a flow whose sides say the given things.
func applicationOf(protocol uint8, dst string, port uint16, talk ...said) Application {
	var got Application
	table := newTable(DefaultLimits(), func(e *entry) error {
		got = e.application()
		return nil
	})
	server := netip.MustParseAddr(dst)
	seq := [2]uint32{100, 900}
	for i, s := range talk {
		p := Packet{Ms: int64(i), Length: uint16(60 + len(s.data)), Src: here, Dst: server, SrcPort: 40000, DstPort: port, Protocol: protocol, Version: 4, Payload: s.data, Seq: seq[s.dir]}
		if s.dir == Reverse {
			p.Src, p.Dst, p.SrcPort, p.DstPort = server, here, port, 40000
		}
		seq[s.dir] += uint32(len(s.data))
		table.add(&p)
	}
	table.flush()
	if table.looker.kept != 0 {
		panic(fmt.Sprintf("%d bytes are kept after all flows ended", table.looker.kept))
	}
	return got
}

var browser = ClientHello{Version: 771, Ciphers: []uint16{0x1a1a, 4865, 49195}, Extensions: []uint16{0x2a2a, 0, 10, 11}, Groups: []uint16{0x3a3a, 29, 23}, Points: []uint8{0}, ServerName: "www.google.com"}

func TestApplication(t *testing.T) {
	hello := helloBytes(browser)
	// echo -n 1301,c02b | sha256sum, echo -n 000a,000b | sha256sum: reserved values, name and
	// protocol are left out
	const ja4 = "t12d020300_777cda164f4b_33a13ba74d1c"
	answer := ServerHello{Version: 771, Cipher: 4865, Extensions: []uint16{43, 51}}
	kex := KexInit{Kex: "curve25519-sha256", Cipher: "aes128-ctr", MAC: "hmac-sha2-256", Compression: "none"}
	request := "GET /a HTTP/1.1\r\nHost: Example.COM:8080\r\nuser-agent: curl/7.74.0\r\n\r\n"
	dhcp := make([]byte, 240, 300)
	dhcp[0] = 1
	copy(dhcp[236:], "\x63\x82\x53\x63")
	dhcp = append(dhcp, 0, 53, 1, 1, 55, 3, 1, 3, 6, 255)
	one := func(data string) []said { return []said{{Forward, []byte(data)}} }
	noName := browser
	noName.Extensions, noName.ServerName = []uint16{10, 11}, ""
	for _, test := range []struct {
		name     string
		protocol uint8
		dst      string
		port     uint16
		talk     []said
		want     Application
	}{
		{"nothing", protoTCP, "192.0.2.9", 9999, one(""), Application{Name: "Unknown", Category: "Unspecified"}},
		{"by port", protoTCP, "192.0.2.9", 443, one(""), Application{Name: "TLS", Category: "Web", Guessed: true, Confidence: ByPort}},
		{"ICMP", protoICMP, "192.0.2.9", 0, one(""), Application{Name: "ICMP", Category: "Network", Confidence: ByDPI}},
		{"by address", protoTCP, "149.154.167.51", 443, one("\xff\xff"), Application{Name: "TLS.Telegram", Category: "Chat", Guessed: true, Confidence: ByIP}},
		{"QUIC", protoUDP, "192.0.2.9", 443, one("\xc0"), Application{Name: "QUIC", Category: "Web", Guessed: true, Confidence: ByPort}},
		{"DNS", protoUDP, "192.0.2.9", 53, one(string(dnsBytes("WWW.Example.org"))), Application{Name: "DNS", Category: "Network", Confidence: ByDPI, ServerName: "www.example.org"}},
		{"DNS of somebody", protoUDP, "192.0.2.9", 53, one(string(dnsBytes("g.whatsapp.net"))), Application{Name: "DNS.WhatsApp", Category: "Chat", Confidence: ByDPI, ServerName: "g.whatsapp.net"}},
		{"DNS, questions until an answer", protoUDP, "192.0.2.9", 53, []said{{Forward, dnsBytes("a.example")}, {Forward, dnsBytes("b.example")}, {Reverse, dnsAnswer("a.example")}, {Forward, dnsBytes("c.example")}},
			Application{Name: "DNS", Category: "Network", Confidence: ByDPI, ServerName: "a.example"}},
		{"LLMNR", protoUDP, "192.0.2.9", 5355, one(string(dnsBytes("wpad"))), Application{Name: "LLMNR", Category: "Network", Confidence: ByDPI, ServerName: "wpad"}},
		{"no DNS", protoUDP, "192.0.2.9", 53, one("\x01\x02"), Application{Name: "DNS", Category: "Network", Guessed: true, Confidence: ByPort}},
		{"TLS", protoTCP, "192.0.2.9", 443, []said{{Forward, hello}, {Reverse, serverHelloBytes(answer)}},
			Application{Name: "TLS.Google", Category: "Web", Confidence: ByDPI, ServerName: "www.google.com", ClientFingerprint: ja4, ServerFingerprint: answer.JA3S()}},
		{"TLS, the server warns first", protoTCP, "192.0.2.9", 443, []said{{Forward, hello}, {Reverse, append([]byte{recordAlert, 3, 3, 0, 2, 1, 112}, serverHelloBytes(answer)...)}},
			Application{Name: "TLS.Google", Category: "Web", Confidence: ByDPI, ServerName: "www.google.com", ClientFingerprint: ja4, ServerFingerprint: answer.JA3S()}},
		{"TLS elsewhere, byte by byte", protoTCP, "192.0.2.9", 8443, []said{{Forward, hello[:1]}, {Forward, hello[1:7]}, {Forward, hello[7:]}},
			Application{Name: "TLS.Google", Category: "Web", Confidence: ByDPI, ServerName: "www.google.com", ClientFingerprint: ja4}},
		{"TLS without a name", protoTCP, "192.0.2.9", 443, one(string(helloBytes(noName))), Application{Name: "TLS", Category: "Web", Confidence: ByDPI, ClientFingerprint: noName.JA4('t')}},
		{"half a hello", protoTCP, "192.0.2.9", 443, one(string(hello[:30])), Application{Name: "TLS", Category: "Web", Guessed: true, Confidence: ByPort}},
		{"HTTP", protoTCP, "192.0.2.9", 8080, []said{{Forward, []byte(request)}, {Reverse, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>")}},
			Application{Name: "HTTP", Category: "Web", Confidence: ByDPI, ServerName: "example.com", UserAgent: "curl/7.74.0", ContentType: "text/html"}},
		{"SSH", protoTCP, "192.0.2.9", 22, []said{{Forward, []byte("SSH-2.0-x\r\n")}, {Forward, kexBytes(kex)}, {Reverse, append([]byte("SSH-2.0-y\n"), kexBytes(kex)...)}},
			Application{Name: "SSH", Category: "RemoteAccess", Confidence: ByDPI, ClientFingerprint: kex.HASSH(), ServerFingerprint: kex.HASSH()}},
		{"BitTorrent", protoTCP, "192.0.2.9", 6881, one("\x13BitTorrent protocol12345678"), Application{Name: "BitTorrent", Category: "Download", Confidence: ByDPI}},
		{"BitTorrent DHT", protoUDP, "192.0.2.9", 6881, one("d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae"), Application{Name: "BitTorrent", Category: "Download", Confidence: ByDPI}},
		{"DHCP", protoUDP, "192.0.2.9", 67, one(string(dhcp)), Application{Name: "DHCP", Category: "Network", Confidence: ByDPI, ClientFingerprint: "1,3,6"}},
	} {
		if d := cmp.Diff(test.want, applicationOf(test.protocol, test.dst, test.port, test.talk...)); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}

// TestRetransmission: what is sent twice, or out of order, is read once or not at all, never mixed.
func TestRetransmission(t *testing.T) {
	request := []byte("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
	var got Application
	table := newTable(DefaultLimits(), func(e *entry) error { got = e.application(); return nil })
	for _, part := range [][2]int{{0, 10}, {0, 10}, {20, 30}, {10, len(request)}} {
		table.add(&Packet{Src: here, Dst: there, SrcPort: 4, DstPort: 80, Protocol: protoTCP, Version: 4, Seq: uint32(part[0]), Payload: request[part[0]:part[1]]})
	}
	table.flush()
	if got.ServerName != "a.example" {
		t.Errorf("the host is %q", got.ServerName)
	}
}

// TestHostileTexts: whatever a network says arrives as one field of one line of CSV, without
// control characters.
func TestHostileTexts(t *testing.T) {
	for _, name := range []string{
		`<script>alert(1)</script>`, `=cmd|' /C calc'!A0`, `a","b`, "a\nb", "::error::x", "\x1b[31mred", "nul\x00nul", "\xff\xfe", strings.Repeat("x", 300), "ž.example",
	} {
		hello := browser
		hello.ServerName = name
		a := applicationOf(protoTCP, "192.0.2.9", 443, said{Forward, helloBytes(hello)})
		f := Flow{Application: a}
		f.Add(1, Forward, 60, SYN)
		fields := fieldsOf(t, string(f.AppendRow(nil)))
		got := fields["requested_server_name"]
		if len(got) == 0 || len(got) > 79+3 || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
			t.Errorf("%q becomes %q", name, got)
		}
		if plain := strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == 0xfffd }) < 0 && len(name) < 79; plain && got != name {
			t.Errorf("%q becomes %q, though nothing is wrong with it", name, got)
		}
	}
	agent := "Mozilla \x1b]0;x\x07 ::error::, \"quoted\""
	a := applicationOf(protoTCP, "192.0.2.9", 80, said{Forward, []byte("GET / HTTP/1.1\r\nHost: =1+1\r\nUser-Agent: " + agent + "\r\n\r\n")})
	f := Flow{Application: a}
	f.Add(1, Forward, 60, SYN)
	fields := fieldsOf(t, string(f.AppendRow(nil)))
	if got, want := fields["user_agent"], `Mozilla ?]0;x? ::error::, "quoted"`; got != want {
		t.Errorf("user agent %q, want %q", got, want)
	}
}
