package figure

import (
	"math"
	"slices"
)

// A slotted mark is one of several that lie beside one another, 1 apart, and
// are named on the axis: a box or a violin.
type slotted interface {
	mark
	filled()
	slotName() string
}

// slots returns the figure's slotted marks.
func (f *Figure) slots() []slotted {
	var all []slotted
	for _, m := range f.marks {
		if b, ok := m.(slotted); ok {
			all = append(all, b)
		}
	}
	return all
}

// slot is the mark's place on the axis of names. The first mark lies on top, or
// upright on the left.
func (f *Figure) slot(m slotted) float64 {
	all := f.slots()
	at := slices.Index(all, m)
	if !f.Upright {
		at = len(all) - 1 - at
	}
	return float64(at)
}

// logValues tells whether the axis of the values of slotted marks is
// logarithmic.
func (f *Figure) logValues() bool {
	if f.Upright {
		return f.LogY
	}
	return f.logX()
}

// slotLimits is the room of a slotted mark with the given values. Names are on
// the axis only if every mark has one.
func (f *Figure) slotLimits(values span) limits {
	all := f.slots()
	names := make([]string, len(all))
	for _, m := range all {
		if names[int(f.slot(m))] = m.slotName(); m.slotName() == "" {
			names = []string{}
			break
		}
	}
	across := span{-0.5, float64(len(all)) - 0.5}
	if values.empty() {
		across = emptySpan
	}
	if f.Upright {
		return limits{x: across, y: values, xNames: names, slots: true}
	}
	return limits{x: values, y: across, yNames: names}
}

// lane draws slotted marks: v runs along the axis of values, s across it.
type lane struct {
	*panel
	upright bool
}

func (p *panel) lane() lane { return lane{p, p.f.Upright} }

// axis is the axis of values.
func (l lane) axis() scale {
	if l.upright {
		return l.axes.y
	}
	return l.axes.x
}

// along returns the pixel of a value; one that a logarithmic axis cannot show
// lies on its edge.
func (l lane) along(v float64) float64 {
	axis, edge := l.axis(), l.box.x0
	if l.upright {
		edge = l.box.y1
	}
	if axis.log && v < axis.lo {
		return edge
	}
	return axis.of(v)
}

func (l lane) across(s float64) float64 {
	if l.upright {
		return l.axes.x.of(s)
	}
	return l.axes.y.of(s)
}

// point is the place of a value on the line across s.
func (l lane) point(v, s float64) point {
	if l.upright {
		return point{l.across(s), l.along(v)}
	}
	return point{l.along(v), l.across(s)}
}

// rect is the rectangle of values v0 to v1 and from s0 to s1, at least a pixel
// long.
func (l lane) rect(v0, s0, v1, s1 float64) rect {
	a, b := l.point(v0, s0), l.point(v1, s1)
	r := rect{math.Min(a.x, b.x), math.Min(a.y, b.y), math.Max(a.x, b.x), math.Max(a.y, b.y)}
	r = rect{math.Round(r.x0), math.Round(r.y0), math.Round(r.x1), math.Round(r.y1)}
	if l.upright {
		r.y0 = math.Min(r.y0, r.y1-1)
	} else {
		r.x1 = math.Max(r.x1, r.x0+1)
	}
	return r
}

// line draws from value v0 to v1 on s, and end a line across at v from s0 to s1.
func (l lane) line(v0, v1, s, width float64, col Color) {
	a, b := l.point(v0, s), l.point(v1, s)
	if l.upright {
		l.c.vline(a.x, math.Min(a.y, b.y), math.Max(a.y, b.y), width, nil, col.rgba(1))
	} else {
		l.c.hline(a.x, b.x, a.y, width, nil, col.rgba(1))
	}
}

func (l lane) end(v, s0, s1, width float64, col Color) {
	a, b := l.point(v, s0), l.point(v, s1)
	if l.upright {
		l.c.hline(math.Min(a.x, b.x), math.Max(a.x, b.x), a.y, width, nil, col.rgba(1))
	} else {
		l.c.vline(a.x, math.Min(a.y, b.y), math.Max(a.y, b.y), width, nil, col.rgba(1))
	}
}

// lane returns the encoding of columns of values and of places across them;
// an empty name leaves a channel out.
func (s *spec) lane(v, v2, at, at2 string) map[string]any {
	e := map[string]any{}
	value, value2, place, place2 := "x", "x2", "y", "y2"
	if s.f.Upright {
		value, value2, place, place2 = place, place2, value, value2
		e[value], e[place] = s.y(v), s.x(at)
	} else {
		e[value], e[place] = s.x(v), s.y(at)
	}
	if v2 != "" {
		e[value2] = field(v2)
	}
	if at2 != "" {
		e[place2] = field(at2)
	}
	return e
}

// values is the axis of values of slotted marks.
func (s *spec) values() scale {
	if s.f.Upright {
		return s.axes.y
	}
	return s.axes.x
}

// shown returns a value, or the end of a logarithmic axis that cannot show it.
func (s *spec) shown(v float64) float64 {
	if axis := s.values(); axis.log {
		return math.Max(v, axis.lo)
	}
	return v
}
