package figure

// rule is a line across the axes.
type rule struct {
	at       float64
	vertical bool
	s        Style
}

// VLine draws a line across the axes at x.
func (f *Figure) VLine(x float64, s Style) {
	f.add(&rule{at: x, vertical: true, s: f.colour(s)})
}

// HLine draws a line across the axes at y.
func (f *Figure) HLine(y float64, s Style) {
	f.add(&rule{at: y, s: f.colour(s)})
}

func (r *rule) style() Style { return r.s }

func (r *rule) shown(f *Figure) bool {
	if r.vertical {
		return usable(r.at, f.logX())
	}
	return usable(r.at, f.LogY)
}

func (r *rule) text(f *Figure) string {
	text := named("rule", r.s)
	if !r.shown(f) {
		return text + leftOut(1)
	}
	if r.vertical {
		return text + ": x " + f.rangeX(span{r.at, r.at})
	}
	return text + ": y " + number(r.at)
}

func (r *rule) limits(f *Figure) limits {
	l := limits{x: emptySpan, y: emptySpan}
	switch {
	case !r.shown(f):
	case r.vertical:
		l.x.include(r.at)
	default:
		l.y.include(r.at)
	}
	return l
}

func (r *rule) width(th theme) float64 {
	if r.s.Width > 0 {
		return r.s.Width
	}
	return th.lineWidth
}

func (r *rule) draw(p *panel) {
	if !r.shown(p.f) {
		return
	}
	width := p.c.px(r.width(p.th))
	col := r.s.Color.rgba(r.s.opacity())
	if r.vertical {
		p.c.vline(p.axes.x.of(r.at), p.box.y0, p.box.y1, width, dashOf(r.s.Dash, width), col)
	} else {
		p.c.hline(p.box.x0, p.box.x1, p.axes.y.of(r.at), width, dashOf(r.s.Dash, width), col)
	}
}

func (r *rule) swatch(p *panel, box rect) {
	width := p.c.px(r.width(p.th))
	p.c.hline(box.x0, box.x1, (box.y0+box.y1)/2, width, dashOf(r.s.Dash, width), r.s.Color.rgba(r.s.opacity()))
}

func (r *rule) layers(s *spec) []any {
	if !r.shown(s.f) {
		return nil
	}
	mark := map[string]any{
		"type": "rule", "strokeWidth": s.px(r.width(s.th)), "color": string(r.s.Color), "opacity": r.s.opacity(),
	}
	if r.s.Dash {
		mark["strokeDash"] = s.dash(r.width(s.th))
	}
	table := newTable("at")
	table.row(full(r.at))
	encoding := map[string]any{"y": s.y("at")}
	if r.vertical {
		encoding = map[string]any{"x": s.x("at")}
	}
	return []any{s.layer(mark, table, r.s, encoding)}
}
