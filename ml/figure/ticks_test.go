package figure

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func labels(ticks []tick) string {
	var all []string
	for _, t := range ticks {
		all = append(all, strings.ReplaceAll(t.label, string(super), "^"))
	}
	return strings.Join(all, " ")
}

func TestLinearTicks(t *testing.T) {
	for _, test := range []struct {
		name       string
		lo, hi     float64
		count      int
		want       string
		multiplier string
	}{
		// The first three are the labels of the originals' figures.
		{"packets", -11382, 239047, 9, "0 50000 100000 150000 200000", ""},
		{"index", -500, 10499, 9, "0 2000 4000 6000 8000 10000", ""},
		{"loss", -0.0057, 0.255, 9, "0.00 0.05 0.10 0.15 0.20 0.25", ""},
		{"steps of 2.5", 0, 1.1, 5, "0.00 0.25 0.50 0.75 1.00", ""},
		{"negative", -1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0", ""},
		{"tiny", 0, 3e-7, 3, "0 1 2 3", "1e-7"},
		{"huge", 0, 4e12, 4, "0 1 2 3 4", "1e12"},
		{"large and narrow", 1658902768472, 1658902769112, 4, "600 800 1000", "+1.658902768e12"},
		{"large and narrow, below zero", -1658902769112, -1658902768472, 4, "0 200 400", "−1.658902769e12"},
		{"narrow and far", 1e6, 1e6 + 0.4, 4, "1000000.0 1000000.1 1000000.2 1000000.3 1000000.4", ""},
		{"no width", 3, 3, 4, "", ""},
		{"not finite", math.Inf(-1), math.Inf(1), 4, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			ticks, multiplier := linearTicks(test.lo, test.hi, test.count)
			if diff := cmp.Diff(test.want, labels(ticks)); diff != "" {
				t.Error("labels (-want +got)\n" + diff)
			}
			if multiplier != test.multiplier {
				t.Errorf("multiplier %q, want %q", multiplier, test.multiplier)
			}
		})
	}
}

func TestLogTicks(t *testing.T) {
	for _, test := range []struct {
		name   string
		lo, hi float64
		want   string
	}{
		{"counts", 0.63, 15792, "10^0 10^1 10^2 10^3 10^4"},
		{"small", 2e-3, 0.5, "10^−2 10^−1"},
		{"many decades are thinned", 1e-20, 1e20, "10^−20 10^−15 10^−10 10^−5 10^0 10^5 10^10 10^15 10^20"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, labels(logTicks(test.lo, test.hi, 9))); diff != "" {
				t.Error("labels (-want +got)\n" + diff)
			}
		})
	}
}

func TestTimeTicks(t *testing.T) {
	start := time.Date(2022, 7, 27, 6, 18, 24, 700e6, time.UTC)
	for _, test := range []struct {
		name   string
		span   time.Duration
		layout string
		want   string
	}{
		{"the capture", 29 * time.Minute, "", "27 06:20|27 06:25|27 06:30|27 06:35|27 06:40|27 06:45"},
		{"the capture by day", 29 * time.Minute, "02. 01. 2006", "27. 07. 2022|27. 07. 2022|27. 07. 2022|27. 07. 2022|27. 07. 2022|27. 07. 2022"},
		{"milliseconds", 8 * time.Millisecond, "", "18:24.700|18:24.701|18:24.702|18:24.703|18:24.704|18:24.705|18:24.706|18:24.707|18:24.708"},
		{"days", 5 * day, "", "2022-07-28|2022-07-29|2022-07-30|2022-07-31|2022-08-01"},
		{"months", 150 * day, "", "2022-08|2022-09|2022-10|2022-11|2022-12"},
		{"years", 8 * 365 * day, "", "2023|2024|2025|2026|2027|2028|2029|2030"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lo := float64(start.UnixMicro()) / 1000
			ticks := timeTicks(lo, lo+float64(test.span.Microseconds())/1000, 9, test.layout)
			if diff := cmp.Diff(strings.ReplaceAll(test.want, "|", " "), labels(ticks)); diff != "" {
				t.Error("labels (-want +got)\n" + diff)
			}
		})
	}
}

// What Vega writes by the translated layout is what package time writes.
func TestD3Layout(t *testing.T) {
	for layout, want := range map[string]string{
		"02. 01. 2006": "%d. %m. %Y", "2006-01-02 15:04:05.000": "%Y-%m-%d %H:%M:%S.%L", "Mon Jan 02": "%a %b %d", "100%": "100%%",
	} {
		if got := d3Layout.Replace(layout); got != want {
			t.Errorf("%q becomes %q, want %q", layout, got, want)
		}
	}
}

// Labels do not run into each other, whatever the size of the figure.
func TestLabelsApart(t *testing.T) {
	for _, width := range []float64{1, 2, 3, 5, 8, 15} {
		f := New(Size(width, 3))
		f.Line([]float64{1658902704700, 1658904448000}, []float64{1, 2}, Style{})
		f.TimeAxis("15:04:05.000")
		a, th := f.axes(), f.theme()
		length := width * 72 * 0.9
		ticks, _ := f.xTicks(a, th, length)
		a.x.p1 = length
		for i := 1; i < len(ticks) && len(ticks) > 2; i++ {
			gap := a.x.of(ticks[i].at) - a.x.of(ticks[i-1].at)
			if w := textWidth(ticks[i].label, th.tickSize); w > gap {
				t.Errorf("%g in: labels of %.0f points every %.0f", width, w, gap)
			}
		}
	}
}
