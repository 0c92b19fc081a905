package flowmeter

import (
	"fmt"
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

// TestReassemble meters datagrams in fragments: as NFStream does, and put together.
func TestReassemble(t *testing.T) {
	syn := split(ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(40000, 80, 1, SYN, "")), 8) // as nmap -f
	long := split(ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 53, append(dnsBytes("a.example"), make([]byte, 200)...))), 64)
	overlap := [][]byte{long[0], split(ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(4000, 53, make([]byte, 300))), 56)[1]}
	late := ethernetFrame(0x0800, udp4())
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
		if r.bytes > holdBytes+2000 || len(r.order) > 2*len(r.held)+1001 {
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
