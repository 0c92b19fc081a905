package detect

import (
	"fmt"
	"math"
	"slices"

	"flowbook/ml"
)

// Calibration is how the scores of the calibration flows were spread, and the promise made from
// them.
type Calibration struct {
	Flows       int       // how many there were; 0 for a model that was not calibrated
	Rate        float64   // promised share of ordinary flows above the threshold
	FlowsPerDay float64   // measured on the training file
	Edges       []float64 // rising scores that cut the calibration flows into about ten equal parts: up to nine
	Shares      []float64 // of the calibration flows: up to the first edge, up to the second …, above the last

	IncidentsPerDay float64 // promised instead of Rate; 0 if none were
	Percentile      float64 // Training's; 0 for 95
}

// AlarmsPerDay is how many ordinary flows a day the calibration promises to flag, at the training
// file's pace.
func (c Calibration) AlarmsPerDay() float64 { return c.Rate * c.FlowsPerDay }

func (c Calibration) check() error {
	switch {
	case c.Flows < 0 || !(c.Rate >= 0 && c.Rate <= 1) || !(c.FlowsPerDay >= 0) || math.IsInf(c.FlowsPerDay, 1) || !(c.IncidentsPerDay >= 0) ||
		!(c.Percentile >= 0 && c.Percentile <= 100):
		return fmt.Errorf("calibration of %d flows for a rate of %v, %v incidents a day, %v flows a day, percentile %v",
			c.Flows, c.Rate, c.IncidentsPerDay, c.FlowsPerDay, c.Percentile)
	case len(c.Edges) > 9 || !slices.IsSorted(c.Edges) || len(c.Edges) > 0 && len(c.Shares) != len(c.Edges)+1:
		return fmt.Errorf("calibration with edges %v, shares %v", c.Edges, c.Shares)
	}
	return nil
}

// TooFewError says that there are not enough calibration flows to promise so few alarms.
type TooFewError struct {
	Rate      float64 // asked for
	Flows     int     // there
	Incidents bool    // whether an alarm is an incident, not a flow
}

func (e *TooFewError) Error() string {
	unit := "a false-alarm rate"
	if e.Incidents {
		unit = "an incident rate"
	}
	return fmt.Sprintf("%d calibration flows cannot promise %s of %.3g: that takes %.0f", e.Flows, unit, e.Rate, math.Ceil(1/e.Rate)-1)
}

// ConformalThreshold is the smallest of the scores such that a new flow, if it comes from where the
// calibration flows came from, exceeds it with a chance of at most rate: the ceil((n+1)(1-rate))-th
// smallest of n (split conformal prediction: Papadopoulos and others, 2002; Lei and others, 2018).
// Attacks among the calibration flows only raise it.
func ConformalThreshold(scores []float64, rate float64) (float64, error) {
	if !(rate > 0 && rate < 1) {
		return 0, fmt.Errorf("a false-alarm rate of %v is not between 0 and 1", rate)
	}
	n := len(scores)
	// The margin keeps (n+1)(1-rate) from being lifted over a whole number by rounding.
	k := int(math.Ceil(float64(n+1)*(1-rate) - 1e-9))
	if k > n {
		return 0, &TooFewError{rate, n, false}
	}
	sorted := slices.Clone(scores)
	slices.Sort(sorted)
	return sorted[max(k, 1)-1], nil
}

// spread keeps in c how scores are spread. Where many scores tie there are fewer edges than nine.
func (c *Calibration) spread(scores []float64) {
	c.Edges = nil
	for p := 10.0; p < 100; p += 10 {
		if e := ml.Percentile(scores, p); len(c.Edges) == 0 || e > c.Edges[len(c.Edges)-1] {
			c.Edges = append(c.Edges, e)
		}
	}
	c.Shares = make([]float64, len(c.Edges)+1)
	for _, s := range scores {
		c.Shares[bin(c.Edges, s)] += 1 / float64(len(scores))
	}
}

// bin is the number of the first edge that is not below score.
func bin(edges []float64, score float64) int {
	i, _ := slices.BinarySearch(edges, score)
	return i
}

// Drift compares scores with those of the calibration by the population stability index over its
// tenths: 0 for the same spread; above 0.25, by the custom of credit scoring, where it comes from,
// the population has changed.
type Drift struct {
	edges, expected []float64
	counts          []int
	rows            int
}

// DriftLimit is the index above which scores are said to drift.
const DriftLimit = 0.25

// NewDrift begins a comparison; it is nil for a model that was not calibrated.
func (c Calibration) NewDrift() *Drift {
	if len(c.Edges) == 0 {
		return nil
	}
	return &Drift{edges: c.Edges, expected: c.Shares, counts: make([]int, len(c.Shares))}
}

// Add counts scores.
func (d *Drift) Add(scores []float64) {
	for _, s := range scores {
		d.counts[bin(d.edges, s)]++
	}
	d.rows += len(scores)
}

// Index is the population stability index of the scores added since the last call of Index. Half a
// flow is added to each bin on both sides, so that an empty one does not make it infinite.
func (d *Drift) Index() float64 {
	const half = 0.5
	var sum float64
	for i, share := range d.expected {
		e := max(share, half/float64(d.rows))
		got := (float64(d.counts[i]) + half) / (float64(d.rows) + half*float64(len(d.counts)))
		sum += (got - e) * math.Log(got/e)
	}
	clear(d.counts)
	d.rows = 0
	return sum
}
