package figure

import (
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
)

// Distances in a legend in font sizes, matplotlib's defaults.
const (
	legendBorder  = 0.4 // between frame and content
	legendLine    = 0.5 // between lines
	legendHandle  = 2.0 // length of a sample
	legendSample  = 0.7 // height of a sample
	legendTextPad = 0.8
	legendAway    = 0.5 // from the axes
	legendRound   = 0.2
)

// labelled returns the marks that the legend names.
func (f *Figure) labelled() []mark {
	var all []mark
	for _, m := range f.marks {
		if m.style().Label != "" {
			all = append(all, m)
		}
	}
	return all
}

// legendName is the label by which the legend names a mark. A label that an
// earlier mark has, too, is distinguished by zero-width characters: Vega-Lite
// takes equal labels for one entry.
func (f *Figure) legendName(of mark) string {
	label, same := of.style().Label, 0
	for _, m := range f.labelled() {
		if m == of {
			break
		}
		if m.style().Label == label {
			same++
		}
	}
	return oneLine(label) + strings.Repeat("\u200b", same)
}

// legendColumns is in how many columns a legend of n entries stands, so that
// it is no higher than the axes. em is the font's size and height the room, in
// the same unit.
func legendColumns(n int, height, em float64) int {
	rows := int((height/em - 2*legendBorder - 2*legendAway + legendLine) / (capHeight + descent + legendLine))
	return (n + max(rows, 1) - 1) / max(rows, 1)
}

// corner is a place for the legend: 0 is left or top, 1 right or bottom.
type corner struct {
	h, v   float64
	orient string // Vega-Lite's name
}

// corners in the order in which matplotlib tries them.
var corners = []corner{
	{1, 0, "top-right"}, {0, 0, "top-left"}, {0, 1, "bottom-left"}, {1, 1, "bottom-right"},
	{1, 0.5, "right"}, {0.5, 0, "top"}, {0.5, 1, "bottom"},
}

// legend draws the legend where it hides the fewest points.
func (p *panel) legend() {
	marks := p.f.labelled()
	if len(marks) == 0 {
		return
	}
	c := p.c
	size := p.th.legendSize
	em := c.px(size)
	widest := 0.0
	for _, m := range marks {
		widest = math.Max(widest, textWidth(oneLine(m.style().Label), size)*c.dpi/72)
	}
	columns := legendColumns(len(marks), p.box.height(), em)
	rows := (len(marks) + columns - 1) / columns
	line := em * (capHeight + descent)
	column := em*(legendHandle+legendTextPad) + widest
	// Columns that the axes have no room for lose the ends of their names.
	if most := (p.box.width() - em*(2*legendBorder+2*legendAway+float64(columns-1))) / float64(columns); columns > 1 && column > most {
		column = math.Max(most, em*(legendHandle+legendTextPad+1))
		widest = column - em*(legendHandle+legendTextPad)
	}
	width := em*(2*legendBorder+float64(columns-1)) + column*float64(columns)
	height := em*(2*legendBorder+legendLine*float64(rows-1)) + line*float64(rows)
	where := p.f.legendCorner(p.axes, p.box, width, height, em*legendAway)
	r := legendRect(p.box, where, width, height, em*legendAway)

	path := c.roundRect(r, em*legendRound)
	c.vg.SetColor(White.rgba(0.8))
	c.vg.Fill(path)
	c.vg.SetColor(p.ink("#CCCCCC"))
	c.vg.SetLineWidth(vg.Length(1 * vg.Inch / 72))
	c.vg.SetLineDash(nil, 0)
	c.vg.Stroke(path)
	for i, m := range marks {
		x := r.x0 + em*legendBorder + float64(i/rows)*(column+em)
		baseline := r.y0 + em*(legendBorder+capHeight) + float64(i%rows)*(line+em*legendLine)
		middle := baseline - em*capHeight/2
		m.swatch(p, rect{x, math.Round(middle - em*legendSample/2), x + em*legendHandle, math.Round(middle + em*legendSample/2)})
		c.text(shorten(oneLine(m.style().Label), size, widest*72/c.dpi+0.01), point{x + em*(legendHandle+legendTextPad), baseline}, size, align{0, 0}, 0, p.ink(p.th.text))
	}
}

func legendRect(box rect, at corner, width, height, away float64) rect {
	x := box.x0 + away + at.h*(box.width()-2*away-width)
	y := box.y0 + away + at.v*(box.height()-2*away-height)
	x, y = math.Round(x), math.Round(y)
	return rect{x, y, x + width, y + height}
}

// legendCorner returns the first corner that hides no point of a mark, or the
// one that hides the fewest.
func (f *Figure) legendCorner(a axes, box rect, width, height, away float64) corner {
	a.x.p0, a.x.p1, a.y.p0, a.y.p1 = box.x0, box.x1, box.y1, box.y0
	best, fewest := corners[0], math.MaxInt
	rects := make([]rect, len(corners))
	for i, at := range corners {
		rects[i] = legendRect(box, at, width, height, away)
	}
	hidden := make([]int, len(corners))
	see := func(x, y float64) {
		px, py := a.x.of(x), a.y.of(y)
		for i, r := range rects {
			if px >= r.x0 && px <= r.x1 && py >= r.y0 && py <= r.y1 {
				hidden[i]++
			}
		}
	}
	for _, m := range f.marks {
		switch m := m.(type) {
		case *line:
			f.seeSome(m.series, see)
		case *kde:
			f.seeSome(m.line(f).series, see)
		case *scatter:
			f.seeSome(m.series, see)
		case *area:
			f.seeSome(m.series, see)
		case *histogram:
			for i, v := range m.heights {
				if usable(v, f.LogY) && v > 0 {
					// A bar hides with its whole height.
					for k := range 8 {
						see((m.edges[i]+m.edges[i+1])/2, v*float64(k+1)/8)
					}
				}
			}
		case *bars:
			for i, v := range m.values {
				if usable(v, f.LogY) {
					for k := range 8 {
						see(float64(i), v*float64(k+1)/8)
					}
				}
			}
		}
	}
	for i := range corners {
		if hidden[i] < fewest {
			best, fewest = corners[i], hidden[i]
		}
	}
	return best
}

// seeSome visits at most about 20,000 points, among them the highest and the
// lowest of each stretch.
func (f *Figure) seeSome(s series, see func(x, y float64)) {
	step := max(1, s.len()/5000)
	for from := 0; from < s.len(); from += step {
		lo, hi := -1, -1
		for i := from; i < min(from+step, s.len()); i++ {
			if !s.usable(f, i) {
				continue
			}
			if lo < 0 || s.y[i] < s.y[lo] {
				lo = i
			}
			if hi < 0 || s.y[i] > s.y[hi] {
				hi = i
			}
		}
		if lo >= 0 {
			see(s.at(lo))
			if hi != lo {
				see(s.at(hi))
			}
		}
	}
}
