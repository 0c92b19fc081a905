package figure

import "golang.org/x/image/vector"

// area fills between two lines over the same x.
type area struct {
	series           // the upper line
	lower  []float64 // nil: zero
	s      Style
}

// Area fills the room between lower and upper over x; a nil x counts from 0
// and a nil lower stands for zero.
func (f *Figure) Area(x, lower, upper []float64, s Style) {
	sameLength("area", x, upper)
	if lower != nil {
		sameLength("area", lower, upper)
	}
	f.add(&area{series{x, upper}, lower, f.colour(s)})
}

func (a *area) filled() {}

func (a *area) style() Style { return a.s }

func (a *area) text(f *Figure) string { return named("area", a.s) + ": " + a.summary(f) }

func (a *area) limits(f *Figure) limits {
	l := a.series.limits(f)
	if a.lower != nil {
		low := series{a.x, a.lower}.limits(f)
		l.x, l.y = l.x.union(low.x), l.y.union(low.y)
	} else if !f.LogY && !l.y.empty() {
		l.y.include(0)
		l.floor = l.y.lo == 0
	}
	return l
}

// base returns the lower line; where there is none it lies on zero, or on the
// lower end of a logarithmic axis.
func (a *area) base(ax axes) series {
	if a.lower != nil {
		return series{a.x, a.lower}
	}
	low := make([]float64, a.len())
	if ax.y.log {
		for i := range low {
			low[i] = ax.y.lo
		}
	}
	return series{a.x, low}
}

// both is the points where upper and lower line can be drawn.
func (a *area) stretches(f *Figure, low series, visit func(from, to int)) {
	a.series.stretches(f, func(from, to int) {
		start := -1
		for i := from; i < to; i++ {
			if low.usable(f, i) {
				if start < 0 {
					start = i
				}
			} else if start >= 0 {
				visit(start, i)
				start = -1
			}
		}
		if start >= 0 {
			visit(start, to)
		}
	})
}

func (a *area) draw(p *panel) {
	bounds := p.pixels()
	ras := vector.NewRasterizer(max(bounds.Dx(), fixedPointLimit+1), bounds.Dy())
	pen := &pen{ras: *ras, bounds: bounds}
	low := a.base(p.axes)
	a.stretches(p.f, low, func(from, to int) {
		var outline []point
		for _, i := range a.m4(from, to, p.axes.x) {
			outline = append(outline, p.point(a.at(i)))
		}
		below := low.m4(from, to, p.axes.x)
		for k := len(below) - 1; k >= 0; k-- {
			outline = append(outline, p.point(low.at(below[k])))
		}
		pen.poly(outline...)
	})
	pen.ink(p.c.img, a.s.Color.rgba(a.s.opacity()))
}

func (a *area) swatch(p *panel, r rect) { p.c.fillRect(r, a.s.Color.rgba(a.s.opacity())) }

func (a *area) layers(s *spec) []any {
	low := a.base(s.axes)
	table := newTable("x", "y", "y2")
	a.stretches(s.f, low, func(from, to int) {
		if table.rows > 0 {
			table.row("", "", "")
		}
		kept := a.m4(from, to, s.columns)
		if a.len() <= sparse {
			kept = make([]int, 0, to-from)
			for i := from; i < to; i++ {
				kept = append(kept, i)
			}
		}
		for _, i := range kept {
			x, y := a.at(i)
			_, y2 := low.at(i)
			table.row(full(x), full(y), full(y2))
		}
	})
	mark := map[string]any{"type": "area", "color": string(a.s.Color), "opacity": a.s.opacity()}
	return []any{s.layer(mark, table, a.s, map[string]any{
		"x": s.x("x"), "y": s.y("y"), "y2": map[string]any{"field": "y2"},
	})}
}
