package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"flowbook/ml/dataset"
)

// Scored is flows of a frame with their scores.
type Scored struct {
	Flows  *dataset.Frame
	Rows   []int     // of Flows, rising
	Scores []float64 // of these rows
}

// ScoredFrom is the scores of a frame's rows from row first on.
func ScoredFrom(flows *dataset.Frame, first int, scores []float64) Scored {
	rows := make([]int, len(scores))
	for i := range rows {
		rows[i] = first + i
	}
	return Scored{flows, rows, scores}
}

// and is the flows of s and then those of later, which are of the same frame.
func (s Scored) and(later Scored) Scored {
	return Scored{s.Flows, slices.Concat(s.Rows, later.Rows), slices.Concat(s.Scores, later.Scores)}
}

// Incidents is how many incidents the flows above the threshold make.
func (s Scored) Incidents(threshold float64) int { return s.incidents(threshold, false) }

// incidents counts those of the flows above the threshold, or of those that reach it.
func (s Scored) incidents(threshold float64, reach bool) int {
	n := 0
	all := Incidents{Ended: func(Incident) error { n++; return nil }}
	for i, v := range s.Scores {
		if v > threshold || reach && v == threshold {
			// Neither call can fail: Ended does not.
			_ = all.Add(&Finding{Score: v, Flow: FlowOf(s.Flows, s.Rows[i])})
		}
	}
	_ = all.Close()
	return n
}

// IncidentThreshold is a score, found by doubling, such that ordinary flows which come as these
// came make at most rate incidents a flow: even with those that only reach it, these make no more
// (in the manner of conformal risk control: Angelopoulos and others, 2022; the risk is incidents).
// Fifty flows of one host that are alike are one incident, so a cluster, whose size cannot be
// predicted, counts once. At most the share most of the flows lies above the threshold: where the
// whole network is a few incidents, a lower one makes no more of them.
//
// The search doubles the number of flows until they make too many incidents, and then halves the
// last step. A lower score may keep the promise, too, as more flows can join two incidents.
func (s Scored) IncidentThreshold(rate, most float64) (float64, error) {
	if !(rate > 0 && rate < 1) {
		return 0, fmt.Errorf("an incident rate of %v a flow is not between 0 and 1", rate)
	}
	n := len(s.Scores)
	// The margin keeps a whole number from being pressed below itself by rounding.
	allowed := int(math.Floor(float64(n+1)*rate + 1e-9))
	if allowed == 0 {
		return 0, &TooFewError{rate, n, true}
	}
	sorted := slices.SortedFunc(slices.Values(s.Scores), func(a, b float64) int { return cmp.Compare(b, a) })
	keeps := func(k int) bool { return s.incidents(sorted[k-1], true) <= allowed }
	// One flow is one incident, so the first step keeps the promise unless many scores tie.
	good, bad := 0, max(1, int(float64(n)*most))+1
	for k := 1; k < bad; k *= 2 {
		if !keeps(k) {
			bad = k
			break
		}
		good = k
	}
	for bad-good > 1 {
		if k := (good + bad) / 2; keeps(k) {
			good = k
		} else {
			bad = k
		}
	}
	return sorted[max(good, 1)-1], nil
}
