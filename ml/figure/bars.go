package figure

import "fmt"

// bars is a vertical bar for each category.
type bars struct {
	names  []string
	values []float64
	s      Style
}

// barHalf returns half the width of a bar; categories lie 1 apart.
func (f *Figure) barHalf() float64 {
	if f.BarWidth > 0 && f.BarWidth <= 1 {
		return f.BarWidth / 2
	}
	return 0.4
}

// Bars draws a vertical bar for each named value. Several marks of bars in a
// figure have the same names and stand beside one another at each.
func (f *Figure) Bars(names []string, values []float64, s Style) {
	if len(names) != len(values) {
		panic(fmt.Sprintf("figure: bars with %d names and %d values", len(names), len(values)))
	}
	f.add(&bars{names: names, values: values, s: f.colour(s)})
}

// ends returns where the bar of category i begins and ends.
func (b *bars) ends(f *Figure, i int) (from, to float64) {
	n, at := 0, 0
	for _, m := range f.marks {
		if other, ok := m.(*bars); ok {
			if other == b {
				at = n
			}
			n++
		}
	}
	half := f.barHalf()
	if n == 1 {
		return float64(i) - half, float64(i) + half
	}
	width := 2 * half / float64(n)
	from = float64(i) - half + float64(float64(at)*width)
	return round6(from), round6(from + width)
}

func (b *bars) filled() {}

func (b *bars) style() Style { return b.s }

func (b *bars) text(f *Figure) string {
	lost := 0
	all := emptySpan
	highest := 0
	for i, v := range b.values {
		if !usable(v, f.LogY) {
			lost++
			continue
		}
		if v > all.hi {
			highest = i
		}
		all.include(v)
	}
	text := named("bars", b.s) + ": " + plural(len(b.values), "category")
	if len(b.values) != 1 {
		text = named("bars", b.s) + fmt.Sprintf(": %d categories", len(b.values))
	}
	if !all.empty() {
		text += fmt.Sprintf(", %s, highest %q", rangeOf(all), b.names[highest])
	}
	return text + leftOut(lost)
}

func (b *bars) limits(f *Figure) limits {
	l := limits{x: emptySpan, y: emptySpan, floor: true, xNames: b.names}
	half := f.barHalf()
	for i, v := range b.values {
		l.x.include(float64(i) - half)
		l.x.include(float64(i) + half)
		if usable(v, f.LogY) {
			l.y.include(v)
		}
	}
	if !f.LogY && !l.y.empty() {
		l.y.include(0)
	}
	return l
}

func (b *bars) draw(p *panel) {
	for i, v := range b.values {
		if usable(v, p.axes.y.log) {
			from, to := b.ends(p.f, i)
			p.bar(from, to, v, b.s)
		}
	}
}

func (b *bars) swatch(p *panel, r rect) { p.c.fillRect(r, b.s.Color.rgba(b.s.opacity())) }

func (b *bars) layers(s *spec) []any {
	table := newTable("name", "from", "to", "y")
	for i, v := range b.values {
		if usable(v, s.f.LogY) {
			from, to := b.ends(s.f, i)
			table.row(b.names[i], full(from), full(to), full(v))
		}
	}
	return []any{s.bars(table, b.s, "name")}
}
