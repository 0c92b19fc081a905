package detect

import (
	"context"
	"fmt"

	"flowbook/ml/dataset"
)

// Trial is a detector trained on one file and tried on others. Files are named by their content, so that a kept result is
// never older than they are.
type Trial struct {
	Kind       string  // one of Kinds
	Seed       uint64  // decides everything random
	Percentile float64 // of the calibration flows' scores, which becomes the threshold
	Train      dataset.Capture
	Test       []dataset.Capture
}

// Tried is what came of a Trial.
type Tried struct {
	Threshold float64
	Scores    []float64 // of the flows of Trial.Test, file after file
}

// Try trains without labels and scores. Every file is read whole.
func Try(ctx context.Context, t Trial) (Tried, error) {
	columns, err := Columns(t.Kind)
	if err != nil {
		return Tried{}, err
	}
	flows, err := dataset.Read(t.Train.Path, columns...)
	if err != nil {
		return Tried{}, err
	}
	model, _, err := Train(ctx, Training{Kind: t.Kind, Flows: flows, Seed: t.Seed, Percentile: t.Percentile})
	if err != nil {
		return Tried{}, fmt.Errorf("train %s on %s: %w", t.Kind, t.Train.Path, err)
	}
	tried := Tried{Threshold: model.Threshold}
	for _, c := range t.Test {
		flows, err := dataset.Read(c.Path, model.Columns()...)
		if err != nil {
			return Tried{}, err
		}
		tried.Scores = append(tried.Scores, model.Score(flows)...)
	}
	return tried, nil
}
