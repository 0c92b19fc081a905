package figure

// config returns the look of everything around the marks.
func config(th theme, perPoint float64, f *Figure) map[string]any {
	font := func(pt float64) float64 { return fontSize(pt, perPoint) }
	axis := map[string]any{
		"grid": th.gridOn, "gridColor": string(th.grid), "gridWidth": round3(th.gridWidth * perPoint),
		"domain": false, "ticks": th.tickLength > 0, "tickColor": string(th.frame),
		"labelColor": string(th.text), "labelFontSize": font(th.tickSize),
		"titleColor": string(th.text), "titleFontSize": font(th.labelSize), "titleFontWeight": "normal",
	}
	if f.Grid.Dash {
		var dash []any
		for _, d := range dashOf(true, th.gridWidth*perPoint) {
			dash = append(dash, round3(d))
		}
		axis["gridDash"] = dash
	}
	stroke := string(th.frame)
	if f.bare {
		stroke = "transparent"
	}
	return map[string]any{
		"font": "Arial, Liberation Sans, sans-serif",
		"axis": axis,
		"view": map[string]any{"stroke": stroke, "strokeWidth": round3(th.frameWidth * perPoint)},
		"legend": map[string]any{
			"fillColor": "rgba(255,255,255,0.8)", "strokeColor": "#CCCCCC", "padding": 5, "cornerRadius": 3,
			"labelFontSize": font(th.legendSize), "labelColor": string(th.text), "labelLimit": 400,
			"symbolOpacity": 1,
		},
	}
}
