package figure

import (
	"fmt"
	"math"
	"slices"
)

// box is a box plot of one set of values.
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
	boxHalf   = 0.4 // half the breadth of a box; boxes lie 1 apart
	boxStroke = 1.0 // width of its lines in points
	flierSize = 5.0 // diameter of a circle in points
)

// Box draws a box plot of the values: the box from the first to the third
// quartile (linear interpolation, as numpy), whiskers to the farthest values
// within 1.5 times its length, and a circle for each value beyond. Several
// boxes lie under one another, or beside one another if the figure is Upright,
// and are named by their labels.
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

// hidden tells whether there is no box to draw: there are no values, or the
// axis is logarithmic and three quarters of them not above zero. A box whose
// lower end is not above zero is drawn to the edge of a logarithmic axis.
func (b *box) hidden(f *Figure) bool { return b.n == 0 || !usable(b.q3, f.logValues()) }

func (b *box) slotName() string { return b.s.Label }

func (b *box) limits(f *Figure) limits {
	values := emptySpan
	if !b.hidden(f) {
		for _, v := range append([]float64{b.q1, b.q3, b.whiskerLo, b.whiskerHi}, b.fliers...) {
			if usable(v, f.logValues()) {
				values.include(v)
			}
		}
	}
	return f.slotLimits(values)
}

func (b *box) draw(p *panel) {
	if b.hidden(p.f) {
		return
	}
	c, l, at := p.c, p.lane(), p.f.slot(b)
	width := c.px(boxStroke)
	r := l.rect(b.q1, at+boxHalf, b.q3, at-boxHalf)
	l.line(b.whiskerLo, b.q1, at, width, boxLine)
	l.line(b.q3, b.whiskerHi, at, width, boxLine)
	if usable(b.whiskerLo, p.f.logValues()) {
		l.end(b.whiskerLo, at+boxHalf/2, at-boxHalf/2, width, boxLine)
	}
	l.end(b.whiskerHi, at+boxHalf/2, at-boxHalf/2, width, boxLine)
	c.fillRect(r, b.s.Color.rgba(b.s.opacity()))
	c.strokeRect(r, math.Round(width), boxLine.rgba(1))
	l.end(b.median, at+boxHalf, at-boxHalf, width, boxLine)
	places := make([]point, 0, len(b.fliers))
	for _, v := range b.fliers {
		if usable(v, p.f.logValues()) {
			places = append(places, l.point(v, at))
		}
	}
	hollow := White.rgba(0)
	c.discs(places, c.px(flierSize), c.px(boxStroke), hollow, boxLine.rgba(1))
}

func (b *box) swatch(*panel, rect) {}

func (b *box) layers(s *spec) []any {
	if b.hidden(s.f) {
		return nil
	}
	y := s.f.slot(b)
	stroke := s.px(boxStroke)
	line := map[string]any{"type": "rule", "color": string(boxLine), "strokeWidth": stroke}
	whiskers := newTable("x", "x2", "y", "y2")
	low, q1, median := s.shown(b.whiskerLo), s.shown(b.q1), s.shown(b.median)
	whiskers.row(full(low), full(q1), full(y), full(y))
	whiskers.row(full(b.q3), full(b.whiskerHi), full(y), full(y))
	if usable(b.whiskerLo, s.f.logValues()) {
		whiskers.row(full(low), full(low), full(y-boxHalf/2), full(y+boxHalf/2))
	}
	whiskers.row(full(b.whiskerHi), full(b.whiskerHi), full(y-boxHalf/2), full(y+boxHalf/2))
	middle := newTable("x", "y", "y2")
	middle.row(full(median), full(y-boxHalf), full(y+boxHalf))
	body := newTable("q1", "median", "q3", "y", "y2")
	body.row(full(q1), full(median), full(b.q3), full(y-boxHalf), full(y+boxHalf))
	layers := []any{
		s.layer(line, whiskers, Style{}, s.lane("x", "x2", "y", "y2")),
		s.layer(map[string]any{
			"type": "rect", "color": string(b.s.Color), "opacity": b.s.opacity(),
			"stroke": string(boxLine), "strokeWidth": stroke, "tooltip": map[string]any{"content": "data"},
		}, body, Style{}, s.lane("q1", "q3", "y", "y2")),
		s.layer(line, middle, Style{}, s.lane("x", "", "y", "y2")),
	}
	if len(b.fliers) == 0 {
		return layers
	}
	at := make([]float64, len(b.fliers))
	for i := range at {
		at[i] = y
	}
	points, value := series{b.fliers, at}, "x"
	if s.f.Upright {
		points, value = series{at, b.fliers}, "y"
	}
	circle := map[string]any{
		"type": "point", "filled": false, "size": s.area(flierSize), "color": string(boxLine),
		"strokeWidth": stroke, "opacity": 1.0, "tooltip": true,
	}
	return append(layers, s.layer(circle, s.points(points, s.apart(points, flierSize)), Style{}, map[string]any{
		"x": s.x("x"), "y": s.y("y"), "tooltip": []any{map[string]any{"field": value, "type": "quantitative"}},
	}))
}
