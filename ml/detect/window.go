package detect

// A flood, a scan, a guessing of passwords shows less in any one flow than in how many there are: so each flow is also
// described by its company, the flows that share a host with it within a window of time.

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

// A party is a source, a destination or a pair within one window; it and what is seen at it are packed into one number
// each, because a block counts hundreds of thousands of them. Hosts and windows are numbered within a block.
const (
	hostBits   = 15 // a block has at most 2*Block hosts
	windowBits = 15 // and at most 2*Block windows with a flow in them
	portBits   = 16

	aSource      = uint64(0)
	aDestination = uint64(1)
	aPair        = uint64(2)
)

func party(kind uint64, window, first, second int32) uint64 {
	return ((kind<<windowBits|uint64(window))<<hostBits|uint64(first))<<hostBits | uint64(second)
}

// counter counts flows and distinct things by party, within the windows of one length.
type counter struct {
	flows    map[uint64]int32
	distinct [4]map[uint64]int32 // targets and ports of a source, sources of a destination, ports of a pair
	seen     [4]map[uint64]struct{}
}

func newCounter() *counter {
	c := &counter{flows: map[uint64]int32{}}
	for i := range c.seen {
		c.distinct[i], c.seen[i] = map[uint64]int32{}, map[uint64]struct{}{}
	}
	return c
}

func (c *counter) note(which int, p uint64, thing int32) {
	before := len(c.seen[which])
	if c.seen[which][p<<portBits|uint64(thing)] = struct{}{}; len(c.seen[which]) > before {
		c.distinct[which][p]++
	}
}

// company counts, for each flow of a block and each length, the counts of companyNames, in that order. Hosts are given
// by their numbers in the block. Windows begin at multiples of half their length and so overlap by half; a flow has the
// fuller one of the two that it lies in.
func company(ms []int64, source, destination, port []int32) [][]float64 {
	out := make([][]float64, len(ms))
	for i := range out {
		out[i] = make([]float64, 0, len(windows)*len(companyNames))
	}
	for _, length := range windows {
		number := map[int64]int32{}
		at := make([][2]int32, len(ms)) // the numbers of each flow's two windows
		for i, t := range ms {
			for k := range at[i] {
				w := t/(length/2) - int64(k)
				n, ok := number[w]
				if !ok {
					n = int32(len(number))
					number[w] = n
				}
				at[i][k] = n
			}
		}
		c := newCounter()
		for i, both := range at {
			for _, w := range both {
				of, to := party(aSource, w, source[i], 0), party(aDestination, w, destination[i], 0)
				pair := party(aPair, w, source[i], destination[i])
				c.flows[of]++
				c.flows[to]++
				c.flows[pair]++
				c.note(0, of, destination[i])
				c.note(1, of, port[i])
				c.note(2, to, source[i])
				c.note(3, pair, port[i])
			}
		}
		for i, both := range at {
			var most [len(companyNames)]int32
			for _, w := range both {
				of, to := party(aSource, w, source[i], 0), party(aDestination, w, destination[i], 0)
				pair := party(aPair, w, source[i], destination[i])
				for k, n := range [...]int32{c.flows[of], c.distinct[0][of], c.distinct[1][of], c.flows[to], c.distinct[2][to],
					c.flows[pair], c.distinct[3][pair]} {
					most[k] = max(most[k], n)
				}
			}
			for _, n := range most {
				out[i] = append(out[i], float64(n))
			}
		}
	}
	return out
}
