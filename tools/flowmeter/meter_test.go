package flowmeter

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"
)

// metered is what Meter makes of captures.
func metered(o Options, captures ...[]byte) (rows string, s Summary, err error) {
	var list []*Capture
	for i, b := range captures {
		c, err := NewCapture(bytes.NewReader(b), fmt.Sprintf("%d.pcap", i))
		if err != nil {
			return "", s, err
		}
		list = append(list, c)
	}
	var out bytes.Buffer
	s, err = Meter(context.Background(), o, &out, list...)
	return out.String(), s, err
}

func options() Options { return Options{Limits: DefaultLimits()} }

// ng is a pcapng capture of frames with two interfaces: even frames are Ethernet, odd ones raw IP.
func ng(t testing.TB, frames ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := w.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeRaw, SnapLength: 65535})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(1000, int64(i)*1e6), CaptureLength: len(f), Length: len(f), InterfaceIndex: i % 2 * raw}
		if err := w.WritePacket(info, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zstandard(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// TestMeterFormats: the same two packets give the same flow from every kind of file.
func TestMeterFormats(t *testing.T) {
	frame := ethernetFrame(0x0800, udp4())
	plain := pcapOf(frame, frame)
	want, s, err := metered(options(), plain)
	if err != nil || s != (Summary{Packets: 2, Flows: 1}) || strings.Count(want, "\n") != 1 {
		t.Fatalf("%q, %+v, %v", want, s, err)
	}
	if !strings.HasPrefix(want, "0,0,192.0.2.1,02:00:00:00:00:01,02:00:00,4000,192.0.2.2,02:00:00:00:00:02,02:00:00,5000,17,4,0,0,1000000,1000001,1,2,120,") {
		t.Errorf("row %q", want)
	}
	for name, b := range map[string][]byte{"gzip": zipped(plain), "zstd": zstandard(t, plain), "pcapng, zstd": zstandard(t, ng(t, frame)), "pcapng": ng(t, frame), "pcapng, gzip": zipped(ng(t, frame))} {
		got, _, err := metered(options(), b, plain[:24])
		if err != nil || !strings.HasPrefix(got, want[:strings.Index(want, ",1000001")]) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if _, s, err := metered(options(), ng(t, frame, udp4(), frame, udp4())); err != nil || s != (Summary{Packets: 4, Flows: 1}) {
		t.Errorf("two interfaces: %+v, %v", s, err)
	}
	if _, s, err := metered(options(), plain, plain); err != nil || s.Packets != 4 || s.Flows != 1 {
		t.Errorf("two captures: %+v, %v", s, err)
	}
}

// TestMeterDamage: the flows before the damage are written, and the error names the packet.
func TestMeterDamage(t *testing.T) {
	frame := ethernetFrame(0x0800, udp4())
	plain := pcapOf(frame, frame, frame)
	long := bytes.Clone(plain)
	copy(long[24+2*(16+60)+8:], []byte{0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f})
	zip, zst := zipped(plain), zstandard(t, plain)
	for _, test := range []struct {
		name    string
		capture []byte
		rows    int
		packet  int64
		text    string
	}{
		{"cut in a packet", plain[:len(plain)-10], 1, 3, "read 0.pcap: packet 3: the capture is cut off"},
		{"cut after a packet's header", plain[:len(plain)-60], 1, 3, "packet 3: the capture is cut off"},
		{"cut in a packet's header", plain[:len(plain)-70], 1, 3, "packet 3: the capture is cut off"},
		{"an impossible length", long, 1, 3, "packet 3: 2147483647 bytes were captured of it, more than 262144"},
		{"zstd cut", zst[:len(zst)-12], 0, 0, "the capture is cut off"},
		{"gzip cut", zip[:len(zip)-12], 1, 4, "packet 4: the capture is cut off"},
		{"pcapng cut", ng(t, frame, udp4(), frame)[:360], 1, 3, "packet 3: the capture is cut off"},
	} {
		rows, s, err := metered(options(), test.capture)
		var bad *CaptureError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), test.text) || bad.Packet != test.packet {
			t.Errorf("%s: error %v, want packet %d: %s", test.name, err, test.packet, test.text)
		}
		if got := strings.Count(rows, "\n"); got != test.rows || s.Flows != int64(test.rows) {
			t.Errorf("%s: %d rows, summary %+v; want %d rows", test.name, got, s, test.rows)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("id,expiration_id\n"), "short header": plain[:20], "gzip of text": zipped([]byte("hello, world")), "old version": append([]byte{0xd4, 0xc3, 0xb2, 0xa1, 9, 0}, plain[6:]...)} {
		if _, _, err := metered(options(), b); err == nil || !strings.HasPrefix(err.Error(), "read 0.pcap: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestMeterRefusesBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("inflates 100 MB; run without -short")
	}
	head := pcapOf()
	record := make([]byte, 16+65000) // an hour of nothing
	copy(record[8:], []byte{0xe8, 0xfd, 0, 0, 0xe8, 0xfd, 0, 0})
	_, s, err := metered(options(), zipped(append(head, bytes.Repeat(record, 1600)...)))
	if err == nil || !strings.Contains(err.Error(), "250-fold") || s.Skipped.Total() != s.Packets {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestMeterAnonymises(t *testing.T) {
	key := []byte("0123456789abcdef")
	a, err := NewAnonymiser(key)
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Anonymise = a
	rows, _, err := metered(o, pcapOf(ethernetFrame(0x0800, udp4())))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(rows, "192.0.2.1") || strings.Contains(rows, "02:00:00:00") {
		t.Errorf("an address is in the clear: %s", rows)
	}
	fields := fieldsOf(t, rows)
	if fields["src_ip"] != hashes["192.0.2.1"] || fields["src_oui"] != "02:00:00" || len(fields["dst_mac"]) != 128 {
		t.Errorf("src_ip %s, src_oui %s, dst_mac %s", fields["src_ip"], fields["src_oui"], fields["dst_mac"])
	}
}

func TestMeterStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c, err := NewCapture(bytes.NewReader(pcapOf(ethernetFrame(0x0800, udp4()))), "x.pcap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Meter(ctx, options(), io.Discard, c); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
	full := errors.New("disk full")
	c, err = NewCapture(bytes.NewReader(pcapOf(ethernetFrame(0x0800, udp4()))), "x.pcap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Meter(context.Background(), options(), failing{full}, c); !errors.Is(err, full) {
		t.Errorf("a full disk gives %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func ExampleMeter() {
	capture, err := NewCapture(bytes.NewReader(pcapOf(ethernetFrame(0x0800, udp4()), ethernetFrame(0x0806, nil))), "lan.pcap")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := Meter(context.Background(), Options{Limits: DefaultLimits()}, io.Discard, capture)
	fmt.Printf("%+v %v\n", s, err)
	// Output: {Packets:2 Skipped:1 not IP Longer:0 Back: Flows:1 Evicted:0} <nil>
}

// FuzzCapture feeds anything to the reader, the decoder and the table. Nothing may panic, and what
// comes out must be lines of 89 fields that keep every rule.
func FuzzCapture(f *testing.F) {
	frame := ethernetFrame(0x0800, udp4())
	tls := ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(40000, 443, 1, PSH|ACK, string(helloBytes(browser)))))
	http := ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(40000, 80, 1, PSH|ACK, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
	dns := ethernetFrame(0x0800, ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(5, 53, dnsBytes("a.b"))))
	ssh := ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(5, 22, 1, PSH|ACK, "SSH-2.0-x\n"+string(kexBytes(KexInit{Kex: "a"})))))
	f.Add(pcapOf(frame, tls, http, dns, ssh))
	f.Add(ng(f, frame, udp4()))
	f.Add(zipped(pcapOf(frame)))
	f.Add(pcapOf(ethernetFrame(0x86dd, ip6(protoUDP, "::1", "::2", udpDatagram(1, 2152, append([]byte{0x30, 0xff, 0, 0, 0, 0, 0, 1}, udp4()...))))))
	id := []byte("original")
	quic := ethernetFrame(0x0800, ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(5, 443, initial(f, 1, id, id, 0, append([]byte{6, 0, 0x40, 20}, helloBytes(browser)[5:25]...)))))
	dtls := ethernetFrame(0x0800, ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(5, 4433, dtlsRecords(0, helloBytes(browser)[5:], 60)[0])))
	f.Add(pcapOf(quic, dtls))
	f.Add(pcapOf(split(udp4(), 8)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{Limits: Limits{IdleMs: 120_000, ActiveMs: 1_800_000, Flows: 50}}
		for range 2 {
			rows, s, _ := metered(o, data)
			checkRows(t, rows, s.Flows)
			o.Inner, o.JA3, o.Orient, o.Reassemble = true, true, true, true
		}
	})
}

// TestMeterRefusesLinkTypes: a pcap file of which no packet could be metered is not one without
// flows.
func TestMeterRefusesLinkTypes(t *testing.T) {
	b := pcapOf(ethernetFrame(0x0800, udp4()))
	b[20] = 147 // of private use
	_, _, err := metered(options(), b)
	if want := "read 0.pcap: no packet of it can be metered: its link type is 147"; err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
	foreign := ng(t, udp4())
	le.PutUint16(foreign[le.Uint32(foreign[4:])+8:], 147) // of the interface, which follows the section header
	_, _, err = metered(options(), foreign)
	if want := "read 0.pcap: no packet of it can be metered: its link types are 147"; err == nil || err.Error() != want {
		t.Errorf("pcapng: got error %v, want %s", err, want)
	}
}

// TestMeterRefusesInterfaces: interfaces without end take no memory without end.
func TestMeterRefusesInterfaces(t *testing.T) {
	b := ng(t, udp4())
	header := int(le.Uint32(b[4:])) // the section header's length
	face := b[header : header+int(le.Uint32(b[header+4:]))]
	b = slices.Concat(b[:header], bytes.Repeat(face, maxInterfaces+1), b[header:])
	_, _, err := metered(options(), b)
	if err == nil || !strings.Contains(err.Error(), "interfaces, more than 4096") {
		t.Errorf("got error %v", err)
	}
}
