package detect

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"flowbook/ml/dataset"
)

// logColumns are numbers of heavy tail: the features are their log1p.
var logColumns = []string{
	"bidirectional_packets", "bidirectional_bytes", "src2dst_packets", "src2dst_bytes", "dst2src_packets", "dst2src_bytes",
	"bidirectional_duration_ms",
	"bidirectional_min_ps", "bidirectional_mean_ps", "bidirectional_max_ps", "bidirectional_stddev_ps",
	"src2dst_mean_ps", "src2dst_stddev_ps", "dst2src_mean_ps", "dst2src_stddev_ps",
	"bidirectional_mean_piat_ms", "bidirectional_stddev_piat_ms", "bidirectional_max_piat_ms",
	"src2dst_mean_piat_ms", "src2dst_stddev_piat_ms", "dst2src_mean_piat_ms", "dst2src_stddev_piat_ms",
	"bidirectional_syn_packets", "bidirectional_ack_packets", "bidirectional_psh_packets",
	"bidirectional_rst_packets", "bidirectional_fin_packets",
}

// shareColumns are pairs: the feature is the first's share in the second.
var shareColumns = [][2]string{
	{"src2dst_packets", "bidirectional_packets"},
	{"src2dst_bytes", "bidirectional_bytes"},
}

// contextColumns are the columns that the other features are computed from.
var contextColumns = []string{firstSeen, "src_ip", "dst_ip", "dst_port", "protocol", "application_name"}

// Features turns flows into rows of numbers: log1p of columns with a heavy tail, the shares of the
// upward direction, the protocol and the most frequent applications as 0 and 1, and the company
// that a flow keeps; all standardised. The values learnt from the training flows are in these
// fields.
type Features struct {
	Applications []string  // the most frequent ones, each a feature
	Mean, Scale  []float64 // per feature: standardised is (value - Mean) / Scale
}

// topApplications is how many applications are a feature each; all others are the rows without any.
const topApplications = 10

// protocols are the IP protocols that are a feature each.
var protocols = []struct {
	name   string
	number float64
}{{"tcp", 6}, {"udp", 17}, {"icmp", 1}}

// Columns are the columns that a frame of flows must have.
func (f *Features) Columns() []string {
	return slices.Concat(contextColumns, logColumns)
}

// Names are the features' names, in the order of a row.
func (f *Features) Names() []string {
	names := make([]string, 0, 80)
	for _, c := range logColumns {
		names = append(names, "log_"+c)
	}
	for _, s := range shareColumns {
		names = append(names, s[0]+"_share")
	}
	names = append(names, "low_destination_port")
	for _, p := range protocols {
		names = append(names, p.name)
	}
	for _, a := range f.Applications {
		names = append(names, "application_"+a)
	}
	for _, w := range windows {
		for _, n := range companyNames {
			names = append(names, fmt.Sprintf("log_%s_%ds", n, w/1000))
		}
	}
	return names
}

// Learn takes applications, means and deviations from flows.
func (f *Features) Learn(flows *dataset.Frame) {
	f.learnApplications(flows.Strings("application_name"))
	f.learnScale(f.raw(flows))
}

// learnApplications takes the most frequent names; equally frequent ones in alphabetical order.
func (f *Features) learnApplications(names []string) {
	count := map[string]int{}
	for _, a := range names {
		count[a]++
	}
	all := make([]string, 0, len(count))
	for a := range count {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	f.Applications = all[:min(topApplications, len(all))]
}

// learnScale takes each feature's mean and standard deviation. A feature that is 0 or 1 or never
// changes keeps its unit: to be of a rare application would else count for more than anything a
// flow can do.
func (f *Features) learnScale(m dataset.Matrix) {
	f.Mean, f.Scale = make([]float64, m.Cols), make([]float64, m.Cols)
	truth := make([]bool, m.Cols)
	for c := range truth {
		truth[c] = true
	}
	for i, v := range m.Data {
		f.Mean[i%m.Cols] += v / float64(m.Rows)
		if v != 0 && v != 1 {
			truth[i%m.Cols] = false
		}
	}
	for i, v := range m.Data {
		d := v - f.Mean[i%m.Cols]
		f.Scale[i%m.Cols] += float64(d*d) / float64(m.Rows)
	}
	for c, v := range f.Scale {
		if f.Scale[c] = math.Sqrt(v); truth[c] || f.Scale[c] < 1e-9 {
			f.Scale[c] = 1
		}
	}
}

func (f *Features) standardise(m dataset.Matrix) {
	eachPart(m.Rows, func(from, to int) {
		for r := from; r < to; r++ {
			row := m.Row(r)
			for c, v := range row {
				row[c] = (v - f.Mean[c]) / f.Scale[c]
			}
		}
	})
}

// Transform is the features of flows, one row a flow. Company is counted within blocks of Block
// flows, from the frame's first row on.
func (f *Features) Transform(flows *dataset.Frame) dataset.Matrix {
	m := f.raw(flows)
	f.standardise(m)
	return m
}

func (f *Features) raw(flows *dataset.Frame) dataset.Matrix {
	b, rows := f.newBlock(), flows.NumRows()
	out := dataset.Matrix{Rows: rows, Cols: b.cols, Data: make([]float64, 0, rows*b.cols)}
	for from := 0; from < rows; {
		from += b.add(flows, from)
		if b.full() || from == rows {
			out.Data = append(out.Data, b.raw().Data...)
		}
	}
	return out
}

func (f *Features) begin() extraction { return f.newBlock() }

func (f *Features) check() error {
	width := len(f.Names())
	if slices.Contains(f.Scale, 0) {
		return errors.New("a scale of 0")
	}
	return cmp.Or(fits("means", len(f.Mean), width), fits("scales", len(f.Scale), width))
}
