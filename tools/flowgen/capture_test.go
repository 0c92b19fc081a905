package flowgen

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// TestCaptureMetersBack writes all packets of a split to a capture, meters that, and finds every
// row again.
func TestCaptureMetersBack(t *testing.T) {
	if testing.Short() {
		t.Skip("a million packets; run without -short")
	}
	p := newPlan(1, 0)
	m := newMaker()
	m.makeSplit(1, 0, SplitRows)
	want := rowsByFlow(t, m.flows)

	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(writeCapture(pw, p)) }()
	capture, err := flowmeter.NewCapture(pr, "split_1.pcap")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s, err := flowmeter.Meter(context.Background(), flowmeter.Options{Limits: flowmeter.DefaultLimits(), JA3: true, Anonymise: newAnonymiser()}, &out, capture)
	if err != nil {
		t.Fatal(err)
	}
	if s.Packets != packetSum || s.Flows != SplitRows || s.Skipped.Total() != 0 || s.Evicted != 0 {
		t.Errorf("metered %+v, want %d packets in %d flows", s, packetSum, SplitRows)
	}

	got := rowsByFlow(t, out.Bytes())
	columns := dataset.Columns()
	bad := map[string]int{}
	compared := 0
	for flow, w := range want {
		g, ok := got[flow]
		if !ok {
			t.Fatalf("no metered flow for the row %v", w[:14])
		}
		seen := inTheClear(w)
		for c := 1; c < len(columns); c++ {
			if name := columns[c].Name; !seen && (strings.HasPrefix(name, "application_") || name == "requested_server_name") {
				continue
			}
			compared++
			if columns[c].Name == "content_type" {
				w[c], _, _ = strings.Cut(w[c], ";") // the meter leaves the character set out, as NFStream 6.6 does
			}
			if w[c] != g[c] {
				if bad[columns[c].Name]++; bad[columns[c].Name] <= 3 {
					t.Errorf("%s of row %s (%s): metered %q, generated %q", columns[c].Name, w[0], w[80], g[c], w[c])
				}
			}
		}
	}
	t.Logf("%d values compared", compared)
}

// inTheClear says whether a meter can know the row's application: not what was learnt from a cache,
// a ciphertext, or an address book.
func inTheClear(row []string) bool {
	app, name := row[80], row[84]
	return app != "BitTorrent" && !strings.HasPrefix(app, "QUIC.") &&
		(!strings.HasPrefix(app, "TLS.") || app == "TLS.Telegram" || name != "")
}

// rowsByFlow reads lines of flows by their five-tuple.
func rowsByFlow(t *testing.T, lines []byte) map[string][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(lines)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string][]string, len(rows))
	for _, r := range rows {
		flow := strings.Join([]string{r[2], r[5], r[6], r[9], r[10]}, " ")
		if m[flow] != nil {
			t.Fatalf("two rows of one flow: %s and %s", m[flow][0], r[0])
		}
		m[flow] = r
	}
	return m
}

func writeCapture(w io.Writer, p *plan) error {
	var packets []traced
	var stats flowmeter.Stats
	talkers := make([]talker, len(p.rows))
	for i := range p.rows {
		talkers[i].row = &p.rows[i]
		stats = flowmeter.Stats{}
		wire := p.wire(i, &stats)
		wire.trace = func(us int64, dir flowmeter.Direction, size int, flags flowmeter.Flags) {
			packets = append(packets, traced{us, int32(i), uint16(size), dir, flags})
		}
		wire.play(&p.rows[i])
	}
	slices.SortStableFunc(packets, func(a, b traced) int { return cmp.Compare(a.us, b.us) })
	bw := bufio.NewWriterSize(w, 1<<20)
	pcap := pcapgo.NewWriter(bw)
	if err := pcap.WriteFileHeader(2048, layers.LinkTypeEthernet); err != nil {
		return err
	}
	for _, x := range packets {
		b := talkers[x.row].frame(x)
		info := gopacket.CaptureInfo{Timestamp: time.UnixMicro(x.us), CaptureLength: len(b), Length: int(x.size)}
		if err := pcap.WritePacket(info, b); err != nil {
			return err
		}
	}
	return bw.Flush()
}
