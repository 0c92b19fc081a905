package detect

import (
	"context"
	"fmt"
	"slices"

	"flowbook/ml/dataset"
)

// Trial is detectors trained on one file and tried on others. Files are named by their content, so
// that a kept result is never older than they are.
type Trial struct {
	Kinds      []string // of Kinds
	Seed       uint64   // decides everything random
	Percentile float64  // of the calibration flows' scores, which becomes the threshold
	Train      dataset.Capture
	Test       []dataset.Capture
}

// Tried is what came of one kind of a Trial.
type Tried struct {
	Threshold float64
	Scores    []float64 // of the flows of Trial.Test, file after file
}

// Try trains without labels and scores; the result has one Tried a kind. Every file is read whole.
func Try(ctx context.Context, t Trial) ([]Tried, error) {
	var columns []string
	for _, kind := range t.Kinds {
		of, err := Columns(kind)
		if err != nil {
			return nil, err
		}
		columns = append(columns, of...)
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)
	flows, err := dataset.Read(t.Train.Path, columns...)
	if err != nil {
		return nil, err
	}
	models, _, err := TrainAll(ctx, Training{Flows: flows, Seed: t.Seed, Percentile: t.Percentile}, t.Kinds)
	if err != nil {
		return nil, fmt.Errorf("train on %s: %w", t.Train.Path, err)
	}
	tried := make([]Tried, len(models))
	for i, m := range models {
		tried[i].Threshold = m.Threshold
	}
	for _, c := range t.Test {
		flows, err := dataset.Read(c.Path, columns...)
		if err != nil {
			return nil, err
		}
		made := map[Extractor]dataset.Matrix{}
		for i, m := range models {
			rows, ok := made[m.Features]
			if !ok {
				rows = m.Transform(flows)
				made[m.Features] = rows
			}
			tried[i].Scores = append(tried[i].Scores, m.Detector.Score(rows)...)
		}
	}
	return tried, nil
}
