package detect

// A flood, a scan, a guessing of passwords shows less in any one flow than in how many there are: so each flow is also
// described by its company, the flows that share a host with it within a window of time.

// windows are the lengths of time, in ms, within which company is counted.
var windows = [...]int64{1000, 10_000, 60_000}

// companyNames are the counts for one window.
var companyNames = []string{
	"flows_of_source",        // flows with the same source
	"targets_of_source",      // distinct destinations among them
	"ports_of_source",        // distinct destination ports among them
	"flows_to_destination",   // flows with the same destination
	"sources_of_destination", // distinct sources among them
	"flows_of_pair",          // flows with the same source and destination
	"ports_of_pair",          // distinct destination ports among them
}

// party is a host, or a pair of hosts, within one window; kind keeps sources, destinations and pairs apart.
type party struct {
	kind        int8
	first, then int32 // numbers of the hosts; then is -1 for a single host
	window      int64
}

// member is a distinct thing seen at a party.
type member struct {
	party
	what int8
	id   int32
}

// company counts, for each flow of a block and each window, the counts of companyNames. Hosts are given by numbers.
// Windows begin at multiples of half their length and overlap by half; a flow takes the fuller one of its two.
func company(ms []int64, source, destination []int32, port []int32) [][]float64 {
	out := make([][]float64, len(ms))
	for i := range out {
		out[i] = make([]float64, 0, len(windows)*len(companyNames))
	}
	for _, length := range windows {
		flows, distinct := map[party]int32{}, map[party]*[2]int32{}
		seen := map[member]bool{}
		note := func(p party, what int8, id int32) {
			m := member{p, what, id}
			if seen[m] {
				return
			}
			seen[m] = true
			d := distinct[p]
			if d == nil {
				d = new([2]int32)
				distinct[p] = d
			}
			d[what]++
		}
		half := length / 2
		parties := func(i int, w int64) (of, to, pair party) {
			return party{0, source[i], -1, w}, party{1, destination[i], -1, w}, party{2, source[i], destination[i], w}
		}
		for i, t := range ms {
			for w := t/half - 1; w <= t/half; w++ {
				of, to, pair := parties(i, w)
				flows[of]++
				flows[to]++
				flows[pair]++
				note(of, 0, destination[i])
				note(of, 1, port[i])
				note(to, 0, source[i])
				note(pair, 1, port[i])
			}
		}
		for i, t := range ms {
			var best [7]int32
			for w := t/half - 1; w <= t/half; w++ {
				of, to, pair := parties(i, w)
				for k, n := range [7]int32{flows[of], distinct[of][0], distinct[of][1], flows[to], distinct[to][0], flows[pair], distinct[pair][1]} {
					best[k] = max(best[k], n)
				}
			}
			for _, n := range best {
				out[i] = append(out[i], float64(n))
			}
		}
	}
	return out
}
