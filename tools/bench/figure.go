package main

import (
	"cmp"
	"context"
	"math"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
	"flowbook/ml/figure"
)

// goFigures draws the figures of the originals, with n flows where they show flows, each into a PNG
// of 100 DPI in memory, from columns that are already there: a line of time for each class. The
// peak is that of all figures up to the line's.
func goFigures(_ context.Context, o options, _ string, c *clock) error {
	n := number(c.work, "n")
	frame, err := dataset.Read(flowsPath(o.State, n), packetsColumn, timeColumn, sizeColumn, nameColumn)
	if err != nil {
		return err
	}
	s := series{packets: frame.Float64s(packetsColumn), ms: frame.Float64s(timeColumn), size: frame.Float64s(sizeColumn)}
	s.count(frame.Strings(nameColumn))
	for _, class := range classes {
		err := c.loop("Figure/class="+class.name+c.work[len("Figure"):], nil, func() error {
			_, err := class.draw(s).PNG(100)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// series is the data of the figures: one value a flow, and the ten most frequent applications.
type series struct {
	packets, ms, size []float64
	names             []string
	counts            []float64
}

// count counts the applications.
func (s *series) count(applications []string) {
	counts := map[string]float64{}
	for _, name := range applications {
		counts[name]++
	}
	for name := range counts {
		s.names = append(s.names, name)
	}
	slices.SortFunc(s.names, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	s.names = s.names[:min(10, len(s.names))]
	for _, name := range s.names {
		s.counts = append(s.counts, counts[name])
	}
}

// tail is the test part, and the places of its flows of more than 5,000 packets.
func (s series) tail() (packets, ms []float64, flagged []int) {
	first := len(s.packets) * 7 / 10
	packets, ms = s.packets[first:], s.ms[first:]
	for i, v := range packets {
		if v > 5000 {
			flagged = append(flagged, i)
		}
	}
	return packets, ms, flagged
}

// errors are reconstruction errors as the original's network makes them: it answers every flow with
// nearly the same number.
func (s series) errors() []float64 {
	packets, _, _ := s.tail()
	largest := slices.Max(packets)
	errors := make([]float64, len(packets))
	for i, v := range packets {
		errors[i] = math.Pow(v/largest-0.014, 2)
	}
	return errors
}

// classes are the kinds of figure that the original notebooks draw.
var classes = []struct {
	name string
	draw func(series) *figure.Figure
}{
	{"markers", func(s series) *figure.Figure {
		f := titled(18, 8, "Packets of each flow", "Row", packetsColumn)
		f.Line(nil, s.packets, figure.Style{Color: figure.RoyalBlue, Width: 2, Marker: 8, Label: packetsColumn})
		return f
	}},
	{"time", func(s series) *figure.Figure {
		f := titled(15, 6, "Packets of each flow over time", "timestamp", packetsColumn)
		f.TimeAxis("02. 01. 2006")
		f.XSlant = 30
		x, y := figure.MeanByX(s.ms, s.packets)
		f.Line(x, y, figure.Style{Color: figure.RoyalBlue, Width: 1.5})
		return f
	}},
	{"pair", func(s series) *figure.Figure {
		left := titled(10, 6, "Mean packet size by row", "Row", sizeColumn)
		left.Line(nil, s.size, figure.Style{Color: figure.Blue, Alpha: 0.7, Width: 1.5, Label: sizeColumn})
		right := titled(10, 6, "Mean packet size over time", "timestamp", sizeColumn)
		right.TimeAxis("15:04")
		right.Line(s.ms, s.size, figure.Style{Color: figure.Green, Alpha: 0.7, Width: 1.5, Label: sizeColumn})
		return figure.Row(left, right)
	}},
	{"histogram", func(s series) *figure.Figure {
		f := titled(12, 8, "Distribution of packets", packetsColumn, "Count")
		f.LogY = true
		f.Hist(s.packets, 100, figure.Style{Color: figure.RoyalBlue, Alpha: 0.8, Edge: figure.White})
		return f
	}},
	{"box", func(s series) *figure.Figure {
		f := titled(12, 6, "Box plot of packets", packetsColumn, "")
		f.Box(s.packets, figure.Style{Color: figure.RoyalBlue})
		return f
	}},
	{"training", func(series) *figure.Figure {
		f := titled(12, 7, "Training and validation error", "Epoch", "Error")
		loss, check := make([]float64, 50), make([]float64, 50)
		for i := range loss {
			loss[i], check[i] = 0.24*math.Exp(-float64(i)/11), 0.22*math.Exp(-float64(i)/11)
		}
		f.Line(nil, loss, figure.Style{Color: figure.RoyalBlue, Width: 2, Label: "Training error"})
		f.Line(nil, check, figure.Style{Color: figure.DarkOrange, Width: 2, Label: "Validation error"})
		return f
	}},
	{"anomalies", func(s series) *figure.Figure {
		f := titled(18, 8, "Anomalies among the test flows", "Test row", packetsColumn)
		packets, _, flagged := s.tail()
		rows := make([]float64, len(packets))
		for i := range rows {
			rows[i] = float64(i)
		}
		mark(f, rows, packets, flagged, figure.Style{Color: figure.Tomato, Edge: figure.Red, Marker: 7, Label: "Anomalies"})
		return f
	}},
	{"anomalies-time", func(s series) *figure.Figure {
		f := titled(18, 8, "Anomalies among the test flows over time", "timestamp", packetsColumn)
		f.TimeAxis("15:04")
		packets, ms, flagged := s.tail()
		mark(f, ms, packets, flagged, figure.Style{Color: figure.Red, Edge: figure.Black, Marker: 7, Label: "Anomalies"})
		return f
	}},
	{"density", func(s series) *figure.Figure {
		f := titled(10, 6, "Distribution of the reconstruction error", "Reconstruction error", "Density")
		errors := s.errors()
		f.HistDensity(errors, 100, figure.Style{Color: figure.RoyalBlue, Alpha: 0.8, Edge: figure.White, Label: "Reconstruction error"})
		f.VLine(ml.Percentile(errors, 95), figure.Style{Color: figure.Tomato, Dash: true, Width: 1.5, Label: "Threshold"})
		return f
	}},
	{"bars", func(s series) *figure.Figure {
		f := titled(10, 8, "top 10 protocols in the dataset", "Protocol", "Count")
		f.Look = figure.Matplotlib
		f.XSlant = 45
		f.Bars(s.names, s.counts, figure.Style{})
		return f
	}},
}

// titled is an empty figure.
func titled(width, height float64, title, x, y string) *figure.Figure {
	f := figure.New(figure.Size(width, height))
	f.Title, f.XLabel, f.YLabel = title, x, y
	return f
}

// mark draws a line and discs at the flagged points.
func mark(f *figure.Figure, x, y []float64, flagged []int, s figure.Style) {
	f.Line(x, y, figure.Style{Color: figure.RoyalBlue, Width: 1.5, Label: "Test flows"})
	var px, py []float64
	for _, i := range flagged {
		px, py = append(px, x[i]), append(py, y[i])
	}
	f.Scatter(px, py, s)
}
