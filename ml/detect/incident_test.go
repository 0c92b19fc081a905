package detect

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIncidents: what the grouping makes of floods, scans and flows that have nothing to do with
// one another.
func TestIncidents(t *testing.T) {
	finding := func(ms int64, source, destination string, port int64) Finding {
		return Finding{Score: float64(port), Flow: Flow{Ms: ms, Source: source, Destination: destination, DestinationPort: port}}
	}
	var flood, scan, apart []Finding
	for i := range int64(5000) {
		flood = append(flood, finding(i*2, fmt.Sprintf("spoofed %d", i), "victim", 80))
	}
	for i := range int64(300) {
		scan = append(scan, finding(i*50_000, "scanner", fmt.Sprintf("host %d", i), 1+i))
	}
	type brief struct {
		Flows, First, Last            int64
		Sources, Destinations, Ports  int
		More                          bool
		WorstSource, WorstDestination string
	}
	// 73 flows from 0 to 3,600 s, 73 from 3,650 s on …
	hours := []brief{{73, 0, 3_600_000, 1, 73, 73, false, "scanner", "host 72"}, {73, 3_650_000, 7_250_000, 1, 73, 73, false, "scanner", "host 145"},
		{73, 7_300_000, 10_900_000, 1, 73, 73, false, "scanner", "host 218"}, {73, 10_950_000, 14_550_000, 1, 73, 73, false, "scanner", "host 291"},
		{8, 14_600_000, 14_950_000, 1, 8, 8, false, "scanner", "host 299"}}
	for i := range int64(3) {
		apart = append(apart, finding(i*70_000, "host", "server", 443))
	}
	for _, c := range []struct {
		name     string
		findings []Finding
		want     []brief
	}{
		{"a SYN flood of 5,000 flows is one", flood, []brief{{5000, 0, 9998, 1000, 1, 1, true, "spoofed 4999", "victim"}}},
		{"a scan of a flow in 50 seconds is one", scan[:73], hours[:1]},
		{"an hour later it is another", scan, hours},
		{"pauses of more than a minute part", apart, []brief{{1, 0, 0, 1, 1, 1, false, "host", "server"},
			{1, 70_000, 70_000, 1, 1, 1, false, "host", "server"}, {1, 140_000, 140_000, 1, 1, 1, false, "host", "server"}}},
		{"two at a time", []Finding{finding(0, "a", "x", 1), finding(1, "b", "y", 2), finding(2, "a", "z", 3), finding(3, "c", "y", 4)},
			[]brief{{2, 0, 2, 1, 2, 2, false, "a", "z"}, {2, 1, 3, 2, 1, 2, false, "c", "y"}}},
		{"late ones count", []Finding{finding(50_000, "a", "x", 1), finding(20_000, "a", "y", 2)},
			[]brief{{2, 20_000, 50_000, 1, 2, 2, false, "a", "y"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []brief
			flows := map[int64]int64{}
			g := &Incidents{Ended: func(i Incident) error {
				got = append(got, brief{i.Flows, i.First, i.Last, len(i.Sources), len(i.Destinations), len(i.Ports), i.More,
					i.Worst.Flow.Source, i.Worst.Flow.Destination})
				if flows[i.Number] != i.Flows {
					t.Errorf("incident %d has %d flows, %d were given its number", i.Number, i.Flows, flows[i.Number])
				}
				return nil
			}}
			for _, f := range c.findings {
				if err := g.Add(&f); err != nil {
					t.Fatal(err)
				}
				flows[f.Incident]++
			}
			if err := g.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("incidents (-want +got):\n%s", diff)
			}
			if len(g.sources)+len(g.destinations) != 0 || g.first != nil || g.last != nil || g.open != 0 {
				t.Errorf("after the end: %d sources, %d destinations, %d open", len(g.sources), len(g.destinations), g.open)
			}
		})
	}
}

// TestIncidentsAreBounded: however many incidents there are at a time, what is kept of them is
// bounded.
func TestIncidentsAreBounded(t *testing.T) {
	ended := 0
	g := &Incidents{Ended: func(Incident) error { ended++; return nil }}
	for i := range int64(3 * mostOpen) {
		f := Finding{Flow: Flow{Ms: 1, Source: fmt.Sprint("s", i), Destination: fmt.Sprint("d", i)}}
		if err := g.Add(&f); err != nil {
			t.Fatal(err)
		}
	}
	if g.open > mostOpen || len(g.sources) > mostOpen || ended != 2*mostOpen {
		t.Errorf("%d open, %d sources kept, %d ended", g.open, len(g.sources), ended)
	}
}

func TestDriverString(t *testing.T) {
	units := map[string][2]float64{"ports_of_pair_10s": {4.77912349311153, 1.3862943611198906}, "src2dst_bytes_share": {0.9616, 0.2167}}
	got := ""
	for _, name := range []string{"ports_of_pair_10s", "src2dst_bytes_share"} {
		for _, d := range drivers([]string{name}, []float64{1}, 3, func(int) (float64, float64) { return units[name][0], units[name][1] }) {
			got += d.String() + "\n"
		}
	}
	// log1p(118) = 4.7791…, log1p(3) = 1.3862…
	if diff := cmp.Diff("ports_of_pair_10s 118, usually at most 3\nsrc2dst_bytes_share 0.962, usually at most 0.217\n", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
