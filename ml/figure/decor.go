package figure

import "math"

// grid draws the grid lines.
func (p *panel) grid() {
	col := p.th.grid.rgba(p.f.Grid.opacity())
	width := p.c.px(p.th.gridWidth)
	dash := dashOf(p.f.Grid.Dash, width)
	for _, t := range p.xTick {
		p.c.vline(p.axes.x.of(t.at), p.box.y0, p.box.y1, width, dash, col)
	}
	for _, t := range p.yTick {
		p.c.hline(p.box.x0, p.box.x1, p.axes.y.of(t.at), width, dash, col)
	}
}

// decorate draws frame, ticks, labels and titles.
func (p *panel) decorate() {
	c, f, th, box := p.c, p.f, p.th, p.box
	text := p.ink(th.text)
	middle := (box.x0 + box.x1) / 2
	if !f.bare {
		p.frame()
		p.tickLabels()
	}
	y := p.room.y1 - c.px(outerPad) - c.px(descent*th.labelSize)
	if f.Note != "" {
		c.text(oneLine(f.Note), point{middle, y}, th.tickSize*0.9, align{0.5, 0}, 0, text)
		y -= c.px(th.tickSize*0.9)*(capHeight+descent) + c.px(labelPad)
	}
	if f.XLabel != "" {
		y := box.y1 + c.px(labelPad) + c.px(th.labelSize)*capHeight
		if len(p.xTick) > 0 {
			y += c.px(tickPad+th.tickLength) + p.xLabelHeight()
		}
		c.text(oneLine(f.XLabel), point{middle, y}, th.labelSize, align{0.5, 0}, 0, text)
	}
	if f.YLabel != "" {
		x := box.x0 - c.px(labelPad) - c.px(th.labelSize)*descent
		if len(p.yTick) > 0 {
			x -= c.px(tickPad+th.tickLength) + p.widest(p.yTick)
		}
		c.text(oneLine(f.YLabel), point{x, (box.y0 + box.y1) / 2}, th.labelSize, align{0.5, 0}, 90, text)
	}
	top := box.y0 - c.px(titlePad)
	if p.factors[1] != "" {
		c.text(p.factors[1], point{box.x0, box.y0 - c.px(tickPad)}, th.tickSize, align{0, 0}, 0, text)
		top -= c.px(th.tickSize) * (capHeight + descent)
	}
	if p.factors[0] != "" {
		c.text(p.factors[0], point{box.x1, box.y1 + c.px(tickPad+th.tickLength+labelPad) + p.xLabelHeight() + c.px(th.tickSize)*capHeight},
			th.tickSize, align{1, 0}, 0, text)
	}
	lines := titleLines(f.Title)
	for i, line := range lines {
		up := float64(len(lines)-1-i) * c.px(th.titleSize) * (capHeight + descent) * lineGap
		c.text(line, point{middle, top - up}, th.titleSize, align{0.5, 0}, 0, text)
	}
}

func (p *panel) frame() {
	width := p.c.px(p.th.frameWidth)
	col := p.ink(p.th.frame)
	w := math.Max(1, math.Round(width))
	// The corners belong to the horizontal lines.
	for _, y := range []float64{p.box.y0, p.box.y1} {
		p.c.hline(snap(p.box.x0, w), snap(p.box.x1, w)+w, y, width, nil, col)
	}
	for _, x := range []float64{p.box.x0, p.box.x1} {
		p.c.vline(x, p.box.y0, p.box.y1, width, nil, col)
	}
}

func (p *panel) tickLabels() {
	c, th := p.c, p.th
	text := p.ink(th.text)
	length, width := c.px(th.tickLength), c.px(th.tickWidth)
	for _, t := range p.xTick {
		x := p.axes.x.of(t.at)
		if length > 0 {
			c.vline(x, p.box.y1, p.box.y1+length, width, nil, p.ink(th.frame))
		}
		top := p.box.y1 + length + c.px(tickPad)
		if p.f.XSlant == 0 {
			c.text(t.label, point{x, top}, th.tickSize, align{0.5, 1}, 0, text)
			continue
		}
		// The end of the label hangs under its tick.
		sin, cos := math.Sincos(p.f.XSlant * math.Pi / 180)
		em := c.px(th.tickSize)
		c.text(t.label, point{x + em*capHeight*sin/2, top + em*capHeight*cos}, th.tickSize, align{1, 0}, p.f.XSlant, text)
	}
	for _, t := range p.yTick {
		y := p.axes.y.of(t.at)
		if length > 0 {
			c.hline(p.box.x0-length, p.box.x0, y, width, nil, p.ink(th.frame))
		}
		c.text(t.label, point{p.box.x0 - length - c.px(tickPad), y}, th.tickSize, align{1, 0.5}, 0, text)
	}
}
