package flowmeter

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at makes a capture of one frame again and again, with its times in seconds.
func at(seconds ...uint32) []byte {
	b := pcapOf()
	for _, s := range seconds {
		b = timed(b, s, ethernetFrame(0x0800, udp4()))
	}
	return b
}

// timed appends frames of one time to a capture.
func timed(b []byte, second uint32, frames ...[]byte) []byte {
	for _, frame := range frames {
		for _, v := range []uint32{second, 0, uint32(len(frame)), uint32(len(frame))} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		b = append(b, frame...)
	}
	return b
}

// TestTimeRunsBack: what runs back is counted with its place, and one time far ahead does not make
// all later flows begin there.
func TestTimeRunsBack(t *testing.T) {
	for _, tt := range []struct {
		name     string
		captures [][]byte
		begins   []string // of the flows, in ms
		back     string
	}{
		{"in order", [][]byte{at(1000, 1001)}, []string{"1000000"}, ""},
		{"a straggler", [][]byte{at(1000, 1002, 1001)}, []string{"1000000"}, "the time of 1 packet runs back, by up to 1s, first in packet 3 of 0.pcap"},
		{"one packet of 2038", [][]byte{at(1000, 2145916800, 1001)}, []string{"1000000", "2145916800000", "1001000"},
			"the time of 1 packet runs back, by up to 596087h43m19s, first in packet 3 of 0.pcap; 1 time by more than the idle timeout: are the captures in the order of their times?"},
		{"rotated files in the shell's order", [][]byte{at(1000), at(9000), at(2000)}, []string{"1000000", "9000000", "2000000"},
			"the time of 1 packet runs back, by up to 1h56m40s, first in packet 1 of 2.pcap; 1 time by more than the idle timeout: are the captures in the order of their times?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, s, err := metered(options(), tt.captures...)
			if err != nil {
				t.Fatal(err)
			}
			var begins []string
			for row := range strings.Lines(rows) {
				begins = append(begins, strings.Split(row, ",")[14])
			}
			if diff := cmp.Diff(tt.begins, begins); diff != "" {
				t.Errorf("first_seen_ms (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.back, s.Back.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestTimeRunsBackAmongFragments: the clock is set back once for all fragments of the earlier time, and those held from the later time are
// given up before.
func TestTimeRunsBackAmongFragments(t *testing.T) {
	datagram := func(port uint16) [][]byte {
		return split(ip4(protoUDP, "192.0.2.1", "192.0.2.2", udpDatagram(port, 9, make([]byte, 200))), 64)
	}
	capture := timed(timed(at(9000), 9000, datagram(4001)[0]), 2000, datagram(4002)...)
	o := options()
	o.Reassemble = true
	rows, s, err := metered(o, capture)
	if err != nil {
		t.Fatal(err)
	}
	var flows []string
	for row := range strings.Lines(rows) {
		f := fieldsOf(t, row)
		flows = append(flows, f["src_port"]+" "+f["bidirectional_first_seen_ms"]+" "+f["bidirectional_packets"])
	}
	if diff := cmp.Diff([]string{"4000 9000000 1", "4001 9000000 1", "4002 2000000 4"}, flows); diff != "" {
		t.Errorf("source ports, beginnings and packets (-want +got):\n%s", diff)
	}
	if s.Back.Resets != 1 {
		t.Errorf("the clock was set back %d times: %s", s.Back.Resets, s.Back)
	}
}

// TestSkipsHaveReasons counts what belongs to no flow by its reason.
func TestSkipsHaveReasons(t *testing.T) {
	later := udp4()
	later[7] = 1
	_, s, err := metered(options(), pcapOf(ethernetFrame(0x0800, udp4()), ethernetFrame(0x0806, make([]byte, 46)), ethernetFrame(0x0800, later),
		ethernetFrame(0x0800, udp4())[:30]))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Skipped.String(), "1 not IP, 1 cut off, 1 later fragment"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCapturedLonger: a packet of which more was captured than it had on the wire does not end the
// file, as for tcpdump and NFStream 6.6.0, which counts the bytes of the wire.
func TestCapturedLonger(t *testing.T) {
	b := at(1000, 1001)
	binary.LittleEndian.PutUint32(b[24+12:], 50)
	rows, s, err := metered(options(), b)
	if err != nil || s.Longer != 1 || s.Packets != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if want := ",2,110,"; !strings.Contains(rows, want) { // 50 and 60 bytes
		t.Errorf("%s: want %s", rows, want)
	}
}

// TestCapturedLongerNg: the same in a pcapng file.
func TestCapturedLongerNg(t *testing.T) {
	b := ng(t, ethernetFrame(0x0800, udp4()))
	at := 0
	for le.Uint32(b[at:]) != 6 { // enhanced packet block
		at += int(le.Uint32(b[at+4:]))
	}
	le.PutUint32(b[at+24:], 50)
	rows, s, err := metered(options(), b)
	if err != nil || s.Longer != 1 || !strings.Contains(rows, ",1,50,") {
		t.Fatalf("%s: %+v, %v", rows, s, err)
	}
}

// TestPcapVersions reads the same packet from every form of a pcap file.
func TestPcapVersions(t *testing.T) {
	frame := ethernetFrame(0x0800, udp4())
	want, _, err := metered(options(), at(1000))
	if err != nil {
		t.Fatal(err)
	}
	file := func(order binary.AppendByteOrder, magic uint32, minor uint16, fraction uint32, more int, swap bool) []byte {
		b := order.AppendUint32(nil, magic)
		b = order.AppendUint16(order.AppendUint16(b, 2), minor)
		b = append(b, make([]byte, 8)...)
		b = order.AppendUint32(order.AppendUint32(b, 65535), 1)
		captured, wire := uint32(len(frame)), uint32(len(frame))
		if swap {
			wire, captured = captured, wire+7 // the first is the wire's length
		}
		for _, v := range []uint32{1000, fraction, captured, wire} {
			b = order.AppendUint32(b, v)
		}
		return append(append(b, make([]byte, more)...), frame...)
	}
	for name, b := range map[string][]byte{
		"big-endian":         file(be, 0xa1b2c3d4, 4, 0, 0, false),
		"nanoseconds":        file(le, 0xa1b23c4d, 4, 999_999, 0, false),
		"version 2.3":        file(le, 0xa1b2c3d4, 3, 0, 0, false),
		"version 2.2":        file(le, 0xa1b2c3d4, 2, 0, 0, false),
		"modified":           file(le, 0xa1b2cd34, 4, 0, 8, false),
		"modified, big":      file(be, 0xa1b2cd34, 4, 0, 8, false),
		"frame check length": append(bytes.Clone(at(1000)[:20]), append([]byte{1, 0, 0, 0x24}, at(1000)[24:]...)...),
	} {
		got, _, err := metered(options(), b)
		if err != nil || got != want {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, cmp.Diff(want, got))
		}
	}
	// A packet of which seven bytes were not captured tells the two lengths apart.
	cut := at(1000)
	le.PutUint32(cut[24+12:], uint32(len(frame)+7))
	if want, _, err = metered(options(), cut); err != nil || !strings.Contains(want, ",1,67,") {
		t.Fatalf("%s, %v", want, err)
	}
	for name, b := range map[string][]byte{
		"version 2.0":      file(le, 0xa1b2c3d4, 0, 0, 0, true),
		"version 2.2, big": file(be, 0xa1b2c3d4, 2, 0, 0, true),
		"version 2.3, old": file(le, 0xa1b2c3d4, 3, 0, 0, true),
	} {
		got, s, err := metered(options(), b)
		if err != nil || got != want || s.Longer > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, cmp.Diff(want, got))
		}
	}
}
