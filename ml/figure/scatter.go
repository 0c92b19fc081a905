package figure

// scatter draws a disc at each point.
type scatter struct {
	series
	s Style
}

// Scatter draws a disc at each point; a nil x counts from 0. A Style.Marker of
// 0 is a diameter of 6 points.
func (f *Figure) Scatter(x, y []float64, s Style) {
	sameLength("scatter", x, y)
	s = f.colour(s)
	if s.Marker <= 0 {
		s.Marker = 6
	}
	f.add(&scatter{series{x, y}, s})
}

func (d *scatter) style() Style { return d.s }

func (d *scatter) text(f *Figure) string { return named("scatter", d.s) + ": " + d.summary(f) }

func (d *scatter) draw(p *panel) { p.discs(d.series, d.s) }

func (d *scatter) swatch(p *panel, r rect) {
	p.drawDiscs([]point{{(r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2}}, d.s)
}

func (d *scatter) layers(s *spec) []any {
	mark := map[string]any{
		"type": "point", "filled": true, "size": s.area(d.s.Marker), "color": string(d.s.Color),
		"opacity": d.s.opacity(), "tooltip": true,
	}
	if d.s.Edge != "" {
		mark["stroke"] = string(d.s.Edge)
		mark["strokeWidth"] = s.px(d.s.edgeWidth())
	}
	return []any{s.layer(mark, s.points(d.series, s.apart(d.series, d.s.Marker)), d.s, map[string]any{
		"x": s.x("x"), "y": s.y("y"),
	})}
}

// edgeWidth returns the width in points of the edge of markers: Width, or
// matplotlib's 1.
func (s Style) edgeWidth() float64 {
	if s.Width > 0 && s.Marker > 0 && s.Edge != "" {
		return s.Width
	}
	return 1
}

// discs draws the style's marker at all points that can be shown.
func (p *panel) discs(points series, s Style) {
	at := make([]point, 0, points.len())
	for i := range points.y {
		if points.usable(p.f, i) {
			at = append(at, p.point(points.at(i)))
		}
	}
	p.drawDiscs(at, s)
}

func (p *panel) drawDiscs(at []point, s Style) {
	edge := s.Edge
	if edge == "" {
		edge = s.Color
	}
	p.c.discs(at, p.c.px(s.Marker), p.c.px(s.edgeWidth()), s.Color.rgba(s.opacity()), edge.rgba(s.opacity()))
}

// point returns the place of a pair of values.
func (p *panel) point(x, y float64) point { return point{p.axes.x.of(x), p.axes.y.of(y)} }

// apart returns the points whose discs can be told apart on the screen: up to
// sparse all of them, else one for each cell of a quarter of the diameter.
func (s *spec) apart(points series, marker float64) []int {
	cell := max(1, s.px(marker)/4)
	taken := map[[2]int]bool{}
	var kept []int
	for i := range points.y {
		if !points.usable(s.f, i) {
			continue
		}
		if points.len() > sparse {
			x, y := points.at(i)
			at := [2]int{int(s.columns.of(x) / cell), int(s.rows.of(y) / cell)}
			if taken[at] {
				continue
			}
			taken[at] = true
		}
		kept = append(kept, i)
	}
	return kept
}
