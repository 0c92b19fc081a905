package figure

import (
	"fmt"
	"math"
)

// sample is a figure with the name of its golden files.
type sample struct {
	name string
	fig  *Figure
}

// samples returns a small figure for every mark and for the hard cases.
func samples() []sample {
	var all []sample
	add := func(name string, width, height float64, build func(f *Figure)) {
		f := New(Size(width, height))
		build(f)
		all = append(all, sample{name, f})
	}
	wave := func(n int, phase float64) []float64 {
		y := make([]float64, n)
		for i := range y {
			// Rounded, so that the data are the same on every processor.
			y[i] = math.Round(1e6*math.Sin(float64(i)/6+phase)*math.Exp(-float64(i)/60)) / 1e6
		}
		return y
	}
	const start = 1658902704700.0 // 2022-07-27 06:18:24.7 UTC

	add("offset", 5, 3, func(f *Figure) { // labels in full would be equal
		f.Title, f.YLabel = "Narrow\nand far", "ms"
		f.Line(nil, []float64{1658902768472, 1658902769073, 1658902769112}, Style{})
	})
	add("box_log", 5, 3, func(f *Figure) {
		f.LogX = true
		f.Box([]float64{0, 0, 1, 5, 9}, Style{Label: "from zero"})
		f.Box([]float64{3, 4, 10, 50, 90}, Style{Label: "above"})
	})
	add("long_names", 6, 4, func(f *Figure) {
		f.XSlant = 45
		var names []string
		for i := range 6 {
			names = append(names, fmt.Sprintf("a name of an application, number %d, that never ends", i))
		}
		f.Bars(names, []float64{1, 2, 3, 4, 5, 6}, Style{})
	})
	add("long_legend", 6, 3, func(f *Figure) {
		for i := range 40 {
			f.Line(nil, []float64{float64(i), float64(i + 3)}, Style{Label: fmt.Sprintf("entry %d", i)})
		}
	})
	add("one_label_twice", 5, 3, func(f *Figure) {
		f.Line(nil, []float64{1, 2}, Style{Label: "x"})
		f.Line(nil, []float64{2, 1}, Style{Label: "x"})
	})
	add("limits", 5, 3, func(f *Figure) {
		f.XLim, f.YLim = &[2]float64{5, 20}, &[2]float64{-0.5, 0.5}
		f.Line(nil, wave(60, 0), Style{})
		f.Scatter(nil, wave(60, 1), Style{Color: Tomato})
	})
	add("line", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Čiary a body", "Index", "Hodnota"
		f.Line(nil, wave(60, 0), Style{Color: RoyalBlue, Width: 2, Label: "plná"})
		f.Line(nil, wave(60, 1.5), Style{Color: DarkOrange, Dash: true, Label: "čiarkovaná"})
		f.Line(nil, wave(60, 3), Style{Marker: 4, Alpha: 0.6, Label: "s bodmi"})
		f.Grid = dashedGrid
	})
	add("time", 5, 3, func(f *Figure) {
		f.Title, f.YLabel = "Over time", "Packets"
		x := make([]float64, 60)
		for i := range x {
			x[i] = start + float64(i*7919%60)*30e3 // not in order
		}
		f.Line(x, wave(60, 0), Style{})
		f.TimeAxis("02. 01. 2006")
		f.XSlant = 30
	})
	add("scatter", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Scatter", "x", "y"
		f.Scatter(wave(40, 0), wave(40, 2), Style{Color: Tomato, Edge: Red, Label: "tomato"})
		f.Scatter(wave(40, 1), wave(40, 4), Style{Marker: 9, Alpha: 0.4, Label: "translucent"})
	})
	add("histogram", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Histogram", "Packets", "Count"
		f.LogY = true
		values := make([]float64, 2000)
		for i := range values {
			values[i] = math.Round(math.Pow(10, 3*math.Mod(float64(i)*0.618034, 1)))
		}
		f.Hist(values, 40, Style{Color: RoyalBlue, Alpha: 0.8, Edge: White})
	})
	add("density", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Density and rules", "Error", "Density"
		f.HistDensity(wave(500, 0), 30, Style{Color: RoyalBlue, Label: "Error"})
		f.VLine(0.2, Style{Color: Tomato, Width: 2, Dash: true, Label: "Threshold"})
		f.HLine(4, Style{Color: Grey})
	})
	add("line_rule", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Losses and the best epoch", "Epoch", "Error"
		f.Line(nil, []float64{5, 3, 2, 1, 2}, Style{Color: RoyalBlue, Width: 2, Label: "Error"})
		f.VLine(3, Style{Color: Grey, Width: 1, Dash: true, Label: "Best epoch"})
	})
	add("box", 5, 3, func(f *Figure) {
		f.Title, f.XLabel = "Boxes", "Error"
		far := append(wave(200, 0), 2, 2.3, -1.9)
		f.Box(far, Style{Label: "one"})
		f.Box(wave(200, 1), Style{Label: "two"})
	})
	add("bars", 5, 4, func(f *Figure) {
		f.Look = Matplotlib
		f.Title, f.XLabel, f.YLabel = "Distribúcia protokolov", "Protokol", "Počet"
		f.XSlant = 45
		f.Grid = Style{Color: Grey, Width: 0.5, Dash: true}
		f.Bars([]string{"TLS.Telegram", "ICMP", `quoted "a, b"`, "DNS"}, []float64{2710, 1234, 1147, 767}, Style{})
	})
	add("bars_narrow", 5, 3, func(f *Figure) {
		f.Title, f.TitleSize, f.TickSize, f.BarWidth = "Half of a unit", 18, 14, 0.5
		f.Grid = dashedGrid
		f.Bars([]string{"TLS", "DNS", "ICMP"}, []float64{5, 2, 1}, Style{})
	})
	add("heat", 5, 4, func(f *Figure) {
		f.Title = "Correlation"
		names := []string{"packets", "bytes", "duration"}
		f.Heat(names, names, []float64{1, 0.9, -0.4, 0.9, 1, math.NaN(), -0.4, math.NaN(), 1}, Diverging)
		f.XSlant = 30
	})
	add("heat_sequential", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Counts", "Hour", "Day"
		values := make([]float64, 2*24)
		hours := make([]string, 24)
		for i := range values {
			values[i] = float64(i * 37 % 48)
		}
		for i := range hours {
			hours[i] = number(float64(i))
		}
		f.Heat([]string{"Wed", "Thu"}, hours, values, Sequential)
	})
	add("area", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Area", "Minute", "Bytes"
		up := make([]float64, 60)
		low := make([]float64, 60)
		for i, v := range wave(60, 0) {
			up[i], low[i] = 2+v, 1+v/2
		}
		f.Area(nil, low, up, Style{Color: RoyalBlue, Alpha: 0.5, Label: "band"})
		f.Area(nil, nil, low, Style{Color: DarkOrange, Label: "from zero"})
	})
	add("row", 4, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Left", "Index", "Value"
		f.Line(nil, wave(60, 0), Style{Color: Blue, Alpha: 0.7, Label: "left"})
	})
	left := all[len(all)-1].fig
	add("row", 4, 3, func(f *Figure) {
		f.Title, f.XLabel = "Right", "Time"
		x := make([]float64, 60)
		for i := range x {
			x[i] = start + float64(i)*1e3
		}
		f.Line(x, wave(60, 2), Style{Color: Green, Alpha: 0.7, Label: "right"})
		f.TimeAxis("")
	})
	all = append(all[:len(all)-2], sample{"row", Row(left, all[len(all)-1].fig)})
	all = append(all, moreSamples(wave)...)
	all = append(all, sample{"network", Network(Size(6, 3.5), []int{1, 8, 4, 2, 4, 8, 1},
		[]string{"input", "dense", "dense", "code", "dense", "dense", "output"})})
	all = append(all, sample{"network_wide", Network(Size(5, 3.5), []int{89, 16, 1}, []string{"features", "dense", "score"})})

	add("empty", 4, 2.5, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Nothing yet", "Index", "Value"
		f.Line(nil, nil, Style{Label: "line"})
	})
	add("gaps", 4, 2.5, func(f *Figure) {
		f.Title, f.Note = "Not finite", "3 values are missing"
		y := wave(30, 0)
		y[5], y[6], y[20] = math.NaN(), math.Inf(1), math.Inf(-1)
		f.Line(nil, y, Style{Marker: 4})
	})
	add("one_point", 4, 2.5, func(f *Figure) {
		f.Title = "One point"
		f.Line([]float64{7}, []float64{1e9}, Style{Marker: 8, Label: "7"})
	})
	add("equal", 4, 2.5, func(f *Figure) {
		f.Title = "Equal values"
		f.Line(nil, []float64{3, 3, 3, 3}, Style{})
		f.Hist([]float64{3, 3, 3}, 5, Style{Alpha: 0.5})
	})
	add("log_line", 4, 2.5, func(f *Figure) {
		f.Title = "Log of zero"
		f.LogX, f.LogY = true, true
		f.Line([]float64{0, 1, 10, 100, 1000, 1e4}, []float64{5, 0.01, 1, -2, 0, 1e3}, Style{Marker: 5})
	})
	return all
}
