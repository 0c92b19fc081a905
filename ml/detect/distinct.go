package detect

import (
	"math"
	"slices"
)

// distinct counts different items within each span in bounded memory: exactly below mostFew,
// estimated from there on. Its counts depend on nothing but the items that came within the span and
// the one before.
type distinct struct {
	few  []seen // the different items that came last, at most mostFew
	many *sketches
}

// seen is an item, half of its hash, and when it was seen last, in tenths of a second.
type seen struct{ item, at uint32 }

const mostFew = 16

// add returns how many ms ago the item came last, math.MaxInt64 if it is not among the mostFew that
// came last.
func (d *distinct) add(hash uint64, p *panes, ms int64) (gap int64) {
	gap = math.MaxInt64
	item, at := uint32(hash>>32), uint32(ms/100)
	if d.many != nil {
		d.many.add(item, p)
	}
	known := slices.IndexFunc(d.few, func(s seen) bool { return s.item == item })
	switch {
	case known >= 0:
		gap = int64(int32(at-d.few[known].at)) * 100
		d.few[known].at = at
	case len(d.few) < mostFew:
		d.few = append(d.few, seen{item, at})
	default:
		d.few[oldest(d.few)] = seen{item, at}
	}
	if d.many == nil && len(d.few) == mostFew && d.within(spans[len(spans)-1], at) == mostFew {
		d.many = newSketches(d.few, p, ms) // before an item is lost that they must hold
	}
	return gap
}

// oldest is the place of the item that came first.
func oldest(few []seen) (place int) {
	for i := range few {
		if int32(few[i].at-few[place].at) < 0 {
			place = i
		}
	}
	return place
}

// within is how many of the few were seen within a span.
func (d *distinct) within(span int64, at uint32) (n int) {
	for _, s := range d.few {
		if within(span, s.at, at) {
			n++
		}
	}
	return n
}

// within reports whether the time from one tenth of a second to another is at most that many ms.
func within(span int64, from, to uint32) bool { return int64(int32(to-from))*100 <= span }

// count is the number of different items within the k-th span.
func (d *distinct) count(k int, p *panes, ms int64) float64 {
	n := d.within(spans[k], uint32(ms/100))
	if n == mostFew && d.many != nil {
		return max(float64(n), d.many.count(k, p))
	}
	return float64(n)
}

// sketches holds two sketches for each span: of this pane and the one before, and of this pane.
// Panes of one span lie within those of the next, so that each sketch of this pane holds what that
// of a shorter span does.
type sketches struct {
	panes panes
	spans [len(spans)]struct{ now, both sketch }
}

// newSketches takes over the few items there were.
func newSketches(few []seen, p *panes, now int64) *sketches {
	s := &sketches{panes: *p}
	for k := range s.spans {
		s.spans[k].now, s.spans[k].both = emptySketch, emptySketch
	}
	for _, f := range few {
		m := markOf(f.item)
		ms := now + int64(int32(f.at-uint32(now/100)))*100 // the clock of tenths wraps
		for k, span := range spans {
			last := p[k] - floorDiv(ms, span/2)
			if last <= 0 {
				s.spans[k].now.add(m)
			}
			if last <= 1 {
				s.spans[k].both.add(m)
			}
		}
	}
	return s
}

func (s *sketches) pass(p *panes) {
	if s.panes == *p {
		return
	}
	for k := range s.spans {
		of := &s.spans[k]
		switch steps := p[k] - s.panes[k]; {
		case steps == 1:
			of.both, of.now = of.now, emptySketch
		case steps != 0:
			of.both, of.now = emptySketch, emptySketch
		}
	}
	s.panes = *p
}

func (s *sketches) add(item uint32, p *panes) {
	s.pass(p)
	m := markOf(item)
	for k := range s.spans {
		of := &s.spans[k]
		if !of.now.add(m) { // longer spans already hold it
			return
		}
		of.both.add(m)
	}
}

func (s *sketches) count(k int, p *panes) float64 {
	s.pass(p)
	return s.spans[k].both.count()
}
