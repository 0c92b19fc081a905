package figure

import (
	"math"
	"math/rand/v2"
	"time"
)

// flows is a series with the shape of the original's split_1: the peaks that
// its figures show, one-packet flows, the burst of small even flows in rows
// 3000 to 5899, and rows that are not in the order of time.
type flows struct {
	packets, meanSize, ms []float64
}

var peaks = map[int]float64{
	288: 2240, 530: 2610, 691: 2985, 778: 2985, 866: 4478, 980: 8582, 1382: 4477, 1450: 3400, 1570: 3730, 1987: 10075,
	2430: 2900, 2483: 9330, 2725: 41418, 2765: 4851, 4436: 7090, 4536: 2240, 5416: 9701, 5530: 41418, 6054: 123881,
	6446: 6716, 6483: 36567, 6540: 2900, 6557: 23134, 6872: 46269, 6910: 3700, 7123: 17174, 7257: 6281, 7270: 2900,
	7383: 43200, 7766: 227664, 7768: 8240, 8003: 3730, 8590: 2240, 8959: 2610, 9128: 5597, 9313: 6655, 9375: 4913,
	9505: 9329, 9589: 26512, 9754: 41785,
}

// anomalies are the rows that the original flags.
var anomalies = []int{7123, 7257, 7383, 7766, 7768, 9313, 9505, 9589, 9754}

func sampleFlows() flows {
	const rows = 10000
	r := rand.New(rand.NewPCG(20220727, 1))
	f := flows{make([]float64, rows), make([]float64, rows), make([]float64, rows)}
	start := float64(time.Date(2022, 7, 27, 6, 18, 24, 700e6, time.UTC).UnixMilli())
	for i := range rows {
		f.packets[i] = 1 + math.Floor(11*r.Float64()*r.Float64()+2*r.ExpFloat64()*r.ExpFloat64())
		if v, ok := peaks[i]; ok {
			f.packets[i] = v
		}
		f.meanSize[i] = 60 + 300*r.ExpFloat64()*r.Float64()
		if i >= 3000 && i < 5900 {
			f.meanSize[i] = 100 + 20*r.Float64()
		}
		f.meanSize[i] = math.Min(f.meanSize[i], 1514)
		at := 45e3 + 25e3*r.NormFloat64()
		if r.Float64() < 0.12 {
			at = 1620e3 + 124e3*r.Float64()
		}
		f.ms[i] = math.Floor(start + math.Abs(at))
	}
	for row, size := range map[int]float64{690: 2280, 2255: 3275, 4670: 2077, 6550: 2961, 6872: 2961} {
		f.meanSize[row] = size
	}
	return f
}

var dashedGrid = Style{Color: "#BFBFBF", Width: 1, Dash: true}

// originals returns the ten figures of the original notebooks, by notebook and
// cell.
func originals() []sample {
	d := sampleFlows()
	sized := func(f *Figure, title, labels float64) *Figure {
		f.TitleSize, f.LabelSize, f.TickSize, f.LegendSize = title, labels, labels, labels
		f.Grid = dashedGrid
		return f
	}
	large := func(f *Figure) *Figure { return sized(f, 20, 18) }
	var all []sample
	add := func(name string, f *Figure) { all = append(all, sample{name, f}) }

	f := large(New(Size(18, 8)))
	f.Title, f.XLabel, f.YLabel = "Bidirectional packets", "Index", "Packets"
	f.Line(nil, d.packets, Style{Color: RoyalBlue, Width: 2, Marker: 8, Label: "bidirectional_packets"})
	add("ad09_packets", f)

	f = sized(New(Size(15, 6)), 18, 16)
	f.Title, f.XLabel, f.YLabel = "Bidirectional packets over time", "Time", "Packets"
	ms, packets := MeanByX(d.ms, d.packets)
	f.Line(ms, packets, Style{})
	f.TimeAxis("02. 01. 2006")
	f.XSlant = 30
	add("ad11_time", f)

	left, right := New(Size(10, 6)), New(Size(10, 6))
	left.Grid, right.Grid = dashedGrid, dashedGrid
	left.Title, left.XLabel, left.YLabel = "bidirectional_mean_ps over index", "Index", "bidirectional_mean_ps"
	left.Line(nil, d.meanSize, Style{Color: Blue, Alpha: 0.7, Label: "bidirectional_mean_ps"})
	right.Title, right.XLabel, right.YLabel = "bidirectional_mean_ps over time", "Time", "bidirectional_mean_ps"
	right.Line(d.ms, d.meanSize, Style{Color: Green, Alpha: 0.7, Label: "bidirectional_mean_ps"})
	right.TimeAxis("")
	add("ad12_row", Row(left, right))

	f = sized(New(Size(12, 8)), 18, 16)
	f.Title, f.XLabel, f.YLabel = "Distribution of bidirectional_packets", "bidirectional_packets", "Count"
	f.LogY = true
	f.Hist(d.packets, 100, Style{Color: RoyalBlue, Alpha: 0.8, Edge: White})
	add("ad15_histogram", f)

	f = sized(New(Size(12, 6)), 16, 14)
	f.Title, f.XLabel = "Box plot of bidirectional_packets", "bidirectional_packets"
	f.Box(d.packets, Style{Color: "#5875A4"})
	add("ad16_box", f)

	f = sized(New(Size(12, 7)), 18, 16)
	f.Title, f.XLabel, f.YLabel = "Training and validation error", "Epoch", "Error"
	loss, val := make([]float64, 50), make([]float64, 50)
	for i := range loss {
		loss[i] = 0.0064 + 0.2365*math.Exp(-float64(i)/11)
		val[i] = 0.0014 + 0.2189*math.Exp(-float64(i)/11)
	}
	f.Line(nil, loss, Style{Color: RoyalBlue, Width: 2, Label: "Training error"})
	f.Line(nil, val, Style{Color: DarkOrange, Width: 2, Label: "Validation error"})
	add("ad21_training", f)

	var at, when, value []float64
	for _, row := range anomalies {
		at, when, value = append(at, float64(row-7000)), append(when, d.ms[row]), append(value, d.packets[row])
	}
	f = large(New(Size(18, 8)))
	f.Title, f.XLabel, f.YLabel = "Detected anomalies", "Index", "Packets"
	f.Line(nil, d.packets[7000:], Style{Color: RoyalBlue, Width: 2, Label: "Test data"})
	f.Scatter(at, value, Style{Color: Tomato, Edge: Red, Marker: 7.07, Label: "Anomaly"})
	add("ad25_anomalies", f)

	f = large(New(Size(18, 8)))
	f.Title, f.XLabel, f.YLabel = "Detected anomalies over time", "Time", "Packets"
	f.Line(d.ms[7000:], d.packets[7000:], Style{Color: RoyalBlue, Width: 2, Label: "Test data"})
	f.Scatter(when, value, Style{Color: Red, Edge: Black, Marker: 7.07, Label: "Anomaly"})
	f.TimeAxis("")
	add("ad26_anomalies_time", f)

	errors := make([]float64, 3000)
	for i := range errors {
		x := d.packets[7000+i] / 227663
		errors[i] = math.Pow(x-(0.01306+0.02154*x), 2)
	}
	f = sized(New(Size(10, 6)), 16, 14)
	f.Title, f.XLabel, f.YLabel = "Reconstruction error", "Error", "Density"
	f.HistDensity(errors, 100, Style{Color: RoyalBlue, Alpha: 0.8, Edge: White, Label: "Reconstruction error"})
	f.VLine(1.72e-4, Style{Color: Tomato, Width: 2, Dash: true, Label: "Threshold = 1.72e-04"})
	add("ad29_error", f)

	f = New(Size(10, 8))
	f.Look = Matplotlib
	f.Title, f.XLabel, f.YLabel = "Distribúcia Top 10 Protokolov v Datasete", "Protokol", "Počet"
	f.TitleSize, f.LabelSize, f.TickSize = 18, 16, 16
	f.XSlant, f.BarWidth = 45, 0.5
	f.Grid = Style{Color: Grey, Width: 0.5, Dash: true}
	f.Bars([]string{"TLS.Telegram", "ICMP", "BitTorrent", "DNS", "Unknown", "TLS.Google", "TLS", "HTTP.Telegram", "HTTP", "DNS.AmazonAWS"},
		[]float64{2710, 1234, 1147, 767, 402, 377, 269, 197, 187, 141}, Style{})
	add("vp1_top10", f)
	return all
}
