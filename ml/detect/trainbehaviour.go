package detect

import (
	"context"

	"flowbook/ml/dataset"
)

// trainBehaviour learns from the first 85 hundredths of the flows. Their scores, by which the
// threshold is chosen, come from detectors that had not seen their block. The rest judges the
// threshold. The features and the members of ensembles are made once for all kinds.
func trainBehaviour(ctx context.Context, t Training, kinds []kind) ([]*Model, []Report, error) {
	n := t.Flows.NumRows()
	fit := n * 85 / 100
	blocks := make([]int, folds+1)
	for i := range blocks {
		blocks[i] = i * fit / folds
	}
	var members []kind
	place := map[string]int{}
	for _, k := range kinds {
		for _, m := range k.parts() {
			if _, ok := place[m.name]; !ok {
				place[m.name] = len(members)
				members = append(members, m)
			}
		}
	}
	b := &Behaviour{}
	raw, groups := b.learn(t.Flows, blocks)
	detectors, unseen, err := crossFit(ctx, t, members, b, raw, groups, fit)
	if err != nil {
		return nil, nil, err
	}
	models, reports := make([]*Model, len(kinds)), make([]Report, len(kinds))
	var rows order
	rows.add(t.Flows)
	disordered := rows.shuffled()
	for i, k := range kinds {
		var of []Detector
		var scores [][]float64
		for _, m := range k.parts() {
			of = append(of, detectors[place[m.name]])
			scores = append(scores, unseen.Col(place[m.name]))
		}
		d, own := k.join(of, scores)
		models[i] = &Model{Kind: k.name, Features: b, Detector: d}
		if reports[i], err = models[i].promise(t, k, own, raw.Slice(fit, n)); err != nil {
			return nil, nil, err
		}
		reports[i].Shuffled = disordered
	}
	return models, reports, nil
}

// parts are the members of an ensemble, or the kind itself.
func (k kind) parts() []kind {
	if k.members == nil {
		return []kind{k}
	}
	return k.members
}

// join makes the detector of its parts, and its scores of unseen rows of theirs.
func (k kind) join(parts []Detector, unseen [][]float64) (Detector, []float64) {
	if k.members == nil {
		return parts[0], unseen[0]
	}
	m := dataset.Matrix{Rows: len(unseen[0]), Cols: len(parts), Data: make([]float64, len(unseen[0])*len(parts))}
	for c, scores := range unseen {
		for r, v := range scores {
			m.Row(r)[c] = v
		}
	}
	e := &Ensemble{Members: parts, Calibrated: TrainTail(m), kinds: k.members}
	return e, e.combine(m)
}

// promise chooses the threshold by the scores of the rows that the model learnt from, made by others
// that had not seen them, and reports how it does on the rows that came after.
func (m *Model) promise(t Training, k kind, unseen []float64, after dataset.Matrix) (Report, error) {
	fit := len(unseen)
	s := t.benign(unseen, 0)
	p, err := m.calibrate(t, s)
	if err != nil {
		return Report{}, err
	}
	report := Report{Train: fit, Crossed: true}
	if k.stopsEarly() {
		some := min(fit, mostOfNetwork)
		report.Train = some * 9 / 10
		report.Stop = some - report.Train
	}
	judged := t.benign(m.Detector.Score(after), fit)
	m.judge(p, s, judged, &report)
	m.widen(p, judged, &report)
	return report, nil
}

// benign are the flows, the first of which is row from, that are not known to be attacks.
func (t Training) benign(scores []float64, from int) Scored {
	all := ScoredFrom(t.Flows, from, scores)
	if t.Attack == nil {
		return all
	}
	kept := Scored{Flows: t.Flows}
	for i, r := range all.Rows {
		if !t.Attack[r] {
			kept.Rows, kept.Scores = append(kept.Rows, r), append(kept.Scores, scores[i])
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
