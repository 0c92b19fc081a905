package detect

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

var zscoreKind = kind{name: "zscore",
	train: func(_ context.Context, _ Training, parts ml.Parts) (Detector, error) {
		return TrainRobustZ(parts.Train), nil
	},
	check: func(d Detector, width int) error {
		z := d.(*RobustZ)
		return cmp.Or(fits("medians", len(z.Median), width), fits("deviations", len(z.Scale), width))
	},
	save: func(d Detector, to *document) { to.Median, to.Scale = d.(*RobustZ).Median, d.(*RobustZ).Scale },
	load: func(from *document, _ int, _ readArray) (Detector, error) {
		return &RobustZ{Median: from.Median, Scale: from.Scale}, nil
	},
}

// RobustZ scores a row by the root mean square of its features' robust z-scores: distances from the
// median in units of 1.4826 times the median absolute deviation, which for normal data is the
// standard deviation (Iglewicz and Hoaglin, 1993).
type RobustZ struct {
	Median, Scale []float64
}

// maxZ bounds a z-score, lest one feature that hardly ever changes decide alone.
const maxZ = 10

// TrainRobustZ learns medians and deviations. Where more than half of the values are equal, that
// deviation is 0, and the mean absolute deviation times 1.2533 takes its place.
func TrainRobustZ(m dataset.Matrix) *RobustZ {
	d := &RobustZ{}
	for c := range m.Cols {
		v := m.Col(c)
		median := ml.Percentile(v, 50)
		var mean float64
		for i := range v {
			v[i] = math.Abs(v[i] - median)
			mean += v[i] / float64(len(v))
		}
		scale := 1.4826 * ml.Percentile(v, 50)
		if scale == 0 {
			scale = 1.2533 * mean
		}
		if scale == 0 {
			scale = 1
		}
		d.Median, d.Scale = append(d.Median, median), append(d.Scale, scale)
	}
	return d
}

// Score is the root mean square of the bounded z-scores.
func (d *RobustZ) Score(m dataset.Matrix) []float64 {
	d.check(m.Cols)
	out := make([]float64, m.Rows)
	eachPart(m.Rows, func(from, to int) {
		for r := from; r < to; r++ {
			var sum float64
			for c, v := range m.Row(r) {
				z := d.z(c, v)
				sum += float64(z * z)
			}
			out[r] = math.Sqrt(sum / float64(m.Cols))
		}
	})
	return out
}

// Explain is each feature's squared, bounded z-score.
func (d *RobustZ) Explain(m dataset.Matrix) dataset.Matrix {
	d.check(m.Cols)
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for i, v := range m.Data {
		z := d.z(i%m.Cols, v)
		out.Data[i] = float64(z * z)
	}
	return out
}

func (d *RobustZ) z(c int, v float64) float64 {
	return max(-maxZ, min(maxZ, (v-d.Median[c])/d.Scale[c]))
}

func (d *RobustZ) check(cols int) {
	if cols != len(d.Median) {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", cols, len(d.Median)))
	}
}
