package detect

import (
	"iter"
	"slices"

	"flowbook/ml/dataset"
)

const (
	hourMs = 3_600_000
	dayMs  = 24 * hourMs
)

// FlowsPerDay is the pace of flows: for each hour of the day (UTC) that the flows cover, how many
// came in it; hours and parts of hours that they do not cover count as the mean of the others.
// Covered is the time between the first flow and the last, without pauses of more than a day or of
// more than half the time, and without stragglers.
func FlowsPerDay(flows *dataset.Frame) float64 {
	ms := slices.Clone(flows.Int64s(firstSeen))
	slices.Sort(ms)
	var count, time [24]float64
	for part := range segments(ms) {
		for _, t := range part[1:] { // n flows have n-1 gaps
			count[hourOfDay(t)]++
		}
		first, last := part[0], part[len(part)-1]
		for t := first; t < last; {
			next := min((floorDiv(t, hourMs)+1)*hourMs, last)
			time[hourOfDay(t)] += float64(next - t)
			t = next
		}
	}
	var all, total, pace float64
	for h := range count {
		all += count[h]
		total += time[h]
	}
	if total == 0 {
		return float64(len(ms)) * dayMs
	}
	for h := range count {
		if time[h] >= hourMs {
			pace += count[h] * hourMs / time[h]
		} else {
			pace += count[h] + all/total*(hourMs-time[h])
		}
	}
	return pace
}

// covered is the time, in ms, that flows of these times cover.
func covered(times []int64) (sum int64) {
	ms := slices.Clone(times)
	slices.Sort(ms)
	for part := range segments(ms) {
		sum += part[len(part)-1] - part[0]
	}
	return sum
}

// Between is when the first and the last of flows began, in ms since 1970.
func Between(flows *dataset.Frame) (first, last int64) {
	ms := flows.Int64s(firstSeen)
	return slices.Min(ms), slices.Max(ms)
}

func hourOfDay(ms int64) int64 { return floorDiv(ms, hourMs) - floorDiv(ms, dayMs)*24 }

// segments cuts sorted times at their pauses.
func segments(ms []int64) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		for from := 0; from < len(ms); {
			to := from + 1
			for to < len(ms) && ms[to]-ms[to-1] <= dayMs {
				to++
			}
			if !halves(body(ms[from:to]), yield) {
				return
			}
			from = to
		}
	}
}

// halves cuts sorted times, of which there is one, at a pause of more than half of their span, and
// what is left of them likewise.
func halves(ms []int64, yield func([]int64) bool) bool {
	longest, at := int64(0), 0
	for i := 1; i < len(ms); i++ {
		if pause := ms[i] - ms[i-1]; pause > longest {
			longest, at = pause, i
		}
	}
	if longest > (ms[len(ms)-1]-ms[0])/2 {
		return halves(ms[:at], yield) && halves(ms[at:], yield)
	}
	return yield(ms)
}

// body is sorted times without the few that lie far off the rest, as those of flows that an
// exporter had kept for hours: the first and the last hundredth, if it comes five hundred times as
// seldom as the rest. The quietest hour of a night comes fifty times as seldom as the busiest of
// the day.
func body(ms []int64) []int64 {
	const share, seldom = 100, 500
	n := len(ms) / share
	if n == 0 {
		return ms
	}
	rest := ms[n : len(ms)-n]
	usual := float64(rest[len(rest)-1]-rest[0]+1) / float64(len(rest))
	from, to := 0, len(ms)
	if float64(rest[0]-ms[0])/float64(n) > seldom*usual {
		from = n
	}
	if float64(ms[to-1]-rest[len(rest)-1])/float64(n) > seldom*usual {
		to -= n
	}
	return ms[from:to]
}
