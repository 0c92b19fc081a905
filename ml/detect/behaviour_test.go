package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// hour makes flows of a busy hour and a half between few hosts, one each second.
func hour(seed uint64) *dataset.Frame {
	const n = 5400
	frame := flows(n, 60, 3000, seed)
	ms := make([]int64, n)
	for i := range ms {
		ms[i] = 1e12 + int64(i)*1000
	}
	return frame.With(dataset.Int64Column(firstSeen, ms))
}

// TestAlarmsDoNotDependOnTheBeginning: the same flows have the same features, bit for bit, wherever
// the stream began, as soon as it has lasted for the longest span; and those of short spans are the
// same after these.
func TestAlarmsDoNotDependOnTheBeginning(t *testing.T) {
	frame := hour(1)
	b := &Behaviour{}
	n := frame.NumRows()
	b.learn(frame, []int{0, n})
	b.Longest = spans[len(spans)-1]
	whole, _ := b.raw(frame)
	names := b.Names()
	for _, from := range []int{1, 7, 777, 1500} {
		part, _ := b.raw(frame.Slice(from, n))
		for k, span := range spans {
			warm := int(span / 1000)
			for r := warm; r < part.Rows; r++ {
				for c, name := range names {
					of := len(name) > 3 && name[len(name)-len(spanNames[k])-1:] == "_"+spanNames[k]
					if of && part.At(r, c) != whole.At(r+from, c) {
						t.Fatalf("from row %d on, row %d: %s is %v, of the whole stream %v", from, r+from, name, part.At(r, c), whole.At(r+from, c))
					}
				}
			}
		}
	}
}

// TestBehaviourInPieces: how a stream is cut into frames changes no feature. Frames of one flow are
// the definition: they leave no parallel work.
func TestBehaviourInPieces(t *testing.T) {
	frame := hour(2)
	n := frame.NumRows()
	names := make([]string, n)
	sources := frame.Strings("src_ip")
	for r := range names {
		names[r] = []string{"", "www.example.org", "a1b2.example.org", fmt.Sprintf("h%d.example.net", r%50)}[r%4]
		if r%5 == 0 {
			sources[r] = fmt.Sprintf("2001:db8:%x::%x", r%3, r%40)
		}
	}
	frame = frame.With(dataset.TextColumn("requested_server_name", names)).With(dataset.TextColumn("src_ip", sources))
	b := &Behaviour{}
	raw, groups := b.learn(frame, []int{0, n})
	b.learnScale(raw, groups, taught(n, func(int) bool { return true }))
	inPieces := func(piece int) []float64 {
		var got []float64
		e := b.begin()
		for s := (&stream{frame: frame, piece: piece}); s.Scan(); {
			e.add(s.Frame(), 0)
			got = append(got, e.finish().Data...)
		}
		return got
	}
	want := inPieces(1)
	for _, piece := range []int{chunk - 1, chunk, chunk + 1, 333, n} {
		if !slices.Equal(want, inPieces(piece)) {
			t.Errorf("pieces of %d rows give other features than those of one", piece)
		}
	}
	if !slices.Equal(want, b.Transform(frame).Data) {
		t.Error("the whole frame gives other features than its flows one by one")
	}
}

// TestBehaviourCounts compares with counts made by hand of a scan of 60 ports, 40 ms apart.
func TestBehaviourCounts(t *testing.T) {
	frame := flows(500, 60, 100, 1)
	b := &Behaviour{Longest: spans[1], Present: neededColumns}
	raw, _ := b.raw(frame)
	names := b.Names()
	for name, want := range map[string]float64{
		"ports_of_pair_10s": 60, "flows_of_pair_10s": 60, "failed_of_source_60s": 60, "targets_of_source_60s": 0, "sources_of_destination_10s": 0, // its target and its source are known
		"log_bidirectional_packets": 1, "ports_of_source_10s": 60, "bytes_of_domain_10s": -1,
	} {
		c := slices.Index(names, name)
		if want < 0 {
			if c >= 0 {
				t.Errorf("there is a feature %s", name)
			}
			continue
		}
		// From 17 on distinct ports are estimated, to 6.5 %.
		if got := natural(name, raw.At(159, c)); math.Abs(got-want) > 0.2*want {
			t.Errorf("%s of the scan's last flow: %v, want %v", name, got, want)
		}
	}
}

// TestDistinct: few items are counted exactly, many to three deviations of the sketch, and what is
// older than the span is forgotten.
func TestDistinct(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 5, 16, 17, 100, 5000} {
		var d distinct
		var got [len(spans)]float64
		for i := range n {
			ms := int64(1e12) + int64(i%10)
			p := panesAt(ms)
			item := random.Uint64()
			for range 3 {
				d.add(item, &p, ms)
			}
			for k := range spans {
				got[k] = d.count(k, &p, ms)
			}
		}
		for k := range spans {
			if off := math.Abs(got[k] - float64(n)); n < mostFew && off != 0 || off > 0.2*float64(n) {
				t.Errorf("%d items: %v within %s", n, got[k], spanNames[k])
			}
		}
		later := int64(1e12) + 3*spans[len(spans)-1]
		p := panesAt(later)
		for k := range spans {
			got[k] = d.count(k, &p, later)
		}
		if got != [len(spans)]float64{} {
			t.Errorf("%d items, three hours later: %v", n, got)
		}
	}
}

// TestBehaviourNeedsFewColumns: flows of five columns train and are scored, as those of a poorer
// exporter are.
func TestBehaviourNeedsFewColumns(t *testing.T) {
	few := flows(600, 0, 0, 1).Select(neededColumns...)
	m, _, err := Train(t.Context(), Training{Kind: "tail", Flows: few, Percentile: 99})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(neededColumns, m.Columns()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	folder := t.TempDir()
	if err := m.Save(folder); err != nil {
		t.Fatal(err)
	}
	back, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Score(few), back.Score(few)) {
		t.Error("the loaded model scores otherwise")
	}
}

// TestBehaviourIsBounded: what a stream of ever new hosts leaves behind is bounded: two
// tables of 32,768 parties a role are full after 150,000 flows, and 450,000 more take no more.
func TestBehaviourIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("600,000 flows take some seconds; run without -short")
	}
	b := &Behaviour{Longest: spans[len(spans)-1], Present: neededColumns}
	s := b.stream()
	after := func(n int) uint64 {
		const piece = 1000
		for at := 0; at < n; at += piece {
			f := flows(piece, 0, 0, uint64(at)).Select(neededColumns...)
			source := make([]string, piece)
			for i := range source {
				source[i] = fmt.Sprintf("10.%d.%d.%d", at/256%256, at/65536, i%256) + fmt.Sprint(":", at+i)
			}
			s.add(f.With(dataset.TextColumn("src_ip", source)), 0)
			s.data, s.groups = s.data[:0], s.groups[:0]
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	first := after(150_000)
	if last := after(450_000); float64(last) > 1.3*float64(first) {
		t.Errorf("%d MB after 150,000 flows, %d MB after 600,000", first>>20, last>>20)
	}
}

// TestDriftOfSmallFiles: a hundred flows of other traffic are enough to say so, and a hundred of
// the same are not enough to complain.
func TestDriftOfSmallFiles(t *testing.T) {
	m := models(t)["zscore"]
	scan := func(f *dataset.Frame) Tally {
		tally, err := m.Scan(t.Context(), &stream{frame: f, piece: 50}, func(Finding) error { return nil }, nil)
		if err != nil {
			t.Fatal(err)
		}
		return tally
	}
	if tally := scan(flows(300, 0, 0, 8)); tally.Drifts != 0 {
		t.Errorf("the same traffic: index %.2f", tally.WorstDrift)
	}
	other := flows(150, 0, 0, 8)
	large := make([]int64, other.NumRows())
	for r := range large {
		large[r] = 1_000_000
	}
	other = other.With(dataset.Int64Column("src2dst_bytes", large)).With(dataset.Int64Column("dst2src_bytes", large))
	if tally := scan(other); tally.Drifts != 1 {
		t.Errorf("other traffic: %d warnings, index %.2f", tally.Drifts, tally.WorstDrift)
	}
}

// TestGroupsOfApplications: a flow is in the group that training counted it in, whatever its application is called.
func TestGroupsOfApplications(t *testing.T) {
	b := &Behaviour{Groups: []string{"other", "tcp", "udp", "TLS"}}
	s := b.stream()
	for _, name := range []string{"", "Unknown", "Unknown.Google", ".x", "TLS", "TLS.Google", "other", "other.x", "tcp", "QUIC"} {
		for _, protocol := range []float64{1, 6, 17} {
			if got, want := s.application(name, protocol), s.applicationOf(groupOf(name, protocol)); got != want {
				t.Errorf("application %q over IP protocol %v is in group %d, training counts it in %d", name, protocol, got.group, want.group)
			}
		}
	}
}

// TestVisitsToAScannedHost: visits that succeed have no part in the failures of a scan of that host,
// nor of its network; the scan's flows have.
func TestVisitsToAScannedHost(t *testing.T) {
	const scan = 50
	var ms, port, protocol, back []int64
	var source, destination []string
	add := func(from string, at, to, answers int64) {
		ms, port, protocol, back = append(ms, 1e12+at), append(port, to), append(protocol, 6), append(back, answers)
		source, destination = append(source, from), append(destination, "10.0.0.9")
	}
	for i := range int64(4) {
		add("10.0.0.1", i*500, 443, 5)
	}
	for i := range int64(scan) {
		add("10.0.0.66", 2000+i*10, 1+i, 0)
	}
	add("10.0.0.1", 3000, 443, 5)
	frame := dataset.New(dataset.Int64Column(firstSeen, ms), dataset.TextColumn("src_ip", source), dataset.TextColumn("dst_ip", destination),
		dataset.Int64Column("dst_port", port), dataset.Int64Column("protocol", protocol), dataset.Int64Column("dst2src_packets", back))
	b := &Behaviour{Longest: spans[0]}
	raw, _ := b.raw(frame)
	for _, name := range []string{"failed_of_destination_10s", "failed_of_destination_net_10s"} {
		c := slices.Index(b.Names(), name)
		if visit, probe := raw.At(raw.Rows-1, c), natural(name, raw.At(raw.Rows-2, c)); visit != 0 || probe < 0.8*scan {
			t.Errorf("%s: %v of a visit after the scan, want 0; %v of the scan's last flow, want about %d", name, visit, probe, scan)
		}
	}
}
