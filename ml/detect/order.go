package detect

import (
	"math"
	"slices"

	"flowbook/ml/dataset"
)

// order measures how far flows are from an order of time, which windows of time need. A meter writes
// a flow when it ends, or half an hour after its beginning at the latest. So flows of one half-hour
// may come in any order, as those of the synthetic day do; that is no disorder.
type order struct {
	rows   int64
	last   int64   // when the flow before began, in ms
	travel float64 // from flow to flow, back and forth, in ms
	stride int64   // every stride-th flow is in sample
	sample []int64
}

// mostOfOrder is how many flows a sample has at most, and fewestOfOrder how many flows it takes to
// tell disorder from chance.
const (
	mostOfOrder   = 4096
	fewestOfOrder = 1000
)

// leastOfOrder is how far apart in time, in ms, any two flows must be in the mean for disorder to be
// told from a meter's: those of half an hour are 10 minutes apart.
const leastOfOrder = 600_000

// shuffled is the disorder from which on flows count as shuffled; of flows in random order it is
// 1, give or take 0.03 for the fewest.
const shuffled = 0.75

func (o *order) add(flows *dataset.Frame) {
	o.stride = max(o.stride, 1)
	for _, ms := range flows.Int64s(firstSeen) {
		if o.rows > 0 {
			o.travel += math.Abs(float64(ms - o.last))
		}
		if o.last = ms; o.rows%o.stride == 0 {
			if len(o.sample) == mostOfOrder {
				for i := range mostOfOrder / 2 {
					o.sample[i] = o.sample[2*i]
				}
				o.sample, o.stride = o.sample[:mostOfOrder/2], 2*o.stride
			}
			o.sample = append(o.sample, ms)
		}
		o.rows++
	}
}

// disorder is the mean distance in time of two neighbours over that of any two flows (Gini's mean
// difference): 0 for flows in order, 1 for flows in random order. Of too few flows, or of too short
// a time, it is 0.
func (o *order) disorder() float64 {
	if o.rows < fewestOfOrder {
		return 0
	}
	slices.Sort(o.sample)
	n := float64(len(o.sample))
	sum := 0.0
	for i, ms := range o.sample {
		sum += float64((2*float64(i) - n + 1) * float64(ms-o.sample[0]))
	}
	mean := 2 * sum / (n * (n - 1))
	if mean < leastOfOrder {
		return 0
	}
	return o.travel / float64(o.rows-1) / mean
}

func (o *order) shuffled() bool { return o.disorder() > shuffled }
