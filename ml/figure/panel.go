package figure

import (
	"image"
	"image/color"
	"math"
	"strings"
)

// panel is one pair of axes on a canvas.
type panel struct {
	c       *canvas
	f       *Figure
	th      theme
	axes    axes
	room    rect // the panel with its title, labels and ticks
	box     rect // the inside of the frame, where the marks are
	xTick   []tick
	yTick   []tick
	factors [2]string // of the x and y labels, such as 1e9
}

// Distances in points, matplotlib's defaults.
const (
	outerPad = 5.0 // around everything
	tickPad  = 3.5
	labelPad = 4.0
	titlePad = 6.0
	lineGap  = 1.2 // of small print, in font sizes
)

// draw draws the figure in its room, with the axes in its box.
func (p *panel) draw() {
	c, f := p.c, p.f
	p.axes.x.p0, p.axes.x.p1 = p.box.x0, p.box.x1
	p.axes.y.p0, p.axes.y.p1 = p.box.y1, p.box.y0

	if f.XLim != nil || f.YLim != nil {
		c.window = &p.box // marks may lie outside
	}
	if !f.bare && p.th.gridOn && !p.th.gridAbove {
		p.grid()
	}
	if p.th.gridAbove {
		p.drawMarks(true)
		if p.th.gridOn && !f.bare {
			p.grid()
		}
		p.drawMarks(false)
	} else {
		p.drawMarks(true)
		p.drawMarks(false)
	}
	c.window = nil
	p.decorate()
	p.legend()
	if p.axes.empty {
		c.text("no data", point{(p.box.x0 + p.box.x1) / 2, (p.box.y0 + p.box.y1) / 2}, p.th.labelSize+2, align{0.5, 0.5}, 0, p.ink(p.th.text))
	}
}

// titleLines are the lines of a title.
func titleLines(title string) []string { return strings.Split(strings.TrimSpace(title), "\n") }

// drawMarks draws either the marks made of areas or the others, which
// matplotlib draws over them.
func (p *panel) drawMarks(filled bool) {
	for _, m := range p.f.marks {
		if _, ok := m.(interface{ filled() }); ok == filled {
			m.draw(p)
		}
	}
}

func (p *panel) ink(col Color) color.NRGBA { return col.rgba(1) }

// place computes ticks for the present box and from them the box anew.
func (p *panel) place() {
	c, f, th, room := p.c, p.f, p.th, p.room
	p.xTick, p.factors[0] = f.xTicks(p.axes, th, p.box.width()*72/c.dpi)
	p.yTick, p.factors[1] = f.yTicks(p.axes, th, p.box.height()*72/c.dpi)
	if f.bare {
		p.xTick, p.yTick = nil, nil
	}
	p.shortenLabels()

	pad := c.px(outerPad)
	box := rect{room.x0 + pad, room.y0 + pad, room.x1 - pad, room.y1 - pad}
	toLabel := c.px(tickPad + th.tickLength)
	line := func(size float64) float64 { return c.px(size) * (capHeight + descent) }

	if f.Title != "" {
		box.y0 += line(th.titleSize)*(1+lineGap*float64(len(titleLines(f.Title))-1)) + c.px(titlePad)
	}
	if p.factors[1] != "" {
		box.y0 += line(th.tickSize)
	}
	if f.Note != "" {
		box.y1 -= line(th.tickSize*0.9) + c.px(labelPad)
	}
	if f.XLabel != "" {
		box.y1 -= line(th.labelSize) + c.px(labelPad)
	}
	if len(p.xTick) > 0 {
		box.y1 -= p.xLabelHeight() + toLabel
	}
	if f.YLabel != "" {
		box.x0 += line(th.labelSize) + c.px(labelPad)
	}
	if len(p.yTick) > 0 {
		box.x0 += p.widest(p.yTick) + toLabel
	}
	if bar := f.colourBar(); bar != nil {
		box.x1 -= c.px(barGap+barWidth+tickPad) + p.widest(bar.ticks())
	}
	// The first and the last label of the x axis must stay on the canvas.
	left, right := p.xOverhang(box)
	box.x0 = math.Max(box.x0, room.x0+pad/2+left)
	box.x1 = math.Min(box.x1, room.x1-pad/2-right)
	box.x0, box.x1 = math.Round(box.x0), math.Round(box.x1)
	box.y0, box.y1 = math.Round(box.y0), math.Round(box.y1)
	// A figure too small for its labels loses labels, not its axes.
	box.x1 = math.Max(box.x1, box.x0+10)
	box.y1 = math.Max(box.y1, box.y0+10)
	p.box = box
}

// shortenLabels cuts names that would take more than half of the figure.
func (p *panel) shortenLabels() {
	points := 72 / p.c.dpi
	sin, cos := math.Sincos(p.f.XSlant * math.Pi / 180)
	across, up := p.room.width()*points/2, p.room.height()*points/2
	if p.axes.xNames != nil {
		most := across / math.Max(math.Abs(cos), 1e-3)
		most = math.Min(most, up/math.Max(math.Abs(sin), 1e-3))
		for i := range p.xTick {
			p.xTick[i].label = shorten(oneLine(p.xTick[i].label), p.th.tickSize, most)
		}
	}
	if p.axes.yNames != nil {
		for i := range p.yTick {
			p.yTick[i].label = shorten(oneLine(p.yTick[i].label), p.th.tickSize, across)
		}
	}
}

func (p *panel) widest(ticks []tick) float64 {
	w := 0.0
	for _, t := range ticks {
		w = math.Max(w, p.c.px(textWidth(t.label, p.th.tickSize)))
	}
	return w
}

// xLabelHeight is the height in pixels of the slanted labels of the x axis.
func (p *panel) xLabelHeight() float64 {
	sin, cos := math.Sincos(p.f.XSlant * math.Pi / 180)
	return p.widest(p.xTick)*math.Abs(sin) + p.c.px(p.th.tickSize)*(capHeight+descent)*math.Abs(cos)
}

// xOverhang returns how far the labels of the x axis reach beyond the box's
// left and right edges, measured from the canvas edges inwards.
func (p *panel) xOverhang(box rect) (left, right float64) {
	s := p.axes.x
	s.p0, s.p1 = 0, box.width()
	sin, cos := math.Sincos(p.f.XSlant * math.Pi / 180)
	for _, t := range p.xTick {
		w := p.c.px(textWidth(t.label, p.th.tickSize))
		at := s.of(t.at)
		if p.f.XSlant == 0 {
			left = math.Max(left, w/2-at)
			right = math.Max(right, at+w/2-box.width())
		} else {
			left = math.Max(left, w*cos+p.c.px(p.th.tickSize)*capHeight*math.Abs(sin)-at)
		}
	}
	return left, right
}

// pixels returns the box as whole pixels, the room for fast drawing.
func (p *panel) pixels() image.Rectangle {
	return image.Rect(int(p.box.x0), int(p.box.y0), int(p.box.x1), int(p.box.y1)).Intersect(p.c.img.Bounds())
}
