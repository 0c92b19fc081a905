package detect

import (
	"context"
	"math"
)

// folds is how many blocks of time cross-fitting cuts the flows into.
const folds = 5

// trainBehaviour learns from the first 85 hundredths of the flows. Their scores, by which the
// threshold is chosen, come from detectors that had not seen their block. The rest judges the
// threshold.
func trainBehaviour(ctx context.Context, t Training, k kind) (*Model, Report, error) {
	n := t.Flows.NumRows()
	fit := n * 85 / 100
	blocks := make([]int, folds+1)
	for i := range blocks {
		blocks[i] = i * fit / folds
	}
	b := &Behaviour{}
	raw, groups := b.learn(t.Flows, blocks)
	detector, unseen, err := crossFit(ctx, t, k, b, raw, groups, blocks)
	if err != nil {
		return nil, Report{}, err
	}
	model := &Model{Kind: t.Kind, Features: b, Detector: detector}
	scores := t.benign(unseen, 0)
	if err := model.calibrate(t, scores); err != nil {
		return nil, Report{}, err
	}
	judged := t.benign(detector.Score(raw.Slice(fit, n)), fit)
	report := Report{Train: fit, Calibrate: len(scores), Judge: len(judged), Promised: model.Calibration.Rate, Threshold: model.Threshold, Scores: scores}
	if k.stopsEarly() {
		report.Stop = fit - fit*9/10
		report.Train -= report.Stop
	}
	report.Flagged = above(judged, model.Threshold)
	model.widen(&report, judged)
	return model, report, nil
}

// benign are the scores, the first of which is of row from, of flows that are not known to be
// attacks.
func (t Training) benign(scores []float64, from int) []float64 {
	if t.Attack == nil {
		return scores
	}
	var kept []float64
	for i, s := range scores {
		if !t.Attack[from+i] {
			kept = append(kept, s)
		}
	}
	return kept
}

func above(scores []float64, threshold float64) int {
	n := 0
	for _, s := range scores {
		if s > threshold {
			n++
		}
	}
	return n
}

// widen raises the threshold where the judging flows broke the promise by more than twice and by
// more than chance would: to what the judging flows and the calibration flows together allow, or
// the judging flows alone if they ask for more.
func (m *Model) widen(report *Report, judged []float64) {
	expected := report.Promised * float64(len(judged))
	if report.Promised == 0 || float64(report.Flagged) <= 2*expected+3*math.Sqrt(expected)+1 {
		return
	}
	threshold, err := ConformalThreshold(judged, report.Promised)
	if err != nil { // too few: above all but the expected ones
		threshold, err = ConformalThreshold(append(judged, report.Scores...), report.Promised)
	}
	if err == nil && threshold > m.Threshold {
		m.Threshold, report.Widened = threshold, true
	}
}
