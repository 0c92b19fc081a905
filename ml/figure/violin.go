package figure

import (
	"math"
	"slices"
)

// violin is the density of one set of values, mirrored.
type violin struct {
	estimates
	b *box
	s Style
}

// seaborn's violinplot.
const (
	violinPoints = 100
	violinCut    = 2
	violinHalf   = 0.4 // half the breadth of the broadest
	violinBar    = 7.0 // width in points of the line between the quartiles
	violinThin   = 1.5
)

// Violin draws the density of the values, as KDE estimates it, on both sides of
// a line, and inside it the quartiles, the median and the whiskers of Box. All
// violins of a figure have the same area; they lie under one another, or beside
// one another if the figure is Upright, and are named by their labels. On a
// logarithmic axis the density is that of the logarithms.
func (f *Figure) Violin(values []float64, s Style) {
	s = f.colour(s)
	f.add(&violin{estimates{values: values, points: violinPoints, cut: violinCut}, newBox(values, s), s})
}

func (v *violin) filled() {}

func (v *violin) style() Style { return Style{} } // named on the axis, not in the legend

func (v *violin) slotName() string { return v.s.Label }

func (v *violin) text(f *Figure) string {
	c := v.on(f.logValues())
	text := named("violin", v.s) + ": " + c.text(f.logValues())
	if v.b.n > 0 {
		text += ", quartiles " + number(v.b.q1) + ", " + number(v.b.median) + ", " + number(v.b.q3)
	}
	return text + leftOut(c.lost)
}

func (v *violin) limits(f *Figure) limits {
	values := emptySpan
	for _, x := range v.on(f.logValues()).x {
		if usable(x, f.logValues()) {
			values.include(x)
		}
	}
	return f.slotLimits(values)
}

// breadths returns half the breadth of the violin at each point of its curve:
// the highest density of all violins of the figure is violinHalf.
func (v *violin) breadths(f *Figure) []float64 {
	highest := 0.0
	for _, m := range f.slots() {
		if w, ok := m.(*violin); ok && len(w.on(f.logValues()).y) > 0 {
			highest = math.Max(highest, slices.Max(w.on(f.logValues()).y))
		}
	}
	half := make([]float64, len(v.on(f.logValues()).y))
	for i, y := range v.on(f.logValues()).y {
		half[i] = float64(violinHalf * y / highest)
	}
	return half
}

func (v *violin) draw(p *panel) {
	c := v.on(p.f.logValues())
	if c.bandwidth == 0 {
		return
	}
	l, at := p.lane(), p.f.slot(v)
	half := v.breadths(p.f)
	var outline, back []point
	for i, x := range c.x {
		if l.axis().shows(x) {
			outline, back = append(outline, l.point(x, at+half[i])), append(back, l.point(x, at-half[i]))
		}
	}
	slices.Reverse(back)
	outline = append(outline, back...)
	if len(outline) == 0 {
		return
	}
	pen := newPen(p.pixels(), 0)
	pen.poly(outline...)
	pen.ink(p.c.img, v.s.Color.rgba(v.s.opacity()))
	edge := newPen(p.pixels(), p.c.px(violinThin))
	edge.line(append(outline, outline[0]))
	edge.ink(p.c.img, boxLine.rgba(1))

	l.line(v.b.whiskerLo, v.b.whiskerHi, at, p.c.px(violinThin), boxLine)
	l.line(v.b.q1, v.b.q3, at, p.c.px(violinBar), boxLine)
	p.c.discs([]point{l.point(v.b.median, at)}, p.c.px(violinBar*0.6), p.c.px(violinThin/2), White.rgba(1), White.rgba(1))
}

func (v *violin) swatch(*panel, rect) {}

func (v *violin) layers(s *spec) []any {
	c := v.on(s.f.logValues())
	if c.bandwidth == 0 {
		return nil
	}
	at := s.f.slot(v)
	outline, bar, median := newTable("x", "y", "y2"), newTable("x", "x2", "y"), newTable("x", "y")
	for i, half := range v.breadths(s.f) {
		if !s.values().shows(c.x[i]) {
			continue
		}
		outline.row(full(c.x[i]), full(round6(at-half)), full(round6(at+half)))
	}
	bar.row(full(s.shown(v.b.whiskerLo)), full(s.shown(v.b.whiskerHi)), full(at))
	thick := newTable("x", "x2", "y")
	thick.row(full(s.shown(v.b.q1)), full(s.shown(v.b.q3)), full(at))
	median.row(full(s.shown(v.b.median)), full(at))
	orient := "vertical" // the breadth of an area's bands
	if s.f.Upright {
		orient = "horizontal"
	}
	rule := func(width float64) map[string]any {
		return map[string]any{"type": "rule", "color": string(boxLine), "strokeWidth": s.px(width), "tooltip": map[string]any{"content": "data"}}
	}
	dot := map[string]any{"type": "point", "filled": true, "color": string(White), "opacity": 1.0, "size": s.area(violinBar * 0.6), "tooltip": true}
	return []any{
		s.layer(map[string]any{
			"type": "area", "orient": orient, "color": string(v.s.Color), "opacity": v.s.opacity(),
			"stroke": string(boxLine), "strokeWidth": s.px(violinThin),
		}, outline, Style{}, s.lane("x", "", "y", "y2")),
		s.layer(rule(violinThin), bar, Style{}, s.lane("x", "x2", "y", "")),
		s.layer(rule(violinBar), thick, Style{}, s.lane("x", "x2", "y", "")),
		s.layer(dot, median, Style{}, s.lane("x", "", "y", "")),
	}
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }
