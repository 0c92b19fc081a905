package mosaic

import (
	"context"
	"math"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// Of are the detectors of those kinds, which share what they can; blocks chooses the features and
// the training of the first version.
func Of(blocks bool, kinds ...string) []Detector {
	var day *dataset.Frame // that models have learnt from
	var of uint64          // their seed
	var models []*detect.Model
	var reports []detect.Report
	var detectors []Detector
	for i, kind := range kinds {
		name := kind
		if blocks {
			name += ", 0.1"
		}
		detectors = append(detectors, Detector{Name: name, Train: func(ctx context.Context, flows *dataset.Frame, seed uint64) (*Trained, error) {
			if day != flows || of != seed {
				m, r, err := detect.TrainAll(ctx, detect.Training{Flows: flows, Seed: seed, Percentile: 95, Blocks: blocks}, kinds)
				if err != nil {
					return nil, err
				}
				models, reports, day, of = m, r, flows, seed
			}
			m := models[i]
			return &Trained{Features: m.Features, Rate: m.Detector.Score, Unseen: reports[i].Calibrated, FlowsPerDay: m.Calibration.FlowsPerDay}, nil
		}})
	}
	return detectors
}

// Detectors are those that the tables compare: the baseline, the first version's, and today's.
func Detectors() []Detector {
	return append(append([]Detector{Baseline}, Of(true, "autoencoder", "pca", "forest", "zscore")...), Of(false, detect.Kinds[1:]...)...)
}

// Baseline is the twelve lines of numpy that a detector must beat: the largest z-score of the
// counts of a flow's company.
var Baseline = Detector{Name: "largest z", Train: largestZ}

func largestZ(_ context.Context, day *dataset.Frame, _ uint64) (*Trained, error) {
	features := &detect.Features{}
	features.Learn(day)
	rate := func(m dataset.Matrix) []float64 {
		out := make([]float64, m.Rows)
		for r := range out {
			out[r] = math.Inf(-1)
			for _, z := range m.Row(r)[m.Cols-21:] {
				out[r] = max(out[r], z)
			}
		}
		return out
	}
	// The means and deviations know these flows, too: the baseline keeps no part of the day apart.
	last := day.NumRows() * 6 / 10
	unseen := detect.ScoredFrom(day, last, rate(features.Transform(day))[last:])
	return &Trained{Features: features, Rate: rate, Unseen: unseen, FlowsPerDay: detect.FlowsPerDay(day)}, nil
}
