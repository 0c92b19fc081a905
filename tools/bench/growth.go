package main

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"

	"flowbook/ml/figure"
)

// growth is how the cost of one work rises with its rows on one side: the exponents e of n^e, by
// least squares over the logarithms. An exponent of 1 means that twice the rows cost twice as much.
type growth struct {
	Work   string    `json:"work"` // its name without the rows
	Side   string    `json:"side"`
	Rows   []float64 `json:"rows"`
	CPU    []float64 `json:"cpu_ns"`
	Peak   []float64 `json:"peak_mb"`
	Time   float64   `json:"time_exponent"` // of the processor time, which other programs disturb less
	Memory float64   `json:"memory_exponent"`
	ours   bool
}

var rowsPart = regexp.MustCompile(`/n=(\d+)`)

// growths lists every work that a side did at two numbers of rows or more.
func (r *record) growths() []growth {
	var all []growth
	for _, e := range r.entries {
		n := rowsPart.FindStringSubmatch(e.name)
		cpu, peak := median(e.values(unitCPU)), median(e.values(unitPeak))
		if n == nil || math.IsNaN(cpu) || math.IsNaN(peak) || cpu <= 0 || peak <= 0 {
			continue
		}
		rows, _ := strconv.ParseFloat(n[1], 64)
		g := growth{Work: rowsPart.ReplaceAllString(e.name, ""), Side: e.side.Name, ours: e.side.Go()}
		i := slices.IndexFunc(all, func(h growth) bool { return h.Work == g.Work && h.Side == g.Side })
		if i < 0 {
			i, all = len(all), append(all, g)
		}
		h := &all[i]
		h.Rows, h.CPU, h.Peak = append(h.Rows, rows), append(h.CPU, cpu), append(h.Peak, peak)
	}
	all = slices.DeleteFunc(all, func(g growth) bool { return len(g.Rows) < 2 })
	for i := range all {
		g := &all[i]
		g.Time, g.Memory = exponent(g.Rows, g.CPU), exponent(g.Rows, g.Peak)
	}
	slices.SortStableFunc(all, func(a, b growth) int { return cmp.Compare(a.Work, b.Work) })
	return all
}

// exponent is the slope of log y over log x.
func exponent(x, y []float64) float64 {
	var mx, my, xy, xx float64
	for i := range x {
		mx, my = mx+math.Log(x[i])/float64(len(x)), my+math.Log(y[i])/float64(len(x))
	}
	for i := range x {
		d := math.Log(x[i]) - mx
		xy, xx = xy+d*(math.Log(y[i])-my), xx+d*d
	}
	return xy / xx
}

// growthTable is the table of the exponents; "" without any.
func growthTable(all []growth) string {
	if len(all) == 0 {
		return ""
	}
	rows := [][]string{{"growth", "side", "rows", "cpu ~", "peak ~"}}
	for i, g := range all {
		name := g.Work
		if i > 0 && all[i-1].Work == name {
			name = ""
		}
		rows = append(rows, []string{name, g.Side, fmt.Sprintf("%.0f to %.0f", slices.Min(g.Rows), slices.Max(g.Rows)),
			fmt.Sprintf("n^%.2f", g.Time), fmt.Sprintf("n^%.2f", g.Memory)})
	}
	return aligned(rows)
}

// growthFigure draws processor time and memory over the rows: Go's sides in full lines, the others
// in dashed ones of the same colour.
func growthFigure(all []growth) *figure.Figure {
	cpu, peak := figure.New(figure.Size(9, 7)), figure.New(figure.Size(9, 7))
	cpu.Title, cpu.YLabel = "Processor time", "seconds"
	peak.Title, peak.YLabel = "Peak memory", "MB"
	colours := []figure.Color{figure.RoyalBlue, figure.DarkOrange, figure.Tomato, "#2ca02c", "#9467bd", "#8c564b", "#7f7f7f", "#17becf"}
	works := 0
	for i, g := range all {
		if i > 0 && all[i-1].Work != g.Work {
			works++
		}
		style := figure.Style{Color: colours[works%len(colours)], Width: 2, Marker: 5, Dash: !g.ours}
		seconds := make([]float64, len(g.CPU))
		for k, ns := range g.CPU {
			seconds[k] = ns / 1e9
		}
		if g.ours {
			style.Label = fmt.Sprintf("%s, %s: n^%.2f", g.Work, g.Side, g.Time)
		}
		cpu.Line(g.Rows, seconds, style)
		if g.ours {
			style.Label = fmt.Sprintf("%s, %s: n^%.2f", g.Work, g.Side, g.Memory)
		}
		peak.Line(g.Rows, g.Peak, style)
	}
	for _, f := range []*figure.Figure{cpu, peak} {
		f.XLabel, f.LogX, f.LogY = "rows; dashed: the others", true, true
	}
	return figure.Row(cpu, peak)
}
