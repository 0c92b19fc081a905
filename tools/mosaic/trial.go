package mosaic

import (
	"context"
	"errors"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// Trial is the protocol on the labelled flows of a file, which is named by its content, so that a
// kept result is never older.
type Trial struct {
	Flows  dataset.Capture
	Labels string // their file
	Seeds  uint64
}

// pieces is which share of the synthetic sources makes a mosaic: enough for the flows of the
// captures' one.
const pieces = 20

// Try judges all Detectors on the synthetic flows.
func Try(ctx context.Context, t Trial) ([]Judgement, error) {
	columns, err := detect.Columns("ensemble")
	if err != nil {
		return nil, err
	}
	flows, err := dataset.Read(t.Flows.Path, append([]string{"id"}, columns...)...)
	if err != nil {
		return nil, err
	}
	labels, err := dataset.ReadLabels(t.Labels, t.Flows.SHA256)
	if err != nil {
		return nil, err
	}
	if !labels.Known() {
		return nil, errors.New(labels.Why)
	}
	benign, attacks := Synthetic(flows, labels.Kinds(flows.Int64s("id")), pieces)
	return JudgeAll(ctx, benign, attacks, t.Seeds)
}

// JudgeAll judges all Detectors with the seeds from 1 up.
func JudgeAll(ctx context.Context, benign, attacks []File, seeds uint64) (all []Judgement, err error) {
	for seed := uint64(1); seed <= seeds; seed++ {
		js, err := Judge(ctx, benign, attacks, Detectors(), seed)
		if err != nil {
			return nil, err
		}
		all = append(all, js...)
	}
	return all, nil
}
