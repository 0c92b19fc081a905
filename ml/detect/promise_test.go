package detect

import (
	"math/rand/v2"
	"slices"
	"testing"

	"flowbook/ml/dataset"
)

// office is how many flows come in each hour of an office's day, from midnight on, in no unit.
var office = [24]float64{1, 1, 1, 1, 1, 2, 4, 10, 30, 45, 50, 50, 40, 45, 50, 50, 45, 30, 12, 6, 4, 3, 2, 1}

// days are n flows a day for two days that begin at that hour: hour by hour as of says, and burst
// flows of each day in its first and in its last minute.
func days(n, burst, begin int, of [24]float64, seed uint64) *dataset.Frame {
	random := rand.New(rand.NewPCG(seed, 7))
	var sum float64
	for _, v := range of {
		sum += v
	}
	var ms []int64
	for day := range int64(2) {
		from := 1_767_225_600_000 + day*dayMs + int64(begin)*hourMs // 2026-01-01 00:00 UTC
		for range burst {
			ms = append(ms, from+random.Int64N(60_000), from+dayMs-1-random.Int64N(60_000))
		}
		for range n - 2*burst {
			at, hour := random.Float64()*sum, 0
			for at >= of[hour] {
				at -= of[hour]
				hour++
			}
			ms = append(ms, from+int64((hour-begin+24)%24)*hourMs+random.Int64N(hourMs))
		}
	}
	slices.Sort(ms)
	return flows(2*n, 0, 0, seed).With(dataset.Int64Column(firstSeen, ms))
}

// TestPromiseOnOfficeDays: a detector that has learnt from one day raises on the next one, which is
// like it, 0.7 to 1.5 of the alarms that it promised. 160 are promised: chance moves their number by
// a twelfth, and the threshold, which is chosen by as many, by another.
func TestPromiseOnOfficeDays(t *testing.T) {
	if testing.Short() {
		t.Skip("learns from four days of 16,000 flows; run without -short")
	}
	const n, promised = 16_000, 160
	flat := [24]float64{}
	for h := range flat {
		flat[h] = 1
	}
	for _, c := range []struct {
		name         string
		burst, begin int
		of           [24]float64
	}{
		{"office from midnight", 0, 0, office},
		{"office from noon", 0, 12, office},
		{"flat", 0, 0, flat},
		{"bursts at the ends", n / 20, 0, flat},
	} {
		t.Run(c.name, func(t *testing.T) {
			both := days(n, c.burst, c.begin, c.of, 3)
			m, report, err := Train(t.Context(), Training{Kind: "ensemble", Flows: both.Slice(0, n), Seed: 1, AlarmsPerDay: promised})
			if err != nil {
				t.Fatal(err)
			}
			scores := m.Score(both)[n:]
			got := float64(above(scores, m.Threshold)) / promised
			t.Logf("%.2f of the alarms promised; a pace of %.0f flows a day", got, m.Calibration.FlowsPerDay)
			if got < 0.7 || got > 1.5 {
				t.Errorf("%.2f of the alarms promised, pace %.0f, widened %v", got, m.Calibration.FlowsPerDay, report.Widened)
			}
			threshold, err := report.Calibrated.IncidentThreshold(promised/m.Calibration.FlowsPerDay, 0.05)
			if err != nil {
				t.Fatal(err)
			}
			got = float64(ScoredFrom(both, n, scores).Incidents(threshold)) / promised
			t.Logf("%.2f of the incidents promised, %d flows", got, above(scores, threshold))
			if got < 0.7 || got > 1.5 {
				t.Errorf("%.2f of the incidents promised", got)
			}
		})
	}
}
