package flowmeter

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// split is an IPv4 packet in fragments of so many bytes, each in a frame.
func split(b []byte, size int) (frames [][]byte) {
	for at := 20; at < len(b); at += size {
		part := append(append([]byte{}, b[:20]...), b[at:min(at+size, len(b))]...)
		be.PutUint16(part[2:], uint16(len(part)))
		offset := uint16(at-20) / 8
		if at+size < len(b) {
			offset |= 0x2000
		}
		be.PutUint16(part[6:], offset)
		frames = append(frames, ethernetFrame(0x0800, part))
	}
	return frames
}

// split6 is an IPv6 packet in fragments of so many bytes, each in a frame, behind a header of
// destination options, as RFC 8200 lays them out.
func split6(protocol uint8, payload []byte, size int, id uint32) (frames [][]byte) {
	for at := 0; at < len(payload); at += size {
		head := []byte{44, 0, 1, 4, 0, 0, 0, 0, protocol, 0, 0, 0, 0, 0, 0, 0}
		offset := uint16(at)
		if at+size < len(payload) {
			offset |= 1
		}
		be.PutUint16(head[10:], offset)
		be.PutUint32(head[12:], id)
		part := append(head, payload[at:min(at+size, len(payload))]...)
		frames = append(frames, ethernetFrame(0x86dd, ip6(60, "2001:db8::1", "2001:db8::2", part)))
	}
	return frames
}

// TestReassemble meters datagrams in fragments: as NFStream does, and put together.
func TestReassemble(t *testing.T) {
	syn := split(ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(40000, 80, 1, SYN, "")), 8) // as nmap -f
	long := split(ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 53, append(dnsBytes("a.example"), make([]byte, 200)...))), 64)
	overlap := [][]byte{long[0], split(ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 53, make([]byte, 300))), 56)[1]}
	late := ethernetFrame(0x0800, udp4())
	question := udpDatagram(4000, 53, append(dnsBytes("a.example"), make([]byte, 200)...))
	six, other := split6(protoUDP, question, 64, 70_000), split6(protoUDP, question, 64, 70_000+1<<16)
	atomic := split6(protoUDP, question[:8], 64, 1)
	overlap6 := [][]byte{six[0], split6(protoUDP, question, 56, 70_000)[1], six[1], six[2], six[3]}
	for _, test := range []struct {
		name        string
		frames      [][]byte
		alone, both string // source port, packets, bytes, SYNs and server name of each flow, then the skipped packets
	}{
		{"nmap -f", syn, "0 1 60 0  | 2 later fragment", "40000 3 180 1  | "},
		{"a long question", long, "4000 1 98 0 a.example | 3 later fragment", "4000 4 371 0 a.example | "},
		{"the last first", [][]byte{long[3], long[2], long[0], long[1]}, "4000 1 98 0 a.example | 3 later fragment", "4000 4 371 0 a.example | "},
		{"one lost", [][]byte{long[0], long[1], long[3]}, "4000 1 98 0 a.example | 2 later fragment", "4000 1 98 0 a.example | 2 later fragment"},
		{"the first lost", long[1:], " | 3 later fragment", " | 3 later fragment"},
		{"contradictory", overlap, "4000 1 98 0 a.example | 1 later fragment", "4000 1 98 0 a.example | 1 later fragment"},
		{"between others", [][]byte{late, long[0], late, long[1], long[2], long[3]}, "4000 1 98 0 a.example, 4000 2 120 0  | 3 later fragment",
			"4000 2 120 0 , 4000 4 371 0 a.example | "},
		{"IPv6", six, "4000 1 134 0 a.example | 3 later fragment", "4000 4 515 0 a.example | "},
		{"IPv6, the last first", [][]byte{six[3], six[2], six[0], six[1]}, "4000 1 134 0 a.example | 3 later fragment", "4000 4 515 0 a.example | "},
		{"IPv6, one lost, another datagram whole", [][]byte{six[0], other[0], six[1], other[1], other[2], six[3], other[3]},
			"4000 2 268 0 a.example | 5 later fragment", "4000 5 649 0 a.example | 2 later fragment"},
		{"IPv6, contradictory", overlap6, "4000 1 134 0 a.example | 4 later fragment", "4000 1 134 0 a.example | 4 later fragment"},
		{"IPv6, contradictory before it could be whole", [][]byte{overlap6[1], six[1], six[0], six[1], six[2], six[3]},
			"4000 1 134 0 a.example | 5 later fragment", "4000 1 134 0 a.example | 5 later fragment"},
		{"IPv6, a repeat", [][]byte{six[0], six[0], six[1], six[2], six[3]}, "4000 2 268 0 a.example | 3 later fragment", "4000 5 649 0 a.example | "},
		{"IPv6, a whole datagram behind a fragment header", atomic, "4000 1 78 0  | ", "4000 1 78 0  | "},
	} {
		for _, o := range []Options{{Limits: DefaultLimits()}, {Limits: DefaultLimits(), Reassemble: true}} {
			rows, s, err := metered(o, pcapOf(test.frames...))
			if err != nil {
				t.Fatal(err)
			}
			var flows []string
			for row := range strings.Lines(rows) {
				f := fieldsOf(t, row)
				flows = append(flows, strings.Join([]string{f["src_port"], f["bidirectional_packets"], f["bidirectional_bytes"], f["bidirectional_syn_packets"], f["requested_server_name"]}, " "))
			}
			want := test.alone
			if o.Reassemble {
				want = test.both
			}
			if d := cmp.Diff(want, fmt.Sprint(strings.Join(flows, ", "), " | ", s.Skipped)); d != "" {
				t.Errorf("%s, put together %v (-want +got):\n%s", test.name, o.Reassemble, d)
			}
			if s.Back.Packets > 0 {
				t.Errorf("%s: %v", test.name, s.Back)
			}
			checkRows(t, rows, s.Flows)
		}
	}
}

// flood adds first fragments of that many datagrams, whose rest never comes, a hundred a
// millisecond, and fails if too much is held.
func flood(t *testing.T, r *reassembly, packets int, give func(*Packet) error) {
	t.Helper()
	for i := range packets {
		b := ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 53, make([]byte, 600)))
		be.PutUint16(b[4:], uint16(i))
		b[6], b[15] = 0x20, byte(i>>16)
		addFragment(t, r, int64(i/100), b, give)
		if r.bytes > holdBytes+8000 || len(r.order) > 2*len(r.held)+1001 {
			t.Fatalf("after %d packets %d bytes are held in %d datagrams, %d in order", i+1, r.bytes, len(r.held), len(r.order))
		}
	}
}

func addFragment(t *testing.T, r *reassembly, ms int64, b []byte, give func(*Packet) error) {
	t.Helper()
	p := Packet{Ms: ms, hold: true}
	p.ipv4(b, 0)
	if err := r.add(&p, give); err != nil {
		t.Fatal(err)
	}
}

// inTwo is a datagram in two fragments.
func inTwo() (parts [][]byte) {
	for _, frame := range split(ip4(protoUDP, "192.0.2.3", "192.0.2.2", udpDatagram(4000, 9, make([]byte, 100))), 64) {
		parts = append(parts, frame[14:])
	}
	return parts
}

// TestReassembleLetsGo: fragments whose rest never comes are given up after a while, and a flood of them when they take much memory.
func TestReassembleLetsGo(t *testing.T) {
	var s Skips
	r := newReassembly(&s)
	given := 0
	give := func(*Packet) error { given++; return nil }
	const packets = 100_000
	flood(t, r, packets, give)
	addFragment(t, r, 1_000_000, inTwo()[0], give)
	if given != packets || len(r.held) > 1 {
		t.Errorf("%d of %d are given, %d datagrams are held", given, packets, len(r.held))
	}
}

// TestReassembleWhenTimeRunsBack: a fragment that comes before the others, with a time far after theirs, keeps none of them held.
func TestReassembleWhenTimeRunsBack(t *testing.T) {
	var s Skips
	r := newReassembly(&s)
	give := func(*Packet) error { return nil }
	addFragment(t, r, 1<<40, inTwo()[0], give)
	flood(t, r, 100_000, give)
}

// TestReassemble6LetsGo: fragments of IPv6 datagrams whose rest never comes do not stay either, and
// bytes that were given up are not put into a later datagram of the same number.
func TestReassemble6LetsGo(t *testing.T) {
	var s Skips
	r := newReassembly(&s)
	given := 0
	give := func(*Packet) error { given++; return nil }
	add := func(ms int64, frame []byte) {
		t.Helper()
		p := Packet{Ms: ms, hold: true}
		p.ipv6(frame[14:], 0)
		if err := r.add(&p, give); err != nil {
			t.Fatal(err)
		}
		if r.bytes > holdBytes+8000 || len(r.order) > 2*len(r.held)+1001 {
			t.Fatalf("%d bytes are held in %d datagrams, %d in order", r.bytes, len(r.held), len(r.order))
		}
	}
	const packets = 100_000
	for i := range packets {
		add(int64(i/100), split6(protoUDP, udpDatagram(4000, 53, make([]byte, 1000)), 640, uint32(i))[0])
	}
	add(1_000_000, split6(protoUDP, make([]byte, 1008), 640, 7)[1])
	if given != packets || len(r.held) != 1 {
		t.Errorf("%d of %d are given, %d datagrams are held", given, packets, len(r.held))
	}
}

// TestReassembleHoldsLittle: what is held of a flood of small datagrams that are never whole takes
// no more than twice its bound.
func TestReassembleHoldsLittle(t *testing.T) {
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	for version, add := range map[int]func(r *reassembly, i int, give func(*Packet) error){
		4: func(r *reassembly, i int, give func(*Packet) error) {
			b := ip4(protoUDP, "192.0.2.1", "192.0.2.2", make([]byte, 8))
			be.PutUint16(b[4:], uint16(i))
			b[6], b[15] = 0x20, byte(i>>16)
			addFragment(t, r, 0, b, give)
		},
		6: func(r *reassembly, i int, give func(*Packet) error) {
			p := Packet{hold: true}
			p.ipv6(split6(protoUDP, make([]byte, 16), 8, uint32(i))[0][14:], 0)
			if err := r.add(&p, give); err != nil {
				t.Fatal(err)
			}
		},
	} {
		var s Skips
		given, before := 0, heap()
		r := newReassembly(&s)
		n := 0
		for ; r.bytes < holdBytes-8000; n++ {
			add(r, n, func(*Packet) error { given++; return nil })
		}
		got := heap() - before
		t.Logf("IPv%d: %d datagrams held in %d bytes, %d charged", version, n, got, r.bytes)
		if got > 2*holdBytes || given > 0 {
			t.Errorf("IPv%d: %d datagrams are held in %d bytes, bound %d; %d were given up", version, n, got, holdBytes, given)
		}
		runtime.KeepAlive(r)
	}
}

// TestReassembleTheSameAgain: a datagram that is sent again and again, behind one that is never whole, leaves nothing behind.
func TestReassembleTheSameAgain(t *testing.T) {
	var s Skips
	r := newReassembly(&s)
	given := 0
	give := func(*Packet) error { given++; return nil }
	lost := inTwo()[0]
	be.PutUint16(lost[4:], 7)
	addFragment(t, r, 0, lost, give)
	const times = 3000
	for i := range times {
		for _, b := range inTwo() {
			addFragment(t, r, int64(i), b, give)
		}
		if len(r.order) > 2*2+1001 { // two were held
			t.Fatalf("%d times: %d datagrams are in order, %d are held", i+1, len(r.order), len(r.held))
		}
	}
	if want := times * 2; given != want || len(r.held) != 1 {
		t.Errorf("%d packets are given, want %d; %d datagrams are held, want 1", given, want, len(r.held))
	}
}
