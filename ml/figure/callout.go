package figure

import (
	"fmt"
	"math"
	"strings"
)

// A Callout is how an annotation stands beside its place. The zero value writes
// the text over the place.
type Callout struct {
	// Right and Up are the distance in points from the place to the nearest
	// edge of the text; negative ones are left and below. At 0 the text is
	// centred in that direction.
	Right, Up float64
	// Line joins the text to the place, Arrow points at it.
	Line, Arrow bool
	// Size of the text in points; 0 means that of the labels of ticks.
	Size float64
	// Color of text and line; empty means that of the figure's texts.
	Color Color
}

// callout is a text that belongs to a place.
type callout struct {
	x, y  float64
	lines []string
	c     Callout
}

// Annotate writes a text at the place x, y, or beside it with a line or an
// arrow. Newlines part its lines. Text that would leave the figure stands on the
// other side; a place outside the axes has none.
func (f *Figure) Annotate(x, y float64, text string, c Callout) {
	if c.Color != "" {
		c.Color.rgba(1) // refuses a malformed one here
	}
	for _, v := range []*float64{&c.Right, &c.Up, &c.Size} {
		if !(math.Abs(*v) <= farthestText) {
			*v = 0
		}
	}
	f.add(&callout{x, y, titleLines(text), c})
}

// Distances of callouts in points.
const (
	farthestText = 72 * 100 // the largest figure; more counts as 0

	calloutGap  = 2.0 // between text and line
	arrowLength = 7.0
	arrowHalf   = 2.5 // half the breadth of its head
	calloutLine = 1.0
)

func (a *callout) shown(f *Figure) bool {
	if !usable(a.x, f.logX()) || !usable(a.y, f.LogY) {
		return false
	}
	in := func(v float64, ends *[2]float64, log bool) bool {
		s := scale{lo: v, hi: v, log: log}
		s.limit(ends)
		return v >= s.lo && v <= s.hi
	}
	return in(a.x, f.XLim, f.logX()) && in(a.y, f.YLim, f.LogY)
}

func (a *callout) limits(f *Figure) limits {
	l := limits{x: emptySpan, y: emptySpan}
	if usable(a.x, f.logX()) && usable(a.y, f.LogY) {
		l.x.include(a.x)
		l.y.include(a.y)
	}
	return l
}

func (a *callout) style() Style { return Style{} }

func (a *callout) text(f *Figure) string {
	text := fmt.Sprintf("annotation %q", strings.Join(a.lines, "\n"))
	if !a.shown(f) {
		return text + ": not drawn (its place is outside the axes)"
	}
	return fmt.Sprintf("%s: x %s, y %s", text, f.rangeX(span{a.x, a.x}), number(a.y))
}

func (a *callout) size(th theme) float64 {
	if a.c.Size > 0 {
		return a.c.Size
	}
	return th.tickSize
}

func (a *callout) colour(th theme) Color {
	if a.c.Color != "" {
		return a.c.Color
	}
	return th.text
}

// away tells whether the text stands beside its place, so that a line fits.
func (a *callout) away() bool { return math.Hypot(a.c.Right, a.c.Up) > calloutGap }

// turned is a distance from a place to a text of the given length, to the other
// side if there is room only there.
func turned(distance, length, before, after float64) float64 {
	need := math.Abs(distance) + length
	if distance > 0 && need > after && need <= before || distance < 0 && need > before && need <= after {
		return -distance
	}
	return distance
}

// sign is -1, 0 or 1.
func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func (a *callout) draw(p *panel) {
	if !a.shown(p.f) {
		return
	}
	c, size := p.c, a.size(p.th)
	ink := a.colour(p.th).rgba(1)
	at := p.point(a.x, a.y)
	line := c.px(size) * (capHeight + descent) * lineGap
	width := 0.0
	for _, text := range a.lines {
		width = math.Max(width, c.px(textWidth(text, size)))
	}
	height := c.px(size)*capHeight + line*float64(len(a.lines)-1)
	// The text's rectangle, moved into the figure.
	pad := c.px(calloutGap)
	right, up := c.px(a.c.Right), c.px(a.c.Up)
	right = turned(right, width, at.x-p.room.x0-pad, p.room.x1-pad-at.x)
	up = turned(up, height, p.room.y1-pad-at.y, at.y-p.room.y0-pad)
	h, v := sign(right), sign(up)
	x0 := at.x + right + width*(h-1)/2
	y0 := at.y - up - height*(v+1)/2
	x0 = math.Max(math.Min(x0, p.room.x1-pad-width), p.room.x0+pad)
	y0 = math.Max(math.Min(y0, p.room.y1-pad-height-c.px(size)*descent), p.room.y0+pad)
	if (a.c.Line || a.c.Arrow) && a.away() {
		from := point{x0 + width*(1-h)/2 - h*pad, y0 + height*(1+v)/2 + v*pad}
		a.join(p, from, at, a.c.Arrow)
	}
	window := c.window
	c.window = nil // the text may leave the axes
	for i, text := range a.lines {
		baseline := y0 + c.px(size)*capHeight + line*float64(i)
		c.text(text, point{x0 + width*(1-h)/2, baseline}, size, align{(1 - h) / 2, 0}, 0, ink)
	}
	c.window = window
}

// join draws the line from the text to its place.
func (a *callout) join(p *panel, from, to point, arrow bool) {
	c := p.c
	dx, dy := to.x-from.x, to.y-from.y
	length := math.Hypot(dx, dy)
	if length < 1 {
		return
	}
	dx, dy = dx/length, dy/length
	pen := newPen(p.room.pixels(), c.px(calloutLine))
	end := to
	if arrow {
		head, half := c.px(arrowLength), c.px(arrowHalf)
		end = point{to.x - dx*head*0.8, to.y - dy*head*0.8}
		foot := point{to.x - dx*head, to.y - dy*head}
		pen.poly(to, point{foot.x - dy*half, foot.y + dx*half}, point{foot.x + dy*half, foot.y - dx*half})
	}
	pen.line([]point{from, end})
	pen.ink(c.img, a.colour(p.th).rgba(1))
}

func (a *callout) swatch(*panel, rect) {}

func (a *callout) layers(s *spec) []any {
	if !a.shown(s.f) {
		return nil
	}
	place := func() *table {
		t := newTable("x", "y", "x2", "y2")
		t.row(full(a.x), full(a.y), full(a.x), full(a.y))
		return t
	}
	colour, size := string(a.colour(s.th)), a.size(s.th)
	width := 0.0
	for _, text := range a.lines {
		width = math.Max(width, textWidth(text, s.font(size)))
	}
	x, y := s.columns.of(a.x), float64(s.height)-s.rows.of(a.y)
	right := turned(s.px(a.c.Right), width, x, float64(s.width)-x)
	down := -turned(s.px(a.c.Up), s.font(size)*lineGap*float64(len(a.lines)), float64(s.height)-y, y)
	h, v := sign(right), -sign(down)
	var layers []any
	add := func(mark map[string]any, encoding map[string]any) {
		layer := s.layer(mark, place(), Style{}, encoding)
		delete(mark, "clip") // the text may leave the axes
		layers = append(layers, layer)
	}
	at := func() map[string]any { return map[string]any{"x": s.x("x"), "y": s.y("y")} }
	if (a.c.Line || a.c.Arrow) && a.away() {
		ends := at()
		ends["x2"], ends["y2"] = field("x2"), field("y2")
		gap := s.px(calloutGap)
		add(map[string]any{"type": "rule", "color": colour, "strokeWidth": s.px(calloutLine),
			"x2Offset": round3(right - h*gap), "y2Offset": round3(down + v*gap)}, ends)
	}
	if a.c.Arrow && a.away() {
		// A head whose tip is its centre, turned to where the text is not.
		turn := math.Mod(math.Atan2(-down, -right)*180/math.Pi+360, 360)
		add(map[string]any{"type": "point", "filled": true, "opacity": 1.0, "color": colour,
			"shape": fmt.Sprintf("M0,0L-1,%[1]gL-1,-%[1]gZ", round3(arrowHalf/arrowLength)),
			"size":  round3(4 * s.px(arrowLength) * s.px(arrowLength)), "angle": round3(turn)}, at())
	}
	text := make([]any, len(a.lines))
	for i, line := range a.lines {
		text[i] = line
	}
	add(map[string]any{"type": "text", "text": text, "fontSize": s.font(size), "color": colour,
		"align":    []string{"right", "center", "left"}[int(h)+1],
		"baseline": []string{"top", "middle", "bottom"}[int(v)+1],
		"dx":       right, "dy": down}, at())
	return layers
}
