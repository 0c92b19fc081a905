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

// moment holds the values of a flow that one party counts.
type moment struct {
	ms     int64
	panes  panes
	failed float32 // 1 if nothing came back but a refusal
	sent   float32 // bytes
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
	e.touch(f)
	return e
}
