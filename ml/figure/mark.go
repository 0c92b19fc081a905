package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A mark is something drawn on axes. It knows the room it needs, how to draw
// itself, how to write itself as layers of a Vega-Lite specification, and how
// to say itself in a line of text, which keeps the forms of a figure equal.
type mark interface {
	limits(f *Figure) limits
	draw(p *panel)
	layers(s *spec) []any
	text(f *Figure) string
	style() Style
	// swatch draws the sample of the legend.
	swatch(p *panel, r rect)
}

// span is a closed interval of values; it is empty while lo > hi.
type span struct{ lo, hi float64 }

var emptySpan = span{math.Inf(1), math.Inf(-1)}

func (s *span) include(v float64) { s.lo, s.hi = min(s.lo, v), max(s.hi, v) }

func (s span) empty() bool { return s.lo > s.hi }

func (s span) union(t span) span { return span{min(s.lo, t.lo), max(s.hi, t.hi)} }

// widened returns the span, made one wide, as numpy does, if it is a single
// value; more if the value is so large that this would not show.
func (s span) widened() span {
	if s.lo < s.hi {
		return s
	}
	d := max(0.5, 1e-12*s.hi, -1e-12*s.lo)
	return span{s.lo - d, s.hi + d}
}

// limits is the room that a mark needs.
type limits struct {
	x, y span
	// floor: the mark stands on the lower end of the y axis, which gets no
	// margin there.
	floor bool
	// tight: no margin on any side.
	tight bool
	// slots: no margin on the x axis, which is divided among marks.
	slots bool
	// categories label the x axis (bars) or both (heat map), at 0, 1, 2 ….
	xNames, yNames []string
}

// utmost is the largest value that an axis shows: ranges and margins must not
// overflow. Its reciprocal is the smallest on a logarithmic axis.
const utmost = 1e300

// usable tells whether an axis can show v.
func usable(v float64, log bool) bool {
	return v >= -utmost && v <= utmost && (!log || v >= 1/utmost)
}

// series is the data of marks made of points; a nil x counts 0, 1, 2 ….
type series struct{ x, y []float64 }

func (s series) len() int { return len(s.y) }

func (s series) at(i int) (x, y float64) {
	if s.x == nil {
		return float64(i), s.y[i]
	}
	return s.x[i], s.y[i]
}

// usable tells whether point i can be drawn on the figure's axes.
func (s series) usable(f *Figure, i int) bool {
	x, y := s.at(i)
	return usable(x, f.logX()) && usable(y, f.LogY)
}

func (s series) limits(f *Figure) limits {
	l := limits{x: emptySpan, y: emptySpan}
	for i := range s.y {
		if s.usable(f, i) {
			x, y := s.at(i)
			l.x.include(x)
			l.y.include(y)
		}
	}
	return l
}

// summary gives the number of points, their range and the number left out.
func (s series) summary(f *Figure) string {
	shown := 0
	for i := range s.y {
		if s.usable(f, i) {
			shown++
		}
	}
	l := s.limits(f)
	var b strings.Builder
	b.WriteString(plural(s.len(), "point"))
	if shown > 0 {
		fmt.Fprintf(&b, ", x %s, y %s", f.rangeX(l.x), rangeOf(l.y))
	}
	b.WriteString(leftOut(s.len() - shown))
	b.WriteString(beyond(s.y))
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// leftOut names the values that cannot be drawn: not finite ones, and those
// not above zero on a logarithmic axis.
func leftOut(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d left out (not finite, or not above zero on a log axis)", n)
}

// beyond tells how many values are finite and yet too large for an axis.
func beyond(values []float64) string {
	n := 0
	for _, v := range values {
		if math.Abs(v) > utmost && !math.IsInf(v, 0) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s beyond ±%g, where axes end", plural(n, "value"), utmost)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 8, 64) }

func rangeOf(s span) string {
	if s.lo == s.hi {
		return number(s.lo)
	}
	return number(s.lo) + " to " + number(s.hi)
}

// named returns the mark's kind with its label.
func named(kind string, s Style) string {
	if s.Label == "" {
		return kind
	}
	return fmt.Sprintf("%s %q", kind, s.Label)
}
