package figure

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
)

// A Color is "#RRGGBB"; empty means the next colour of the look's cycle.
type Color string

// The colours of the originals, by their CSS names.
const (
	Black      Color = "#000000"
	White      Color = "#FFFFFF"
	Grey       Color = "#808080"
	Blue       Color = "#0000FF"
	Green      Color = "#008000"
	Red        Color = "#FF0000"
	RoyalBlue  Color = "#4169E1"
	DarkOrange Color = "#FF8C00"
	Tomato     Color = "#FF6347"
)

// Style is the look of a mark and its name in the legend.
type Style struct {
	Color Color
	// Alpha between 0 and 1 makes the mark translucent; 0 means opaque.
	Alpha float64
	// Width of a line, or of the edge of a bar or marker, in points.
	Width float64
	// Dash draws the line dashed.
	Dash bool
	// Marker is the diameter in points of a disc at each point.
	Marker float64
	// Edge is the colour of the edge of markers and bars; empty means none for
	// bars, and the mark's colour for markers.
	Edge Color
	// Label is the mark's line in the legend; empty keeps it out.
	Label string
}

// rgba returns the colour with the given opacity. A malformed colour is the
// caller's mistake.
func (c Color) rgba(alpha float64) color.NRGBA {
	v, err := strconv.ParseUint(string(c[min(1, len(c)):]), 16, 32)
	if len(c) != 7 || c[0] != '#' || err != nil {
		panic(fmt.Sprintf("figure: colour %q is not of the form #RRGGBB", string(c)))
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: uint8(math.Round(255 * alpha))}
}

// colorOf writes an opaque colour.
func colorOf(c color.NRGBA) Color { return Color(fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B)) }

// opacity returns Alpha with its zero read as opaque.
func (s Style) opacity() float64 {
	if s.Alpha <= 0 || s.Alpha > 1 || math.IsNaN(s.Alpha) {
		return 1
	}
	return s.Alpha
}

// Look is the style of everything around the marks.
type Look int

const (
	// Whitegrid is seaborn's style of that name, in which all figures of the
	// anomaly notebook are drawn.
	Whitegrid Look = iota
	// Matplotlib is matplotlib's own default style, that of the bar chart of
	// protocols.
	Matplotlib
)

// theme holds the constants of a look. Widths and sizes are points.
type theme struct {
	text, frame, grid                          Color
	frameWidth, gridWidth, lineWidth           float64
	titleSize, labelSize, tickSize, legendSize float64
	tickLength, tickWidth                      float64
	gridOn, gridAbove                          bool // gridAbove: over bars, below lines
	cycle                                      []Color
}

var themes = [...]theme{
	// seaborn 0.13: axes_style("whitegrid") with plotting_context("notebook").
	Whitegrid: {
		text: "#262626", frame: "#CCCCCC", grid: "#CCCCCC",
		frameWidth: 1.25, gridWidth: 1, lineWidth: 1.5,
		titleSize: 12, labelSize: 12, tickSize: 11, legendSize: 11,
		gridOn: true,
		cycle: []Color{"#4C72B0", "#DD8452", "#55A868", "#C44E52", "#8172B3",
			"#937860", "#DA8BC3", "#8C8C8C", "#CCB974", "#64B5CD"},
	},
	// matplotlib 3.8: matplotlibrc as shipped.
	Matplotlib: {
		text: "#000000", frame: "#000000", grid: "#B0B0B0",
		frameWidth: 0.8, gridWidth: 0.8, lineWidth: 1.5,
		titleSize: 12, labelSize: 10, tickSize: 10, legendSize: 10,
		tickLength: 3.5, tickWidth: 0.8,
		gridAbove: true,
		cycle: []Color{"#1F77B4", "#FF7F0E", "#2CA02C", "#D62728", "#9467BD",
			"#8C564B", "#E377C2", "#7F7F7F", "#BCBD22", "#17BECF"},
	},
}

// theme returns the figure's look with its own sizes and grid applied.
func (f *Figure) theme() theme {
	t := themes[Whitegrid]
	if f.Look == Matplotlib {
		t = themes[Matplotlib]
	}
	override := func(dst *float64, v float64) {
		if v > 0 {
			*dst = v
		}
	}
	override(&t.titleSize, f.TitleSize)
	override(&t.labelSize, f.LabelSize)
	override(&t.tickSize, f.TickSize)
	override(&t.legendSize, f.LegendSize)
	override(&t.gridWidth, f.Grid.Width)
	if f.Grid != (Style{}) {
		t.gridOn = true
	}
	if f.Grid.Color != "" {
		t.grid = f.Grid.Color
	}
	return t
}

// colour returns the style with a colour of the look's cycle if it has none.
func (f *Figure) colour(s Style) Style {
	if s.Color == "" {
		cycle := f.theme().cycle
		if len(f.Palette) > 0 {
			cycle = f.Palette
		}
		s.Color = cycle[f.colours%len(cycle)]
		f.colours++
	}
	s.Color.rgba(1) // refuses a malformed one here, where the caller's line is on the stack
	if s.Edge != "" {
		s.Edge.rgba(1)
	}
	return s
}
