package figure

import "math"

// moreSamples are figures of several panels, of groups, of densities and with
// annotations.
func moreSamples(wave func(n int, phase float64) []float64) []sample {
	var all []sample
	add := func(name string, width, height float64, build func(f *Figure)) {
		f := New(Size(width, height))
		build(f)
		all = append(all, sample{name, f})
	}
	tail := func(n int) []float64 { // most values are small, some are very large
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Round(math.Pow(10, 4*math.Pow(math.Mod(float64(i)*0.618034, 1), 3)))
		}
		return values
	}
	apps := []string{"TLS", "DNS", "ICMP"}
	names := make([]string, 90)
	for i := range names {
		names[i] = apps[i%7%3]
	}

	panel := func(title string, draw func(f *Figure)) *Figure {
		f := New(Size(4, 3))
		f.Title, f.XLabel, f.YLabel = title, "Index", "Value"
		draw(f)
		return f
	}
	thousand := wave(60, 1)
	for i := range thousand {
		thousand[i] *= 100_000
	}
	all = append(all, sample{"grid", Grid(2,
		panel("Small values", func(f *Figure) { f.Line(nil, wave(60, 0), Style{}) }),
		panel("Points", func(f *Figure) { f.Scatter(nil, wave(60, 2), Style{Color: Tomato}) }),
		panel("Large values", func(f *Figure) { f.Line(nil, thousand, Style{Color: Green}) }),
		panel("Two\nlines of title", func(f *Figure) { f.Hist(wave(300, 0), 20, Style{Edge: White}); f.Note = "a note" }),
	)})
	all = append(all, sample{"grid_short", Grid(2,
		panel("One", func(f *Figure) { f.Line(nil, wave(60, 0), Style{}) }),
		panel("Two", func(f *Figure) { f.Line(nil, wave(60, 1), Style{}) }),
		panel("Three", func(f *Figure) { f.Line(nil, wave(60, 2), Style{}) }),
	)})

	add("box_upright", 5, 3, func(f *Figure) {
		f.Title, f.YLabel, f.Upright = "Upright boxes", "Packets", true
		f.Palette = Colorblind
		values := wave(90, 0)
		values[5], values[20] = 3, -2.5
		for _, g := range Groups(names) {
			f.Box(g.Of(values), Style{Label: g.Name})
		}
	})
	add("box_upright_log", 5, 3, func(f *Figure) {
		f.Upright, f.LogY = true, true
		f.Box(append(tail(200), 0, 0), Style{Label: "with zeros"})
		f.Box([]float64{0, 0, 1, 5, 9}, Style{Label: "from zero"})
	})
	add("groups", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Groups", "x", "y"
		f.Palette = Sequential.Colors(3)
		x, y := wave(90, 0), wave(90, 2)
		for _, g := range Groups(names) {
			f.Scatter(g.Of(x), g.Of(y), Style{Label: g.Name})
		}
	})
	add("bars_groups", 5, 3, func(f *Figure) {
		f.Title, f.YLabel = "Bars of groups", "Flows"
		f.Bars(apps, []float64{120, 80, 30}, Style{Label: "Wednesday"})
		f.Bars(apps, []float64{100, 95, 45}, Style{Label: "Thursday"})
	})
	add("kde", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "Density", "Error", "Density"
		f.HistDensity(wave(500, 0), 30, Style{Alpha: 0.4})
		f.KDE(wave(500, 0), Style{Width: 2, Label: "all"})
		x, y := KDE(wave(60, 1))
		f.Area(x, nil, y, Style{Alpha: 0.3, Label: "some, filled"})
	})
	add("kde_log", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel, f.LogX = "Density of a long tail", "Packets", "Density", true
		f.KDE(append(tail(500), 0, math.NaN()), Style{Label: "packets"})
		f.KDE([]float64{5, 5}, Style{Label: "all equal"})
	})
	add("violin", 5, 3, func(f *Figure) {
		f.Title, f.YLabel, f.Upright = "Violins", "Value", true
		for _, g := range Groups(names) {
			f.Violin(g.Of(wave(90, 0)), Style{Label: g.Name})
		}
	})
	add("violin_log", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.LogX = "Violins and a box", "Packets", true
		f.Violin(tail(300), Style{Label: "violin"})
		f.Box(tail(300), Style{Label: "box"})
		f.Violin([]float64{7}, Style{Label: "one value"})
	})
	add("annotations", 5, 3, func(f *Figure) {
		f.Title = "Annotations"
		y := []float64{1, 2, 9, 3, 2, 1, 4, 2}
		f.Line(nil, y, Style{})
		f.Annotate(2, 9, "largest flow\n9 packets", Callout{Right: 40, Up: -10, Arrow: true})
		f.Annotate(6, 4, "second", Callout{Up: 25, Line: true, Color: Tomato, Size: 13})
		f.Annotate(4, 6, "over its place", Callout{})
		f.Annotate(7, 2, "no room on the right", Callout{Right: 20, Arrow: true})
	})
	add("annotations_limits", 5, 3, func(f *Figure) {
		f.XLim, f.YLim = &[2]float64{0, 5}, &[2]float64{0, 5}
		f.Line(nil, []float64{1, 2, 9, 3, 2, 1, 4, 2}, Style{})
		f.Annotate(3, 3, "inside", Callout{Right: 30, Up: 20, Arrow: true})
		f.Annotate(2, 9, "outside", Callout{Right: 30, Arrow: true})
	})
	add("letters", 5, 3, func(f *Figure) {
		f.Title, f.XLabel, f.YLabel = "日本 and\nАбв Ωλ ščť", "two\nlines", "y"
		f.Line(nil, []float64{1, 3, 2}, Style{Label: "a\nb"})
		f.Annotate(1, 3, "注釈", Callout{Right: 10})
	})
	return all
}
