package flowmeter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"flowbook/ml/dataset"
)

// traffic is a capture of so many packets in a tenth as many flows.
func traffic(packets int) []byte {
	frames := make([][]byte, packets)
	for i := range frames {
		flow := i % max(packets/10, 1)
		src := fmt.Sprintf("10.%d.%d.%d", flow>>16&255, flow>>8&255, flow&255)
		frames[i] = ethernetFrame(0x0800, ip4(protoTCP, src, "198.51.100.7", tcpSegment(40000, 443, uint32(i), ACK, "\xff")))
	}
	return pcapOf(frames...)
}

// BenchmarkMeter's n is packets.
func BenchmarkMeter(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				b.Skip("long; run without -short")
			}
			capture := traffic(n)
			b.SetBytes(int64(len(capture)))
			for b.Loop() {
				c, err := NewCapture(bytes.NewReader(capture), "bench.pcap")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := Meter(context.Background(), Options{Limits: DefaultLimits()}, io.Discard, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStatsAdd(b *testing.B) {
	var s Stats
	ms := int64(0)
	for b.Loop() {
		ms++
		s.Add(ms, Direction(ms&1), uint16(60+ms&1023), ACK)
	}
}

func BenchmarkAppendRow(b *testing.B) {
	var f Flow
	for i := range int64(40) {
		f.Add(i*i*7, Direction(i&1), uint16(60+i*31), ACK)
	}
	var row []byte
	for b.Loop() {
		row = f.AppendRow(row[:0])
	}
	b.SetBytes(int64(len(row)))
}

// BenchmarkVerify's n is rows.
func BenchmarkVerify(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			var f Flow
			for i := range int64(12) {
				f.Add(i*i*7, Direction(i&1), uint16(60+i*31), 0)
			}
			var rows []byte
			for i := range n {
				f.ID = int64(i)
				rows = f.AppendRow(rows)
			}
			text := string(AppendHeader(nil)) + string(rows)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r, err := dataset.NewReader(strings.NewReader(text), "bench.csv", dataset.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if report, err := Verify(r, nil); err != nil || report.Rows != int64(n) {
					b.Fatal(report, err)
				}
				r.Close()
			}
		})
	}
}

// openFlows fills a table and says how many bytes it takes for each flow.
func openFlows(flows int, packets ...Packet) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := newTable(DefaultLimits(), func(*entry) error { return nil })
	for i := range flows {
		host := address([16]byte{12: 10, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}, 4)
		for _, p := range packets {
			if p.Src == here {
				p.Src = host
			} else {
				p.Dst = host
			}
			table.add(&p)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(table)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(flows)
}

// floods are the packets of a flow that is open many times: of forged sources, and of connections
// that say something.
func floods() map[string][]Packet {
	question, answer := sent(0, 40000), answered(1, 40000)
	request := question
	request.Protocol, answer.Protocol, question.Protocol = protoTCP, protoTCP, protoTCP
	question.Flags, answer.Flags, request.Flags, request.Payload = SYN, SYN|ACK, PSH|ACK, []byte("GET / HTTP/1.1\r\n")
	return map[string][]Packet{"one packet": {question}, "three packets, half a request": {question, answer, request}}
}

// TestFlowMemory keeps a million flows, the default table, below 1 GB.
func TestFlowMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("fills 100,000 flows; run without -short")
	}
	for name, most := range map[string]float64{"one packet": 200, "three packets, half a request": 800} {
		each := openFlows(100_000, floods()[name]...)
		t.Logf("%s: %.0f bytes a flow", name, each)
		if each > most {
			t.Errorf("%s: a flow takes %.0f bytes, want at most %.0f", name, each, most)
		}
	}
}

// BenchmarkOpenFlows reports the bytes that each of a million open flows takes.
func BenchmarkOpenFlows(b *testing.B) {
	for name, packets := range floods() {
		b.Run(name, func(b *testing.B) {
			each := 0.0
			for b.Loop() {
				each = openFlows(1_000_000, packets...)
			}
			b.ReportMetric(each, "B/flow")
		})
	}
}
