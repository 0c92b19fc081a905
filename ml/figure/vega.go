package figure

import (
	"math"
	"strconv"
)

// schemaURL names the version of Vega-Lite; JupyterLab 4 knows 3 to 5.
const schemaURL = "https://vega.github.io/schema/vega-lite/v5.json"

// The largest widths of a figure on the screen in pixels; a wider figure is
// scaled down as a whole. JupyterLab in a window of 1280 pixels leaves an
// output 840, of which the menu beside a Vega-Lite figure takes 38. A PNG has
// no menu, and its viewers shrink charts that are too wide for them.
const (
	widestVega = 800
	widestPNG  = 900
)

// shown returns the size of the figure on the screen in pixels.
func (f *Figure) shown(widest float64) (width, height int) {
	w, h := f.size.Width*screenDPI, f.size.Height*screenDPI
	if w > widest {
		w, h = widest, h*widest/w
	}
	return int(math.Round(w)), int(math.Round(h))
}

// spec writes the Vega-Lite form of one pair of axes.
type spec struct {
	f             *Figure
	th            theme
	axes          axes
	perPoint      float64 // screen pixels of a point
	width, height int     // of the view, in pixels
	columns, rows scale   // to pixels of the view, to thin data
	name          string  // of the zoom, unique in the specification
	legend        map[string]any
	legendColumns int
	label         string // of the mark whose layers are written
}

// smallest is the least size of text in pixels that can be read.
const smallest = 9

func (s *spec) px(pt float64) float64 { return round3(pt * s.perPoint) }

func (s *spec) font(pt float64) float64 { return fontSize(pt, s.perPoint) }

// fontSize returns the size in pixels of text of pt points.
func fontSize(pt, perPoint float64) float64 { return math.Max(smallest, math.Round(pt*perPoint)) }

// area returns the area in pixels of a disc's bounding square, Vega's size.
func (s *spec) area(diameter float64) float64 {
	d := diameter * s.perPoint
	return round3(math.Max(d*d*math.Pi/4, 2))
}

func (s *spec) dash(width float64) []any {
	var dash []any
	for _, d := range dashOf(true, s.px(width)) {
		dash = append(dash, round3(d))
	}
	return dash
}

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }

// Spec returns the figure as a Vega-Lite v5 specification of plain maps,
// slices, strings, numbers and booleans, without nil.
func (f *Figure) Spec() map[string]any {
	width, height := f.shown(widestVega)
	first := f.panels()[0]
	perPoint := float64(width) / (f.size.Width * 72)
	top := map[string]any{
		"$schema":    schemaURL,
		"background": "white",
		"config":     config(first.theme(), perPoint, first),
	}
	if f.grid != nil {
		f.concatenate(top, perPoint)
		return top
	}
	s := f.newSpec(perPoint, width, height, "zoom")
	for key, v := range s.view() {
		top[key] = v
	}
	top["width"], top["height"] = width, height
	top["autosize"] = map[string]any{"type": "fit", "contains": "padding"}
	return top
}

func (f *Figure) newSpec(perPoint float64, width, height int, name string) *spec {
	s := &spec{f: f, th: f.theme(), axes: f.axes(), perPoint: perPoint, width: width, height: height, name: name}
	s.columns, s.rows = s.axes.x, s.axes.y
	s.columns.p1, s.rows.p1 = float64(width), float64(height)
	if marks := f.labelled(); len(marks) > 0 {
		labels, colours := make([]any, len(marks)), make([]any, len(marks))
		for i, m := range marks {
			labels[i], colours[i] = s.f.legendName(m), string(m.style().Color)
		}
		if columns := legendColumns(len(marks), float64(height)*0.85, s.th.legendSize*perPoint); columns > 1 {
			s.legendColumns = columns
		}
		em := s.th.legendSize * perPoint
		long := 0.0
		for _, m := range marks {
			long = math.Max(long, textWidth(m.style().Label, s.th.legendSize)*perPoint)
		}
		// The same corner as in the picture, on a box of about the same shape.
		box := rect{0, 0, float64(width) * 0.92, float64(height) * 0.85}
		at := f.legendCorner(s.axes, box, long+3.6*em, (0.8+1.45*float64(len(marks)))*em, em*legendAway)
		legend := map[string]any{"orient": at.orient, "title": "", "offset": 8}
		for _, m := range marks {
			switch m.(type) {
			case *line, *rule, *kde: // their samples are strokes
			default:
				// Samples of different marks are discs; without this all have
				// the edge of the first mark.
				legend["symbolStrokeWidth"] = 0
			}
		}
		if s.legendColumns > 1 {
			legend["columns"], legend["symbolLimit"] = s.legendColumns, 0
		}
		s.legend = map[string]any{"scale": map[string]any{"domain": labels, "range": colours}, "legend": legend}
	}
	return s
}

// view returns the layers of the axes.
func (s *spec) view() map[string]any {
	var layers []any
	collect := func(filled bool) {
		for _, m := range s.f.marks {
			if _, ok := m.(interface{ filled() }); ok == filled {
				s.label = s.f.legendName(m)
				layers = append(layers, m.layers(s)...)
			}
		}
	}
	collect(true)
	collect(false)
	if s.axes.empty {
		layers = append(layers, map[string]any{
			"data": map[string]any{"values": []any{map[string]any{"text": "no data"}}},
			"mark": map[string]any{"type": "text", "text": "no data", "fontSize": s.font(s.th.labelSize + 2)},
		})
	} else if s.zooms() && len(layers) > 0 {
		layers[0].(map[string]any)["params"] = []any{
			map[string]any{"name": s.name, "select": "interval", "bind": "scales"},
		}
	}
	view := map[string]any{"layer": layers}
	if s.f.Title != "" || s.f.Note != "" {
		lines := titleLines(s.f.Title)
		title := map[string]any{"text": lines[0], "fontSize": s.font(s.th.titleSize), "fontWeight": "normal",
			"color": string(s.th.text), "anchor": "middle", "frame": "group"}
		if len(lines) > 1 { // Vega leaves no room for a title of several lines, but for a subtitle
			title["subtitle"], title["subtitleFontSize"] = textList(append(lines[1:], s.f.Note)), s.font(s.th.titleSize)
			title["subtitleColor"] = string(s.th.text)
		} else if s.f.Note != "" {
			title["subtitle"] = s.f.Note
			title["subtitleColor"] = string(s.th.text)
		}
		view["title"] = title
	}
	return view
}

// textList is a list of the lines that are not empty, as Vega-Lite has it.
func textList(lines []string) []any {
	var list []any
	for _, line := range lines {
		if line != "" {
			list = append(list, line)
		}
	}
	return list
}

// zooms tells whether the axes can be moved: both count numbers.
func (s *spec) zooms() bool { return s.axes.xNames == nil && s.axes.yNames == nil && !s.f.bare }

// layer returns a layer; a labelled style joins the legend.
func (s *spec) layer(mark map[string]any, t *table, style Style, encoding map[string]any) map[string]any {
	if s.f.XLim != nil || s.f.YLim != nil {
		mark["clip"] = true
	}
	layer := map[string]any{"mark": mark, "data": t.data(), "encoding": encoding}
	if style.Label != "" {
		// A legend wants a field; to repeat the label in every row of the data
		// would cost more than to compute it.
		layer["transform"] = []any{map[string]any{"calculate": jsonText(s.label), "as": "label"}}
		colour := map[string]any{"field": "label", "type": "nominal"}
		for key, v := range s.legend {
			colour[key] = v
		}
		encoding["color"] = colour
		delete(mark, "color")
	}
	return layer
}

// points returns the given points as data; -1 is a gap.
func (s *spec) points(points series, kept []int) *table {
	t := newTable("x", "y")
	for _, i := range kept {
		if i < 0 {
			t.row("", "")
			continue
		}
		x, y := points.at(i)
		if points.len() > sparse {
			t.row(full(x), strconv.FormatFloat(y, 'g', 9, 64)) // far below a pixel
			continue
		}
		t.row(full(x), full(y))
	}
	return t
}

// bars returns a layer of bars between the columns from and to, as high as y.
func (s *spec) bars(t *table, style Style, tooltip ...string) map[string]any {
	mark := map[string]any{"type": "bar", "color": string(style.Color), "opacity": style.opacity()}
	if style.Edge != "" {
		mark["stroke"] = string(style.Edge)
		mark["strokeWidth"] = s.px(1)
	}
	var tips []any
	for _, name := range append(tooltip, "y") {
		kind := "quantitative"
		if textColumns[name] {
			kind = "nominal"
		}
		tips = append(tips, map[string]any{"field": name, "type": kind})
	}
	base := 0.0
	if s.axes.y.log {
		base = s.axes.y.lo // a logarithmic axis has no zero
	}
	return s.layer(mark, t, style, map[string]any{
		"x": s.x("from"), "x2": field("to"),
		"y": s.y("y"), "y2": map[string]any{"datum": base},
		"tooltip": tips,
	})
}
