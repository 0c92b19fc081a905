package flowmeter

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ended meters packets and lists the flows in the order of their ends: source port, packets, first
// and last ms, expiration.
func ended(l Limits, packets ...Packet) (flows []string, evicted int64) {
	t := newTable(l, func(e *entry) error {
		_, port := e.source()
		flows = append(flows, fmt.Sprintf("%d: %d packets %d-%d (%d)", port, e.packets(), e.firstMs(), e.lastMs(), e.expiration))
		return nil
	})
	for i := range packets {
		t.add(&packets[i])
	}
	t.flush()
	return flows, t.evicted
}

var here, there = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")

func sent(ms int64, port uint16) Packet {
	return Packet{Ms: ms, Length: 60, Src: here, Dst: there, SrcPort: port, DstPort: 9, Protocol: protoUDP, Version: 4}
}

func answered(ms int64, port uint16) Packet {
	return Packet{Ms: ms, Length: 60, Src: there, Dst: here, SrcPort: 9, DstPort: port, Protocol: protoUDP, Version: 4}
}

func TestTable(t *testing.T) {
	l := Limits{IdleMs: 1000, ActiveMs: 5000, Flows: 100}
	echo := func(ms int64, src, dst netip.Addr) Packet {
		return Packet{Ms: ms, Length: 98, Src: src, Dst: dst, Protocol: protoICMP, Version: 4}
	}
	tagged := sent(1, 1)
	tagged.VLAN = 5
	for _, test := range []struct {
		name    string
		limits  Limits
		packets []Packet
		want    []string
		evicted int64
	}{
		{"both directions are one flow", l, []Packet{sent(0, 1), answered(5, 1), sent(9, 1)}, []string{"1: 3 packets 0-9 (0)"}, 0},
		{"a VLAN is another flow", l, []Packet{sent(0, 1), tagged}, []string{"1: 1 packets 0-0 (0)", "1: 1 packets 1-1 (0)"}, 0},
		{"just not idle", l, []Packet{sent(0, 1), sent(999, 1)}, []string{"1: 2 packets 0-999 (0)"}, 0},
		{"idle", l, []Packet{sent(0, 1), sent(1000, 1)}, []string{"1: 1 packets 0-0 (0)", "1: 1 packets 1000-1000 (0)"}, 0},
		{"idle flows end when others go on", l, []Packet{sent(0, 1), sent(10, 2), sent(1005, 3), sent(1006, 2)},
			[]string{"1: 1 packets 0-0 (0)", "3: 1 packets 1005-1005 (0)", "2: 2 packets 10-1006 (0)"}, 0},
		{"active", l, []Packet{sent(0, 1), sent(900, 1), sent(1800, 1), sent(2700, 1), sent(3600, 1), sent(4500, 1), sent(5400, 1)},
			[]string{"1: 6 packets 0-4500 (1)", "1: 1 packets 5400-5400 (0)"}, 0},
		{"time does not run back", l, []Packet{sent(100, 1), sent(40, 1), sent(120, 1)}, []string{"1: 3 packets 100-120 (0)"}, 0},
		{"at the end, the longest silent first", l, []Packet{sent(0, 1), sent(1, 2), sent(2, 1)}, []string{"2: 1 packets 1-1 (0)", "1: 2 packets 0-2 (0)"}, 0},
		{"a full table", Limits{IdleMs: 1000, ActiveMs: 5000, Flows: 2}, []Packet{sent(0, 1), sent(1, 2), sent(2, 1), sent(3, 3)},
			[]string{"2: 1 packets 1-1 (0)", "1: 2 packets 0-2 (0)", "3: 1 packets 3-3 (0)"}, 1},
		{"pings of two hosts are one flow", l, []Packet{echo(0, here, there), echo(1, there, here), echo(700, there, here)}, []string{"0: 3 packets 0-700 (0)"}, 0},
	} {
		got, evicted := ended(test.limits, test.packets...)
		if d := cmp.Diff(test.want, got); d != "" || evicted != test.evicted {
			t.Errorf("%s: %d evicted, want %d; flows (-want +got):\n%s", test.name, evicted, test.evicted, d)
		}
	}
}

// TestTableIsBounded: a flood of forged sources does not grow the table.
func TestTableIsBounded(t *testing.T) {
	limits := DefaultLimits()
	limits.Flows = 500
	largest, lines := 0, 0
	table := newTable(limits, func(*entry) error { lines++; return nil })
	for i := range 20_000 {
		p := sent(int64(i), uint16(i))
		p.Src = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		table.add(&p)
		largest = max(largest, table.count)
	}
	if largest != 500 || table.evicted != 19_500 || lines != 19_500 {
		t.Errorf("%d flows at once, %d evicted, %d written; want 500, 19500, 19500", largest, table.evicted, lines)
	}
}

// TestTableDirections: the side that sends first is the source, whatever its address.
func TestTableDirections(t *testing.T) {
	for _, packets := range [][]Packet{{sent(0, 1), answered(1, 1), answered(2, 1)}, {answered(0, 1), sent(1, 1), sent(2, 1)}} {
		var got string
		table := newTable(DefaultLimits(), func(e *entry) error {
			var s Stats
			e.fill(&s)
			got = fmt.Sprint(s.half[0].packets, s.half[1].packets)
			return nil
		})
		for i := range packets {
			table.add(&packets[i])
		}
		table.flush()
		if strings.TrimSpace(got) != "1 2" {
			t.Errorf("forward and reverse packets %s, want 1 2", got)
		}
	}
}
