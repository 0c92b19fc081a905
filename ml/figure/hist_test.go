package figure

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHistogramCounts(t *testing.T) {
	// Wanted counts are numpy 1.24.2's: np.histogram(values, bins).
	for _, test := range []struct {
		name   string
		values []float64
		bins   int
		want   []float64
	}{
		{"right edge belongs to the last bin", []float64{0, 1, 2, 3, 4}, 4, []float64{1, 1, 1, 2}},
		{"inner edges belong to the right bin", []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}, 10,
			[]float64{1, 1, 2, 0, 1, 2, 1, 0, 1, 2}},
		{"negative values", []float64{-3, -2.5, -1, 2}, 3, []float64{2, 1, 1}},
		{"equal values", []float64{7, 7, 7}, 4, []float64{0, 0, 3, 0}},
		{"not finite", []float64{1, math.NaN(), 2, math.Inf(1), math.Inf(-1)}, 2, []float64{1, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHistogram(test.values, test.bins, false, Style{})
			if diff := cmp.Diff(test.want, h.heights); diff != "" {
				t.Error("counts (-want +got)\n" + diff)
			}
			sum := 0.0
			for _, v := range h.heights {
				sum += v
			}
			if int(sum) != h.n || h.n+h.lost != len(test.values) {
				t.Errorf("%g counted, %d used, %d left out of %d", sum, h.n, h.lost, len(test.values))
			}
		})
	}
}

// The original's histogram of bidirectional_packets, counted off its figure.
func TestHistogramOfOriginal(t *testing.T) {
	d := sampleFlows()
	h := newHistogram(d.packets, 100, false, Style{})
	if got, want := h.edges[1]-h.edges[0], 2276.63; math.Abs(got-want) > 0.001 {
		t.Errorf("bin width %g, want %g", got, want)
	}
	for bin, want := range map[int]float64{7: 1, 10: 1, 11: 1, 16: 1, 18: 4, 20: 1, 54: 1, 99: 1} {
		if h.heights[bin] != want {
			t.Errorf("bin %d counts %g, want %g", bin, h.heights[bin], want)
		}
	}
}

func TestDensityHasAreaOne(t *testing.T) {
	d := sampleFlows()
	h := newHistogram(d.packets, 100, true, Style{})
	area := 0.0
	for i, v := range h.heights {
		area += v * (h.edges[i+1] - h.edges[i])
	}
	if math.Abs(area-1) > 1e-9 {
		t.Errorf("area %g", area)
	}
}

func TestQuantile(t *testing.T) {
	// numpy 1.24.2: np.quantile([1, 2, 3, 4, 10, 20, 30, 44], q).
	sorted := []float64{1, 2, 3, 4, 10, 20, 30, 44}
	for q, want := range map[float64]float64{0: 1, 0.25: 2.75, 0.5: 7, 0.75: 22.5, 0.95: 39.1, 1: 44} {
		if got := quantile(sorted, q); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %g is %g, want %g", q, got, want)
		}
	}
}

func TestBoxWhiskers(t *testing.T) {
	// matplotlib 3.6.3: cbook.boxplot_stats(values).
	b := newBox([]float64{1, 2, 3, 4, 5, 6, 7, 8, 20, -9, math.NaN()}, Style{})
	got := []float64{b.q1, b.median, b.q3, b.whiskerLo, b.whiskerHi}
	if diff := cmp.Diff([]float64{2.25, 4.5, 6.75, 1, 8}, got); diff != "" {
		t.Error("box (-want +got)\n" + diff)
	}
	if diff := cmp.Diff([]float64{-9, 20}, b.fliers); diff != "" {
		t.Error("beyond the whiskers (-want +got)\n" + diff)
	}
}
