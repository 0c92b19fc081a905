package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

// TestFlowsPerDay: the pace of a day is counted from any part of it, whatever its shape.
func TestFlowsPerDay(t *testing.T) {
	const midnight = 1_767_225_600_000 // 2026-01-01
	office := func(hour float64) float64 { return 0.05 + math.Exp(-(hour-13)*(hour-13)/18) }
	// draw makes n times between two hours, as often as weight says.
	draw := func(n int, from, to float64, weight func(hour float64) float64) (ms []int64) {
		random := rand.New(rand.NewPCG(1, 2))
		for len(ms) < n {
			h := from + (to-from)*random.Float64()
			if random.Float64()*1.1 < weight(math.Mod(h, 24)) {
				ms = append(ms, midnight+int64(h*hourMs))
			}
		}
		return ms
	}
	flat := func(float64) float64 { return 1 }
	ends := func(hour float64) float64 {
		if hour < 1 || hour > 23 {
			return 1
		}
		return 0.05
	}
	for _, c := range []struct {
		name    string
		ms      []int64
		want    float64 // flows a day
		percent float64
	}{
		{"office day from midnight", draw(20_000, 0, 24, office), 20_000, 1},
		{"office day from noon", draw(20_000, 12, 36, office), 20_000, 1},
		{"flat", draw(20_000, 0, 24, flat), 20_000, 1},
		{"bursts at the ends", draw(20_000, 0, 24, ends), 20_000, 1},
		{"a flat hour", draw(5_000, 9.5, 10.5, flat), 120_000, 1},
		{"two office days", draw(20_000, 12, 60, office), 10_000, 1},
		{"a week between two days", append(draw(5_000, 0, 24, flat), draw(5_000, 192, 216, flat)...), 5_000, 1},
		{"a flow of another year", append(draw(20_000, 0, 24, office), midnight-400*dayMs), 20_000, 1},
		{"flows that an exporter had kept", append(draw(20_000, 9, 10, flat), draw(50, 0, 9, flat)...), 480_000, 2},
	} {
		got := FlowsPerDay(dataset.New(dataset.Int64Column(firstSeen, c.ms)))
		if math.Abs(got-c.want) > c.want*c.percent/100 {
			t.Errorf("%s: %.0f flows a day, want %.0f", c.name, got, c.want)
		}
	}
}
