package figure

import (
	"fmt"
	"math"
	"slices"
)

// box is a horizontal box plot of one set of values.
type box struct {
	q1, median, q3       float64
	whiskerLo, whiskerHi float64
	fliers               []float64
	n, lost              int
	s                    Style
}

// boxLine is the colour of whiskers, caps, median and circles.
const boxLine Color = "#3F3F3F"

const (
	boxHalf   = 0.4 // half the height of a box; boxes lie 1 apart
	boxStroke = 1.0 // width of its lines in points
	flierSize = 5.0 // diameter of a circle in points
)

// Box draws a horizontal box plot of the values: the box from the first to the
// third quartile (linear interpolation, as numpy), whiskers to the farthest
// values within 1.5 times its length, and a circle for each value beyond.
// Several boxes lie under one another and are named by their labels.
func (f *Figure) Box(values []float64, s Style) {
	f.add(newBox(values, f.colour(s)))
}

func newBox(values []float64, s Style) *box {
	b := &box{s: s}
	sorted := make([]float64, 0, len(values))
	for _, v := range values {
		if usable(v, false) {
			sorted = append(sorted, v)
		}
	}
	b.n, b.lost = len(sorted), len(values)-len(sorted)
	if b.n == 0 {
		return b
	}
	slices.Sort(sorted)
	b.q1, b.median, b.q3 = quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)
	reach := float64(1.5 * (b.q3 - b.q1))
	first, _ := slices.BinarySearch(sorted, b.q1-reach)
	last := len(sorted) - 1
	for last > 0 && sorted[last] > b.q3+reach {
		last--
	}
	b.whiskerLo, b.whiskerHi = math.Min(sorted[first], b.q1), math.Max(sorted[last], b.q3)
	b.fliers = append(slices.Clone(sorted[:first]), sorted[last+1:]...)
	return b
}

// quantile returns the q-quantile of sorted values by linear interpolation,
// R's type 7 and numpy's default.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}

func (b *box) filled() {}

func (b *box) style() Style { return Style{} } // named on the axis, not in the legend

func (b *box) text(f *Figure) string {
	text := named("box", b.s) + ": " + plural(b.n, "value")
	if b.n > 0 {
		text += fmt.Sprintf(", quartiles %s, %s, %s, whiskers %s, %s", number(b.q1), number(b.median), number(b.q3),
			rangeOf(span{b.whiskerLo, b.whiskerHi}), plural(len(b.fliers), "value")+" beyond")
		if len(b.fliers) > 0 {
			text += " (" + rangeOf(span{b.fliers[0], b.fliers[len(b.fliers)-1]}) + ")"
		}
	}
	if b.n > 0 && b.hidden(f) {
		text += ", not drawn (three quarters of its values are not above zero, the axis is logarithmic)"
	}
	return text + leftOut(b.lost)
}

// boxes returns the figure's boxes; the first one lies on top.
func (f *Figure) boxes() []*box {
	var all []*box
	for _, m := range f.marks {
		if b, ok := m.(*box); ok {
			all = append(all, b)
		}
	}
	return all
}

// slot is the box's place on the y axis.
func (b *box) slot(f *Figure) float64 {
	all := f.boxes()
	return float64(len(all) - 1 - slices.Index(all, b))
}

// hidden tells whether there is no box to draw: there are no values, or the
// axis is logarithmic and three quarters of them not above zero. A box whose
// lower end is not above zero is drawn to the edge of a logarithmic axis.
func (b *box) hidden(f *Figure) bool { return b.n == 0 || !usable(b.q3, f.logX()) }

func (b *box) limits(f *Figure) limits {
	all := f.boxes()
	l := limits{x: emptySpan, y: span{-0.5, float64(len(all)) - 0.5}, yNames: []string{}}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].s.Label != "" {
			l.yNames = append(l.yNames, all[i].s.Label)
		}
	}
	if len(l.yNames) != len(all) {
		l.yNames = []string{}
	}
	if b.hidden(f) {
		l.y = emptySpan
		return l
	}
	for _, v := range []float64{b.q1, b.q3, b.whiskerLo, b.whiskerHi} {
		if usable(v, f.logX()) {
			l.x.include(v)
		}
	}
	for _, v := range b.fliers {
		if usable(v, f.logX()) {
			l.x.include(v)
		}
	}
	return l
}

func (b *box) draw(p *panel) {
	if b.hidden(p.f) {
		return
	}
	c, y := p.c, b.slot(p.f)
	of := func(v float64) float64 {
		if p.axes.x.log && v < p.axes.x.lo {
			return p.box.x0
		}
		return p.axes.x.of(v)
	}
	top, middle, bottom := p.axes.y.of(y+boxHalf), p.axes.y.of(y), p.axes.y.of(y-boxHalf)
	capTop, capBottom := p.axes.y.of(y+boxHalf/2), p.axes.y.of(y-boxHalf/2)
	width := c.px(boxStroke)
	ink := boxLine.rgba(1)
	r := rect{math.Round(of(b.q1)), math.Round(top), math.Round(of(b.q3)), math.Round(bottom)}
	r.x1 = math.Max(r.x1, r.x0+1)
	c.hline(of(b.whiskerLo), r.x0, middle, width, nil, ink)
	c.hline(r.x1, of(b.whiskerHi), middle, width, nil, ink)
	if usable(b.whiskerLo, p.axes.x.log) {
		c.vline(of(b.whiskerLo), capTop, capBottom, width, nil, ink)
	}
	c.vline(of(b.whiskerHi), capTop, capBottom, width, nil, ink)
	c.fillRect(r, b.s.Color.rgba(b.s.opacity()))
	c.strokeRect(r, math.Round(width), ink)
	c.vline(of(b.median), r.y0, r.y1, width, nil, ink)
	at := make([]point, 0, len(b.fliers))
	for _, v := range b.fliers {
		if usable(v, p.axes.x.log) {
			at = append(at, point{p.axes.x.of(v), middle})
		}
	}
	hollow := White.rgba(0)
	c.discs(at, c.px(flierSize), c.px(boxStroke), hollow, ink)
}

func (b *box) swatch(*panel, rect) {}

func (b *box) layers(s *spec) []any {
	if b.hidden(s.f) {
		return nil
	}
	y := b.slot(s.f)
	stroke := s.px(boxStroke)
	line := map[string]any{"type": "rule", "color": string(boxLine), "strokeWidth": stroke}
	whiskers := newTable("x", "x2", "y", "y2")
	shown := func(v float64) float64 { // to the edge of a logarithmic axis
		if s.f.logX() {
			return math.Max(v, s.axes.x.lo)
		}
		return v
	}
	low, q1, median := shown(b.whiskerLo), shown(b.q1), shown(b.median)
	whiskers.row(full(low), full(q1), full(y), full(y))
	whiskers.row(full(b.q3), full(b.whiskerHi), full(y), full(y))
	if usable(b.whiskerLo, s.f.logX()) {
		whiskers.row(full(low), full(low), full(y-boxHalf/2), full(y+boxHalf/2))
	}
	whiskers.row(full(b.whiskerHi), full(b.whiskerHi), full(y-boxHalf/2), full(y+boxHalf/2))
	middle := newTable("x", "y", "y2")
	middle.row(full(median), full(y-boxHalf), full(y+boxHalf))
	body := newTable("q1", "median", "q3", "y", "y2")
	body.row(full(q1), full(median), full(b.q3), full(y-boxHalf), full(y+boxHalf))
	ends := map[string]any{"x": s.x("x"), "y": s.y("y"), "x2": field("x2"), "y2": field("y2")}
	layers := []any{
		s.layer(line, whiskers, Style{}, ends),
		s.layer(map[string]any{
			"type": "rect", "color": string(b.s.Color), "opacity": b.s.opacity(),
			"stroke": string(boxLine), "strokeWidth": stroke, "tooltip": map[string]any{"content": "data"},
		}, body, Style{}, map[string]any{"x": s.x("q1"), "x2": field("q3"), "y": s.y("y"), "y2": field("y2")}),
		s.layer(line, middle, Style{}, map[string]any{"x": s.x("x"), "y": s.y("y"), "y2": field("y2")}),
	}
	if len(b.fliers) == 0 {
		return layers
	}
	at := make([]float64, len(b.fliers))
	for i := range at {
		at[i] = y
	}
	points := series{b.fliers, at}
	circle := map[string]any{
		"type": "point", "filled": false, "size": s.area(flierSize), "color": string(boxLine),
		"strokeWidth": stroke, "opacity": 1.0, "tooltip": true,
	}
	return append(layers, s.layer(circle, s.points(points, s.apart(points, flierSize)), Style{}, map[string]any{
		"x": s.x("x"), "y": s.y("y"), "tooltip": []any{map[string]any{"field": "x", "type": "quantitative"}},
	}))
}
