package detect

import (
	"math"
	"slices"
	"sync"
)

// A flood, a scan, a guessing of passwords shows less in any one flow than in how many there are:
// so each flow is also described by its company, the flows that share a host with it within a
// window of time.

// windows are the lengths of time, in ms, within which company is counted.
var windows = [...]int64{1000, 10_000, 60_000}

// companyNames are the counts for one window.
var companyNames = [...]string{
	"flows_of_source",        // flows with the same source
	"targets_of_source",      // distinct destinations among them
	"ports_of_source",        // distinct destination ports among them
	"flows_to_destination",   // flows with the same destination
	"sources_of_destination", // distinct sources among them
	"flows_of_pair",          // flows with the same source and destination
	"ports_of_pair",          // distinct destination ports among them
}

// companyCounts is how many counts a flow has.
const companyCounts = len(windows) * len(companyNames)

// company counts for one block after the other; it reuses its allocations. Windows begin at
// multiples of half their length and so overlap by half; a flow has the fuller one of the two that
// it lies in. That needs no table of windows: when the flows of one host are sorted by time, each
// half is a run of them, and a window is a run and the next one, if that is the next half.
type company struct {
	halves [len(windows)][]int64 // each flow's half of a window of each length
	counts []int32               // companyCounts a flow: those of companyNames for each length

	orders [4][]int32 // flows by time, by source, by destination, by pair; equal ones by time
	places []int32    // of sort
	seen   []int32    // by host or port: the last window that had it
	window int32
}

// count returns companyCounts numbers a flow, which the next call overwrites. Hosts are numbers
// below hosts.
func (c *company) count(ms []int64, source, destination, port []int32, hosts int) []int32 {
	for k, length := range windows {
		c.halves[k] = slices.Grow(c.halves[k][:0], len(ms))[:len(ms)]
		for i, t := range ms {
			c.halves[k][i] = t / (length / 2)
		}
	}
	c.counts = slices.Grow(c.counts[:0], len(ms)*companyCounts)[:len(ms)*companyCounts]
	if n := max(hosts, 1<<16); len(c.seen) < n {
		c.seen = make([]int32, n)
	}
	clear(c.seen)
	c.window = 0

	c.sortByTime(ms)
	byTime, bySource, byDestination, byPair := c.orders[0], &c.orders[1], &c.orders[2], &c.orders[3]
	c.sort(bySource, byTime, source, hosts)
	c.sort(byDestination, byTime, destination, hosts)
	c.sort(byPair, *byDestination, source, hosts)
	same := func(host []int32) func(a, b int32) bool {
		return func(a, b int32) bool { return host[a] == host[b] }
	}
	c.parties(*bySource, same(source), 0, destination, port)
	c.parties(*byDestination, same(destination), 3, source)
	c.parties(*byPair, func(a, b int32) bool { return source[a] == source[b] && destination[a] == destination[b] }, 5, port)
	return c.counts
}

// sortByTime puts the flows into the first of the orders, by counting the digits of their times
// from the last digit on.
func (c *company) sortByTime(ms []int64) {
	const bits = 11
	a, b := c.orders[0][:0], slices.Grow(c.orders[1][:0], len(ms))[:len(ms)]
	for i := range ms {
		a = append(a, int32(i))
	}
	if len(ms) > 0 {
		first, last := slices.Min(ms), slices.Max(ms)
		for shift := 0; shift < 64 && (uint64(last)-uint64(first))>>shift > 0; shift += bits {
			var places [1<<bits + 1]int32
			digit := func(i int32) uint64 { return (uint64(ms[i]) - uint64(first)) >> shift & (1<<bits - 1) }
			for _, i := range a {
				places[digit(i)+1]++
			}
			for d := range 1 << bits {
				places[d+1] += places[d]
			}
			for _, i := range a {
				p := &places[digit(i)]
				b[*p] = i
				*p++
			}
			a, b = b, a
		}
	}
	c.orders[0], c.orders[1] = a, b
}

// sort puts flows, which are in some order, into to by their key, equal ones in the order that they
// had.
func (c *company) sort(to *[]int32, flows, key []int32, keys int) {
	c.places = slices.Grow(c.places[:0], keys+1)[:keys+1]
	clear(c.places)
	for _, i := range flows {
		c.places[key[i]+1]++
	}
	for k := range keys {
		c.places[k+1] += c.places[k]
	}
	*to = slices.Grow((*to)[:0], len(flows))[:len(flows)]
	for _, i := range flows {
		p := &c.places[key[i]]
		(*to)[*p] = i
		*p++
	}
}

// parties cuts flows, sorted by party and time, into parties, and counts for each of them: the
// flows go to that count of companyNames that first tells, the distinct things of each kind to the
// next ones.
func (c *company) parties(flows []int32, same func(a, b int32) bool, first int, things ...[]int32) {
	for from := 0; from < len(flows); {
		to := from + 1
		for to < len(flows) && same(flows[from], flows[to]) {
			to++
		}
		for k := range windows {
			c.party(flows[from:to], c.halves[k], k*len(companyNames)+first, things)
		}
		from = to
	}
}

// party counts for the flows of one party, sorted by time, in windows of one length.
func (c *company) party(flows []int32, half []int64, first int, things [][]int32) {
	const most = 3
	var before [most]int32 // counts of the window that the run before begins
	runEnd := func(from int) int {
		to := from
		for to < len(flows) && half[flows[to]] == half[flows[from]] {
			to++
		}
		return to
	}
	for from, to := 0, runEnd(0); from < len(flows); {
		next, end := to, to // of the next run, of the window
		if to < len(flows) {
			next = runEnd(to)
			if half[flows[to]] == half[flows[from]]+1 {
				end = next
			}
		}
		if from > 0 && half[flows[from-1]] != half[flows[from]]-1 {
			before = [most]int32{}
		}
		window := [most]int32{int32(end - from)}
		for k, thing := range things {
			window[1+k] = c.distinct(flows[from:end], thing)
		}
		for _, i := range flows[from:to] {
			counts := c.counts[int(i)*companyCounts+first:]
			for k := range 1 + len(things) {
				counts[k] = max(window[k], before[k])
			}
		}
		before, from, to = window, to, next
	}
}

// distinct is how many different things the flows have.
func (c *company) distinct(flows, thing []int32) int32 {
	if len(flows) == 1 {
		return 1
	}
	c.window++
	n := int32(0)
	for _, i := range flows {
		if at := &c.seen[thing[i]]; *at != c.window {
			*at = c.window
			n++
		}
	}
	return n
}

// logs holds the logarithm that features are made with, log1p, of the numbers that come most often:
// the small whole ones.
type logs []float64

var theLogs = sync.OnceValue(func() logs {
	l := make(logs, Block+1) // no count of company is larger
	for n := range l {
		l[n] = math.Log1p(float64(n))
	}
	return l
})

// of is log1p of v, or of 0 if v is negative.
func (l logs) of(v float64) float64 {
	if n := int(v); uint(n) < uint(len(l)) && float64(n) == v {
		return l[n]
	}
	return math.Log1p(max(v, 0))
}
