package figure

import (
	"fmt"
	"time"
)

// Inches is the size of a figure.
type Inches struct{ Width, Height float64 }

// Size returns the size of a figure of width w and height h inches. Both must
// be between 0.5 and 100.
func Size(w, h float64) Inches { return Inches{Width: w, Height: h} }

// screenDPI is the resolution of a figure in a notebook: the originals'
// figures have 100 pixels an inch.
const screenDPI = 100

// A Figure is one pair of axes and the marks on it, in drawing order, or
// several such figures arranged by Row or Grid. New makes one.
type Figure struct {
	Title, XLabel, YLabel string

	Look Look

	// Font sizes in points; 0 means the look's.
	TitleSize, LabelSize, TickSize, LegendSize float64

	// XSlant turns the labels of the x axis, degrees counter-clockwise; a
	// slanted label ends at its tick.
	XSlant float64

	// LogX and LogY make an axis logarithmic, with labels 10^k. An axis of
	// times stays linear.
	LogX, LogY bool

	// Upright turns boxes and violins: their values run along the y axis.
	Upright bool

	// Palette is the colours that marks without one take in turn; nil means
	// the look's.
	Palette []Color

	// XLim and YLim are the ends of an axis, the lower first; nil shows all
	// values. Ends that are out of order, or not above zero on a logarithmic
	// axis, count as nil.
	XLim, YLim *[2]float64

	// Grid overrides colour, width and dash of the look's grid.
	Grid Style

	// BarWidth is the width of the bars of Bars, of which one begins a whole
	// unit after the other; 0, and all above 1, means 0.8.
	BarWidth float64

	// Note is a line of small print under the axes.
	Note string

	size       Inches
	marks      []mark
	grid       [][]*Figure // rows of panels; the rest of the figure is then unused
	timeX      bool
	timeLayout string
	bare       bool // no axes: the drawing of a network
	colours    int  // how many marks took a colour of the cycle
}

// New returns an empty figure in the whitegrid look.
func New(size Inches) *Figure {
	if !(size.Width >= 0.5 && size.Width <= 100 && size.Height >= 0.5 && size.Height <= 100) {
		panic(fmt.Sprintf("figure: size %g x %g in is not between 0.5 and 100", size.Width, size.Height))
	}
	return &Figure{size: size}
}

// TimeAxis says that x values are times as Times returns them. The layout is
// that of package time, such as "02. 01. 2006"; an empty one takes the layout that suits
// the distance of the ticks. Times are shown in UTC.
func (f *Figure) TimeAxis(layout string) {
	f.timeX, f.timeLayout = true, layout
}

// Times returns the times as x values: milliseconds since 1970, UTC.
func Times(t []time.Time) []float64 {
	ms := make([]float64, len(t))
	for i, v := range t {
		ms[i] = float64(v.UnixMicro()) / 1000
	}
	return ms
}

// logX tells whether the x axis is logarithmic.
func (f *Figure) logX() bool { return f.LogX && !f.timeX }

// add appends a mark.
func (f *Figure) add(m mark) {
	f.marks = append(f.marks, m)
}

func sameLength(kind string, x, y []float64) {
	if x != nil && len(x) != len(y) {
		panic(fmt.Sprintf("figure: %s with %d x values and %d y values", kind, len(x), len(y)))
	}
}
