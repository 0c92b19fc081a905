package figure

import (
	"fmt"
	"math"
)

// histogram counts values in equal bins.
type histogram struct {
	edges   []float64 // one more than there are bins
	heights []float64 // counts or densities
	density bool
	n, lost int // values counted and left out
	s       Style
}

// Hist draws a histogram of the values in equal bins between the smallest and
// the largest one; the last bin includes its right edge, as in numpy. Values
// that are not finite are left out. The edges of the bars are Style.Edge.
func (f *Figure) Hist(values []float64, bins int, s Style) {
	f.add(newHistogram(values, bins, false, f.colour(s)))
}

// HistDensity is Hist with bar heights that make the area of all bars one.
func (f *Figure) HistDensity(values []float64, bins int, s Style) {
	f.add(newHistogram(values, bins, true, f.colour(s)))
}

func newHistogram(values []float64, bins int, density bool, s Style) *histogram {
	if bins < 1 {
		panic(fmt.Sprintf("figure: histogram of %d bins", bins))
	}
	h := &histogram{density: density, s: s}
	r := emptySpan
	for _, v := range values {
		if usable(v, false) {
			r.include(v)
			h.n++
		}
	}
	h.lost = len(values) - h.n
	if h.n == 0 {
		return h
	}
	r = r.widened()
	step := r.hi/float64(bins) - r.lo/float64(bins)
	h.edges = make([]float64, bins+1)
	for i := range h.edges {
		h.edges[i] = r.lo + float64(float64(i)*step)
	}
	h.edges[bins] = r.hi
	h.heights = make([]float64, bins)
	for _, v := range values {
		if !usable(v, false) {
			continue
		}
		i := min(int((v/step - r.lo/step)), bins-1)
		i = max(i, 0)
		// Rounding may have put a value beside its bin.
		if v < h.edges[i] && i > 0 {
			i--
		} else if i < bins-1 && v >= h.edges[i+1] {
			i++
		}
		h.heights[i]++
	}
	if density {
		for i := range h.heights {
			h.heights[i] /= float64(h.n) * (h.edges[i+1] - h.edges[i])
		}
	}
	return h
}

func (h *histogram) filled() {}

func (h *histogram) style() Style { return h.s }

func (h *histogram) text(*Figure) string {
	kind := "histogram"
	if h.density {
		kind = "density"
	}
	text := named(kind, h.s) + ": " + plural(h.n, "value")
	if h.n > 0 {
		highest := emptySpan
		for _, v := range h.heights {
			highest.include(v)
		}
		text += fmt.Sprintf(" in %s, %s, highest bin %s",
			plural(len(h.heights), "bin"), rangeOf(span{h.edges[0], h.edges[len(h.heights)]}), number(highest.hi))
	}
	return text + leftOut(h.lost)
}

func (h *histogram) limits(f *Figure) limits {
	l := limits{x: emptySpan, y: emptySpan, floor: true}
	for i, v := range h.heights {
		if !f.logX() || h.edges[i] > 0 {
			l.x.include(h.edges[i])
		}
		if !f.logX() || h.edges[i+1] > 0 {
			l.x.include(h.edges[i+1])
		}
		if usable(v, f.LogY) {
			l.y.include(v)
		}
	}
	if !f.LogY && h.n > 0 {
		l.y.include(0)
	}
	return l
}

func (h *histogram) draw(p *panel) {
	for i, v := range h.heights {
		if v > 0 && usable(v, p.axes.y.log) {
			p.bar(h.edges[i], h.edges[i+1], v, h.s)
		}
	}
}

// bar draws a bar from x0 to x1, standing on zero or on the lower end of a
// logarithmic axis.
func (p *panel) bar(x0, x1, v float64, s Style) {
	bottom := p.box.y1
	if !p.axes.y.log {
		bottom = p.axes.y.of(math.Max(p.axes.y.lo, math.Min(p.axes.y.hi, 0)))
	}
	left := p.box.x0
	if !p.axes.x.log || x0 > p.axes.x.lo {
		left = p.axes.x.of(x0)
	}
	r := rect{math.Round(left), math.Round(p.axes.y.of(v)), math.Round(p.axes.x.of(x1)), math.Round(bottom)}
	if r.x1 <= r.x0 {
		r.x1 = r.x0 + 1 // a bin narrower than a pixel must not vanish
	}
	if r.y0 > r.y1 {
		r.y0, r.y1 = r.y1, r.y0
	}
	if least := math.Round(p.c.px(1.5)); r.height() < least && v > 0 {
		r.y0 = r.y1 - least // nor a bin of a few values, beside the frame
	}
	p.c.fillRect(r, s.Color.rgba(s.opacity()))
	width := s.Width
	if width <= 0 {
		width = 1
	}
	if room := 3 * p.c.px(width); s.Edge != "" && r.width() >= room && r.height() >= room {
		p.c.strokeRect(r, p.c.px(width), s.Edge.rgba(1))
	}
}

func (h *histogram) swatch(p *panel, r rect) {
	p.c.fillRect(r, h.s.Color.rgba(h.s.opacity()))
	if h.s.Edge != "" {
		p.c.strokeRect(r, p.c.px(1), h.s.Edge.rgba(1))
	}
}

func (h *histogram) layers(s *spec) []any {
	table := newTable("from", "to", "y")
	for i, v := range h.heights {
		if v > 0 && usable(v, s.f.LogY) && (!s.f.logX() || h.edges[i] > 0) {
			table.row(full(h.edges[i]), full(h.edges[i+1]), full(v))
		}
	}
	return []any{s.bars(table, h.s, "from", "to")}
}
