package figure

import "slices"

// line joins its points in the given order.
type line struct {
	series
	s Style
}

// Line draws a line through the points in their order; a nil x counts from 0.
// A point that the axes cannot show interrupts the line. Style.Marker adds
// discs at the points.
func (f *Figure) Line(x, y []float64, s Style) {
	sameLength("line", x, y)
	f.add(&line{series{x, y}, f.colour(s)})
}

func (l *line) style() Style { return l.s }

func (l *line) text(f *Figure) string { return named("line", l.s) + ": " + l.summary(f) }

// width returns the line's width in points.
func (l *line) width(th theme) float64 {
	if l.s.Width > 0 {
		return l.s.Width
	}
	return th.lineWidth
}

func (l *line) draw(p *panel) {
	width := p.c.px(l.width(p.th))
	pen := newPen(p.pixels(), width)
	var points []point
	l.stretches(p.f, func(from, to int) {
		points = points[:0]
		for _, i := range l.m4(from, to, p.axes.x) {
			points = append(points, p.point(l.at(i)))
		}
		if l.s.Dash {
			pen.dashes(points, dashOf(true, width))
		} else {
			pen.line(points)
		}
	})
	pen.ink(p.c.img, l.s.Color.rgba(l.s.opacity()))
	if l.s.Marker > 0 {
		p.discs(l.series, l.s)
	}
}

func (l *line) swatch(p *panel, r rect) {
	width := p.c.px(l.width(p.th))
	y := (r.y0 + r.y1) / 2
	pen := newPen(r.pixels(), width)
	ends := []point{{r.x0, y}, {r.x1, y}}
	if l.s.Dash {
		pen.dashes(ends, dashOf(true, width))
	} else {
		pen.line(ends)
	}
	pen.ink(p.c.img, l.s.Color.rgba(l.s.opacity()))
	if l.s.Marker > 0 {
		p.drawDiscs([]point{{(r.x0 + r.x1) / 2, y}}, l.s)
	}
}

// sparse is the number of points up to which a specification holds all of a
// line's points.
const sparse = 5000

// dense is the number of points above which the line of an unsorted series is
// written in the order of x: its strokes to and fro would fill the axes anyway,
// and the notebook should stay small.
const dense = 20000

func (l *line) layers(s *spec) []any {
	kept := l.thinned(s)
	mark := map[string]any{
		"type": "line", "order": false, "strokeWidth": s.px(l.width(s.th)),
		"strokeJoin": "round", "color": string(l.s.Color), "opacity": l.s.opacity(),
	}
	if l.s.Dash {
		mark["strokeDash"] = s.dash(l.width(s.th))
	}
	if l.s.Marker > 0 {
		mark["point"] = map[string]any{
			"size": s.area(l.s.Marker + 1), "filled": true, "opacity": l.s.opacity(), "color": string(l.s.Color),
		}
		mark["tooltip"] = true
	}
	return []any{s.layer(mark, s.points(l.series, kept), l.s, map[string]any{
		"x": s.x("x"), "y": s.y("y"),
	})}
}

// thinned returns the points that the specification holds, with -1 for a gap.
func (l *line) thinned(s *spec) []int {
	var kept []int
	gap := func() {
		if len(kept) > 0 {
			kept = append(kept, -1)
		}
	}
	if l.len() <= sparse {
		l.stretches(s.f, func(from, to int) {
			gap()
			for i := from; i < to; i++ {
				kept = append(kept, i)
			}
		})
		return kept
	}
	l.stretches(s.f, func(from, to int) {
		gap()
		kept = append(kept, l.m4(from, to, s.columns)...)
	})
	if len(kept) <= dense {
		return kept
	}
	// Sort by x and reduce again: now every column is one stretch.
	order := make([]int, 0, l.len())
	for i := range l.y {
		if l.usable(s.f, i) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		xi, _ := l.at(i)
		xj, _ := l.at(j)
		switch {
		case xi < xj:
			return -1
		case xi > xj:
			return 1
		}
		return 0
	})
	sorted := series{make([]float64, len(order)), make([]float64, len(order))}
	for k, i := range order {
		sorted.x[k], sorted.y[k] = l.at(i)
	}
	kept = kept[:0]
	for _, k := range sorted.m4(0, len(order), s.columns) {
		kept = append(kept, order[k])
	}
	return kept
}
