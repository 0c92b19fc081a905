package detect

// spans are the lengths of time, in ms, within which behaviour is counted: a burst, a minute, and
// the slow ones.
var spans = [...]int64{10_000, 60_000, 600_000, 3_600_000}

// spanNames stand in features' names.
var spanNames = [len(spans)]string{"10s", "60s", "600s", "3600s"}

// Time is cut into panes of half a span. The count of a span is the count of this pane and
// in the one before: a window between half and all of the span that ends with the flow at hand. It
// needs two numbers, forgets exactly, and so is the same wherever a stream began more than a span
// ago.

// panes are the numbers of the panes, one for each span, that a moment lies in.
type panes [len(spans)]int64

func panesAt(ms int64) (p panes) {
	for k, span := range spans {
		p[k] = floorDiv(ms, span/2)
	}
	return p
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// stale is how many panes of the longest span a clock may run back: flows are written when they
// end, so one that began half an hour before may come late. A clock further back has been set, or
// another capture begins.
const stale = 2

// tally is an amount in this pane and the one before, for each span.
type tally [len(spans)]struct{ before, now float32 }

func (t *tally) add(v float32) {
	for k := range t {
		t[k].now += v
	}
}

// of is the amount within the k-th span.
func (t *tally) of(k int) float64 { return float64(t[k].before) + float64(t[k].now) }

// pass moves the k-th span on by that many panes.
func (t *tally) pass(k int, steps int64) {
	switch {
	case steps == 1:
		t[k].before, t[k].now = t[k].now, 0
	case steps != 0:
		t[k].before, t[k].now = 0, 0
	}
}
