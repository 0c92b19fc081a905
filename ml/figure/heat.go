package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
)

// A Ramp is the colours of a heat map.
type Ramp int

const (
	// Sequential runs from pale to dark blue over the range of the values.
	Sequential Ramp = iota
	// Diverging runs from blue over white at zero to red.
	Diverging
)

// stops are the colours of a ramp at equal distances, from ColorBrewer's Blues
// and RdBu (C. Brewer, colorbrewer2.org).
var stops = [...][]Color{
	Sequential: {"#F7FBFF", "#DEEBF7", "#C6DBEF", "#9ECAE1", "#6BAED6", "#4292C6", "#2171B5", "#08519C", "#08306B"},
	Diverging: {"#053061", "#2166AC", "#4393C3", "#92C5DE", "#D1E5F0", "#F7F7F7", "#FDDBC7", "#F4A582", "#D6604D",
		"#B2182B", "#67001F"},
}

const noValue Color = "#D9D9D9"

// heat is a matrix of coloured cells.
type heat struct {
	rows, columns []string
	values        []float64
	ramp          Ramp
}

// Heat draws a matrix of len(rows) x len(columns) values, row-major, the first
// row on top, with a bar of colours beside it. Cells that are not finite stay
// grey.
func (f *Figure) Heat(rows, columns []string, values []float64, ramp Ramp) {
	if len(rows)*len(columns) != len(values) {
		panic(fmt.Sprintf("figure: heat map of %d x %d cells with %d values", len(rows), len(columns), len(values)))
	}
	if ramp != Diverging {
		ramp = Sequential
	}
	f.add(&heat{rows: rows, columns: columns, values: values, ramp: ramp})
}

func (h *heat) filled() {}

func (h *heat) style() Style { return Style{} }

// finite returns the range of the values and how many are not finite.
func (h *heat) finite() (r span, lost int) {
	r = emptySpan
	for _, v := range h.values {
		if usable(v, false) {
			r.include(v)
		} else {
			lost++
		}
	}
	return r, lost
}

// domain returns the values at the ends of the ramp.
func (h *heat) domain() span {
	r, _ := h.finite()
	if r.empty() {
		return span{0, 1}
	}
	if h.ramp == Diverging {
		m := math.Max(math.Abs(r.lo), math.Abs(r.hi))
		if m == 0 {
			m = 1
		}
		return span{-m, m}
	}
	return r.widened()
}

func (h *heat) text(*Figure) string {
	r, lost := h.finite()
	text := fmt.Sprintf("heat map: %d x %d cells", len(h.rows), len(h.columns))
	if !r.empty() {
		text += ", " + rangeOf(r)
	}
	if lost > 0 {
		text += fmt.Sprintf(", %d without a value", lost)
	}
	return text
}

func (h *heat) limits(*Figure) limits {
	l := limits{x: emptySpan, y: emptySpan, tight: true, xNames: h.columns, yNames: make([]string, len(h.rows))}
	for i, name := range h.rows {
		l.yNames[len(h.rows)-1-i] = name
	}
	if len(h.values) > 0 {
		l.x = span{-0.5, float64(len(h.columns)) - 0.5}
		l.y = span{-0.5, float64(len(h.rows)) - 0.5}
	}
	return l
}

// at returns the colour at t between 0 and 1 of the ramp.
func (r Ramp) at(t float64) color.NRGBA {
	s := stops[r]
	t = math.Max(0, math.Min(1, t)) * float64(len(s)-1)
	i := min(int(t), len(s)-2)
	a, b, f := s[i].rgba(1), s[i+1].rgba(1), t-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*f)) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

func (h *heat) draw(p *panel) {
	d := h.domain()
	for i, v := range h.values {
		row, column := len(h.rows)-1-i/len(h.columns), i%len(h.columns)
		col := noValue.rgba(1)
		if usable(v, false) {
			col = h.ramp.at(v/(d.hi-d.lo) - d.lo/(d.hi-d.lo))
		}
		x, y := float64(column), float64(row)
		p.c.fillRect(rect{
			math.Round(p.axes.x.of(x - 0.5)), math.Round(p.axes.y.of(y + 0.5)),
			math.Round(p.axes.x.of(x + 0.5)), math.Round(p.axes.y.of(y - 0.5)),
		}, col)
	}
	h.drawBar(p, d)
}

// Size of the bar of colours in points.
const (
	barGap   = 10.0
	barWidth = 14.0
)

// colourBar returns the heat map whose colours need a bar, nil if there is none.
func (f *Figure) colourBar() *heat {
	for _, m := range f.marks {
		if h, ok := m.(*heat); ok {
			return h
		}
	}
	return nil
}

func (h *heat) ticks() []tick {
	d := h.domain()
	ticks, multiplier := linearTicks(d.lo, d.hi, 8)
	if multiplier != "" {
		for i := range ticks {
			ticks[i].label += multiplier[1:]
		}
	}
	return ticks
}

func (h *heat) drawBar(p *panel, d span) {
	c := p.c
	r := rect{math.Round(p.box.x1 + c.px(barGap)), p.box.y0, math.Round(p.box.x1 + c.px(barGap+barWidth)), p.box.y1}
	steps := int(r.height())
	for i := range steps {
		y := r.y1 - float64(i)
		c.fillRect(rect{r.x0, y - 1, r.x1, y}, h.ramp.at((float64(i)+0.5)/float64(steps)))
	}
	s := scale{lo: d.lo, hi: d.hi, p0: r.y1, p1: r.y0}
	for _, t := range h.ticks() {
		c.text(t.label, point{r.x1 + c.px(tickPad), s.of(t.at)}, p.th.tickSize, align{0, 0.5}, 0, p.ink(p.th.text))
	}
}

func (h *heat) swatch(*panel, rect) {}

func (h *heat) layers(s *spec) []any {
	if len(h.values) == 0 {
		return nil
	}
	// 60 columns make 3,600 cells: their places and names are computed from
	// their numbers.
	table := newTable("r", "c", "value")
	for i, v := range h.values {
		if usable(v, false) {
			table.row(strconv.Itoa(i/len(h.columns)), strconv.Itoa(i%len(h.columns)), strconv.FormatFloat(v, 'g', 6, 64))
		}
	}
	d := h.domain()
	colours := make([]any, len(stops[h.ramp]))
	for i, col := range stops[h.ramp] {
		colours[i] = string(col)
	}
	ground := newTable("x", "x2", "y", "y2")
	ground.row(full(s.axes.x.lo), full(s.axes.x.hi), full(s.axes.y.lo), full(s.axes.y.hi))
	place := func() map[string]any {
		return map[string]any{"x": s.x("x"), "x2": field("x2"), "y": s.y("y"), "y2": field("y2")}
	}
	cells := place()
	cells["color"] = map[string]any{
		"field": "value", "type": "quantitative",
		"scale":  map[string]any{"domain": []any{d.lo, d.hi}, "range": colours, "interpolate": "rgb"},
		"legend": map[string]any{"orient": "right", "title": "", "gradientLength": math.Round(float64(s.height) * 0.6)},
	}
	cells["tooltip"] = []any{
		map[string]any{"field": "row", "type": "nominal"}, map[string]any{"field": "column", "type": "nominal"},
		map[string]any{"field": "value", "type": "quantitative"},
	}
	layer := s.layer(map[string]any{"type": "rect"}, table, Style{}, cells)
	var transform []any
	compute := func(as, expression string) {
		transform = append(transform, map[string]any{"calculate": expression, "as": as})
	}
	compute("x", "datum.c-0.5")
	compute("x2", "datum.c+0.5")
	compute("y", strconv.Itoa(len(h.rows)-1)+"-datum.r-0.5")
	compute("y2", "datum.y+1")
	compute("row", jsonText(h.rows)+"[datum.r]")
	compute("column", jsonText(h.columns)+"[datum.c]")
	layer["transform"] = transform
	return []any{s.layer(map[string]any{"type": "rect", "color": string(noValue)}, ground, Style{}, place()), layer}
}
