package detect

import "math"

// party is the behaviour of a host, a pair of hosts, a network, a port …: how many flows it took
// part in, how many of them came to nothing, how much it sent, and how many different partners it
// had.
type party struct {
	panes               panes
	flows, failed, sent tally
	sets                [2]distinct
	rhythm              rhythm
}

// touch moves the party's windows on to the flow's time. A flow that comes late counts in the
// present panes.
func (e *party) touch(f *moment) {
	last := len(spans) - 1
	if back := e.panes[last] - f.panes[last]; back > stale || -back > 2 {
		*e = party{panes: f.panes}
		return
	}
	for k := range spans {
		steps := f.panes[k] - e.panes[k]
		if steps <= 0 {
			continue
		}
		e.flows.pass(k, steps)
		e.failed.pass(k, steps)
		e.sent.pass(k, steps)
		e.panes[k] = f.panes[k]
	}
}

// moment holds what the parties to a flow count of it. Names and addresses are hashes.
type moment struct {
	ms                       int64
	panes                    panes
	failed                   float32 // 1 if nothing came back but a refusal
	sent                     float32 // bytes
	source, destination      address
	pair, port, domain, name uint64
}

// party is the key of the flow's party in a role; 0 for no domain, and for port 0 of protocol 0.
func (f *moment) party(role int) uint64 {
	switch role {
	case bySource:
		return f.source.host
	case byDestination:
		return f.destination.host
	case byPair:
		return f.pair
	case bySourceNet:
		return f.source.net
	case byDestinationNet:
		return f.destination.net
	case byPort:
		return f.port
	default:
		return f.domain
	}
}

// items are what that party counts distinct.
func (f *moment) items(role int) [2]uint64 {
	switch role {
	case bySource:
		return [2]uint64{f.destination.host, f.port}
	case byDestination:
		return [2]uint64{f.source.host, f.port}
	case byPair:
		return [2]uint64{f.port}
	case bySourceNet:
		return [2]uint64{f.destination.host}
	case byDestinationNet, byPort:
		return [2]uint64{f.source.host, f.destination.host}
	default:
		return [2]uint64{f.name}
	}
}

// rhythm is how regularly something comes: the mean of the last gaps and of their deviation, with
// exponential decay.
type rhythm struct {
	last      int64
	gaps      float32
	mean, off float32
}

const rhythmMemory = 16 // gaps

// beat takes the time of an event and returns its regularity: 0 for gaps that vary as those of
// chance do or that are few, up to log1p(rhythmMemory) for many equal ones.
func (r *rhythm) beat(ms int64) float64 {
	gap := float32(ms - r.last)
	first := r.last == 0
	r.last = ms
	if first || gap < 0 || gap < 500 { // what comes within one action has no rhythm
		return r.regularity()
	}
	r.gaps = min(r.gaps+1, rhythmMemory)
	r.mean += (gap - r.mean) / r.gaps
	r.off += (float32(math.Abs(float64(gap-r.mean))) - r.off) / r.gaps
	return r.regularity()
}

func (r *rhythm) regularity() float64 {
	if r.gaps < 4 {
		return 0
	}
	// Exponential gaps deviate from their mean by 2/e of it in the mean.
	even := 1 - float64(r.off/r.mean)/(2/math.E)
	return max(0, even) * math.Log1p(float64(r.gaps))
}

// parties is a table of bounded size: when the younger half is full, the older half, whose entries
// were not touched since it was the younger one, is dropped.
type parties struct {
	young, old map[uint64]*party
}

// mostParties bounds each half of a table.
const mostParties = 1 << 15

func newParties() *parties { return &parties{young: map[uint64]*party{}} }

// of is the party of that key; its windows stand where they stood.
func (t *parties) of(key uint64, f *moment) *party {
	e := t.young[key]
	if e == nil {
		if len(t.young) >= mostParties {
			t.old, t.young = t.young, make(map[uint64]*party, mostParties)
		}
		if e = t.old[key]; e == nil {
			e = &party{panes: f.panes}
		}
		t.young[key] = e
	}
	return e
}
