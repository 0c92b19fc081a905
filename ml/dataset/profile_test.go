package dataset

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// profiled writes a file of the 89 columns in which only the named ones differ from 0 or empty.
func profiled(t *testing.T, rows ...map[string]string) Capture {
	t.Helper()
	var b strings.Builder
	b.Write(AppendHeader(nil))
	for _, row := range rows {
		for i, field := range Columns() {
			if i > 0 {
				b.WriteByte(',')
			}
			if v, ok := row[field.Name]; ok {
				b.WriteString(v)
			} else if field.Kind != Text {
				b.WriteByte('0')
			}
		}
		b.WriteByte('\n')
	}
	path := filepath.Join(t.TempDir(), "capture.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return Capture{Path: path}
}

func TestProfile(t *testing.T) {
	row := func(ms, packets, bytes, duration, protocol, port, source, category string) map[string]string {
		return map[string]string{"bidirectional_first_seen_ms": ms, "bidirectional_packets": packets, "bidirectional_bytes": bytes,
			"bidirectional_duration_ms": duration, "protocol": protocol, "dst_port": port, "src_ip": source, "application_category_name": category}
	}
	p, err := ProfileOf(context.Background(), profiled(t,
		row("120001", "1", "60", "0", "17", "53", "a", "Network"),
		row("60000", "3", "300", "1", "6", "443", "b", "Web"),
		row("240000", "4", "100", "1000", "6", "443", "a", "Web"),
	))
	if err != nil {
		t.Fatal(err)
	}
	missing := p.Missing
	p.Missing, p.Correlation = nil, Correlation{}
	want := Profile{
		Rows:       3,
		Minutes:    []Minute{{60000, 1, 300}, {120000, 1, 60}, {180000, 0, 0}, {240000, 1, 100}},
		Packets:    []int64{1, 1, 1},
		Durations:  []int64{1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1},
		Protocols:  []Count{{"TCP", 2}, {"UDP", 1}},
		Categories: []Count{{"Web", 2}, {"Network", 1}},
		Talkers:    []Count{{pseudonym("b"), 300}, {pseudonym("a"), 160}},
		Ports:      []Count{{"443", 2}, {"53", 1}},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(missing) != 14 || missing[0].Name != "src_mac" || missing[0].N != 3 {
		t.Errorf("missing: %v, want the 14 text columns that are empty, 3 cells each, src_mac first", missing)
	}
}

// TestCorrelation compares the merged blocks with numpy 1.26.4 (np.corrcoef) for x and y, and with
// the fractions themselves for z, where numpy, which multiplies the large numbers, is off in the
// eleventh digit.
func TestCorrelation(t *testing.T) {
	x, y, z := []float64{1, 2, 3, 4}, []float64{2, 4, 6, 9}, []float64{1.6e12, 1.6e12 + 1, 1.6e12, 1.6e12 + 1}
	var m comoments
	for _, cut := range [][2]int{{0, 1}, {1, 4}} {
		part := func(v []float64) []float64 { return v[cut[0]:cut[1]] }
		m.add(New(Float64Column("x", part(x)), Float64Column("y", part(y)), Float64Column("z", part(z)), Float64Column("constant", make([]float64, cut[1]-cut[0]))))
	}
	want := Correlation{
		Names: []string{"x", "y", "z"},
		Values: []float64{
			1, 0.9943767126843689, 1 / math.Sqrt(5),
			0.9943767126843689, 1, 2.5 / math.Sqrt(26.75),
			1 / math.Sqrt(5), 2.5 / math.Sqrt(26.75), 1,
		},
	}
	if diff := cmp.Diff(want, m.correlation(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCorrelationOfGaps: the rows that have both count, and no other. The first pair is that of a
// bug report: x known in the last 100 rows, y = 2x+1 there and noise of 1e6 before; pandas 2.2.3
// corr() gives 1. The others are pandas's too, of df.corr() of the columns a, b, c below.
func TestCorrelationOfGaps(t *testing.T) {
	const rows = 3000
	x, y := make([]float64, rows), make([]float64, rows)
	for i := range rows {
		x[i], y[i] = math.NaN(), 1e6*math.Sin(float64(i)*float64(i))
		if i >= rows-100 {
			x[i] = float64(i % 17)
			y[i] = 2*x[i] + 1
		}
	}
	var m comoments
	for from := 0; from < rows; from += 700 {
		m.add(New(Float64Column("x", x), Float64Column("y", y)).Slice(from, min(from+700, rows)))
	}
	if diff := cmp.Diff([]float64{1, 1, 1, 1}, m.correlation().Values, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("x and y (-want +got):\n%s", diff)
	}

	f := New(
		Float64Column("a", []float64{1, 2, math.NaN(), 4, 5, 7}), Int64Column("b", []int64{2, 1, 9, 4, 3, 8}).Missing(0),
		Float64Column("c", []float64{math.NaN(), 5, 6, 5, 5, math.NaN()}),
	)
	want := []float64{1, 0.9246780984747158, math.NaN(), 0.9246780984747158, 1, 0.9304340030613445, math.NaN(), 0.9304340030613445, 1}
	for _, cut := range []int{1, 3, 6} {
		var m comoments
		m.add(f.Slice(0, cut))
		m.add(f.Slice(cut, 6))
		if diff := cmp.Diff(want, m.correlation().Values, cmpopts.EquateApprox(0, 1e-12), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("cut at %d (-want +got):\n%s", cut, diff)
		}
	}
}

// TestCounterForgets floods a counter with names that come once: it stays bounded and keeps what is
// large.
func TestCounterForgets(t *testing.T) {
	c := counter{}
	c.add("large", math.MaxInt32)
	for i := range 3 * maxCounted {
		c.add(string([]byte{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24)}), 1)
	}
	if len(c) > maxCounted || c["large"] != math.MaxInt32 {
		t.Errorf("%d names, large = %d; want at most %d names and %d", len(c), c["large"], maxCounted, math.MaxInt32)
	}
}
