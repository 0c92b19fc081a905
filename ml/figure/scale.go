package figure

import "math"

// scale maps values of one axis to pixels.
type scale struct {
	lo, hi float64
	log    bool
	p0, p1 float64 // pixels of lo and hi
}

// of returns the pixel of v.
func (s scale) of(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		v, lo, hi = math.Log10(v), math.Log10(lo), math.Log10(hi)
	}
	return s.p0 + (v-lo)/(hi-lo)*(s.p1-s.p0)
}

// shows tells whether v lies between the ends of the axis.
func (s scale) shows(v float64) bool { return v >= s.lo && v <= s.hi }

// limit takes over the ends that the caller has set.
func (s *scale) limit(ends *[2]float64) {
	if ends != nil && ends[0] < ends[1] && usable(ends[0], s.log) && usable(ends[1], s.log) {
		s.lo, s.hi = ends[0], ends[1]
	}
}

// margin is the part of the data's range left free at each end, matplotlib's
// axes.xmargin.
const margin = 0.05

// fit returns the range of an axis that shows the values of s: widened where
// they are all equal, with margins, except below floor and for tight marks.
// It is 0 to 1 (1 to 10) where there are no values.
func fit(s span, log, floor, tight bool) (lo, hi float64) {
	if s.empty() {
		if log {
			return 1, 10
		}
		return 0, 1
	}
	if log {
		return fitLog(s)
	}
	lo, hi = s.lo, s.hi
	if tight {
		return lo, hi
	}
	if hi-lo <= 1e-12*math.Max(math.Abs(lo), math.Abs(hi)) {
		d := float64(0.05 * math.Max(math.Abs(lo), math.Abs(hi)))
		if d == 0 {
			d = 0.05
		}
		if !floor || lo != 0 {
			lo -= d
		}
		hi += d
	}
	d := float64((hi - lo) * margin)
	below, above := lo-d, hi+d
	if floor && lo == 0 {
		below = 0
	}
	if floor && hi == 0 {
		above = 0
	}
	return below, above
}

func fitLog(s span) (lo, hi float64) {
	a, b := math.Log10(s.lo), math.Log10(s.hi)
	if b-a < 1e-6 {
		a, b = a-0.5, b+0.5
	}
	d := float64((b - a) * margin)
	return math.Pow(10, math.Max(a-d, -307)), math.Pow(10, math.Min(b+d, 308))
}

// axes is the common description of both axes of a figure, in values.
type axes struct {
	x, y           scale
	xNames, yNames []string
	empty          bool // no mark has anything to show
}

// axes returns the ranges that show all marks of the figure.
func (f *Figure) axes() axes {
	all := limits{x: emptySpan, y: emptySpan}
	for _, m := range f.marks {
		l := m.limits(f)
		all.x, all.y = all.x.union(l.x), all.y.union(l.y)
		all.floor = all.floor || l.floor
		all.tight = all.tight || l.tight
		all.slots = all.slots || l.slots
		if l.xNames != nil {
			all.xNames = l.xNames
		}
		if l.yNames != nil {
			all.yNames = l.yNames
		}
	}
	var a axes
	a.empty = all.x.empty() && all.y.empty()
	a.xNames, a.yNames = all.xNames, all.yNames
	// categories are always on a linear scale
	a.x.log, a.y.log = f.logX() && all.xNames == nil, f.LogY && all.yNames == nil
	a.x.lo, a.x.hi = fit(all.x, a.x.log, false, all.tight || all.slots)
	a.y.lo, a.y.hi = fit(all.y, a.y.log, all.floor, all.tight || all.yNames != nil)
	a.x.limit(f.XLim)
	a.y.limit(f.YLim)
	return a
}
