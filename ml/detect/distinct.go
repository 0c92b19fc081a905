package detect

import "github.com/axiomhq/hyperloglog"

// distinct counts different items within each span in bounded memory: exactly while there are few,
// by HyperLogLog (Flajolet and others, 2007) beyond.
type distinct struct {
	few  []seen
	many *sketches
}

// seen is an item and when it was seen last, in tenths of a second.
type seen struct{ item, at uint32 }

const (
	mostFew   = 16
	precision = 8 // 256 registers: a deviation of 6.5 %
)

func (d *distinct) add(item uint64, p *panes, at uint32) {
	if d.many != nil {
		d.many.add(item, p)
		return
	}
	short := uint32(item >> 32)
	oldest := -1
	for i := range d.few {
		if d.few[i].item == short {
			d.few[i].at = at
			return
		}
		if int64(int32(at-d.few[i].at))*100 > spans[len(spans)-1] {
			oldest = i
		}
	}
	switch {
	case oldest >= 0:
		d.few[oldest] = seen{short, at}
	case len(d.few) < mostFew:
		d.few = append(d.few, seen{short, at})
	default:
		d.many = newSketches(d.few, p, at)
		d.few = nil
		d.many.add(item, p)
	}
}

// count writes the number of different items within each span.
func (d *distinct) count(counts *[len(spans)]float64, p *panes, at uint32) {
	*counts = [len(spans)]float64{}
	if d.many != nil {
		d.many.count(counts, p)
		return
	}
	for _, s := range d.few {
		age := int64(int32(at-s.at)) * 100
		for k := range spans {
			if age <= spans[k] {
				counts[k]++
			}
		}
	}
}

// sketches holds two sketches for each span: one that began with the pane before, one with this
// pane.
type sketches struct {
	panes panes
	spans [len(spans)]struct {
		before, now sketch
	}
}

// sketch remembers its estimate, which takes a pass over all registers, until it has grown by a few
// hundredths.
type sketch struct {
	*hyperloglog.Sketch
	added, since int
	estimate     float64
}

func (s *sketch) add(item uint64) {
	if s.Sketch == nil {
		s.Sketch, _ = hyperloglog.NewSketch(precision, false) // fails for other precisions only
	}
	s.InsertHash(item)
	s.since++
}

func (s *sketch) count() float64 {
	if s.Sketch == nil {
		return 0
	}
	if s.added == 0 || s.since*8 > s.added {
		s.estimate, s.added, s.since = float64(s.Estimate()), s.added+s.since, 0
	}
	return s.estimate
}

// newSketches takes over the few items there were. Of their hashes only the upper half is known.
func newSketches(few []seen, p *panes, at uint32) *sketches {
	s := &sketches{panes: *p}
	for _, f := range few {
		item := mix64(uint64(f.item)) // the lower half stands in for the one that was not kept
		item = uint64(f.item)<<32 | item>>32
		age := int64(int32(at-f.at)) * 100
		for k := range spans {
			if age <= spans[k] {
				s.spans[k].before.add(item)
			}
			if age <= spans[k]/4 {
				s.spans[k].now.add(item)
			}
		}
	}
	return s
}

func (s *sketches) pass(p *panes) {
	for k := range s.spans {
		switch steps := p[k] - s.panes[k]; {
		case steps == 1:
			s.spans[k].before, s.spans[k].now = s.spans[k].now, sketch{}
		case steps > 1 || steps < 0:
			s.spans[k].before, s.spans[k].now = sketch{}, sketch{}
		}
	}
	s.panes = *p
}

func (s *sketches) add(item uint64, p *panes) {
	s.pass(p)
	for k := range s.spans {
		s.spans[k].before.add(item)
		s.spans[k].now.add(item)
	}
}

func (s *sketches) count(counts *[len(spans)]float64, p *panes) {
	s.pass(p)
	for k := range s.spans {
		counts[k] = s.spans[k].before.count()
	}
}
