package mosaic

import (
	"context"
	"math"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// Of is the detector of that kind; blocks chooses the features and the training of the first
// version.
func Of(kind string, blocks bool) Detector {
	name := kind
	if blocks {
		name += ", 0.1"
	}
	return Detector{Name: name, Train: func(ctx context.Context, day *dataset.Frame, seed uint64) (*Trained, error) {
		model, report, err := detect.Train(ctx, detect.Training{Kind: kind, Flows: day, Seed: seed, Percentile: 95, Blocks: blocks})
		if err != nil {
			return nil, err
		}
		return &Trained{Score: model.Score, Unseen: report.Scores, FlowsPerDay: model.Calibration.FlowsPerDay}, nil
	}}
}

// Detectors are those that the tables compare: the baseline, the first version's, and today's.
func Detectors() []Detector {
	all := []Detector{Baseline}
	for _, kind := range []string{"autoencoder", "pca", "forest", "zscore"} {
		all = append(all, Of(kind, true))
	}
	for _, kind := range detect.Kinds {
		if kind != "original" {
			all = append(all, Of(kind, false))
		}
	}
	return all
}

// Baseline is the one line of numpy that a detector must beat: the largest z-score of the counts of
// a flow's company.
var Baseline = Detector{Name: "largest z", Train: func(_ context.Context, day *dataset.Frame, _ uint64) (*Trained, error) {
	features := &detect.Features{}
	features.Learn(day)
	n := day.NumRows()
	score := func(flows *dataset.Frame) []float64 {
		m := features.Transform(flows)
		out := make([]float64, m.Rows)
		for r := range out {
			out[r] = math.Inf(-1)
			for _, z := range m.Row(r)[m.Cols-21:] {
				out[r] = max(out[r], z)
			}
		}
		return out
	}
	return &Trained{Score: score, Unseen: score(day)[n*6/10:], FlowsPerDay: detect.FlowsPerDay(day)}, nil
}}
