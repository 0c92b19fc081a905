package detect

import (
	"context"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// crossFit scores each of the first rows by detectors that had learnt from the other blocks only,
// so that flows that come together (of one host, of one hour) do not vouch for each other; then it
// trains on all of them. behaviour gets the scales of all of them. The scores are those of unseen
// rows.
func crossFit(ctx context.Context, t Training, k kind, b *Behaviour, raw dataset.Matrix, groups []int32, blocks []int) (Detector, []float64, error) {
	members := k.members
	if members == nil {
		members = []kind{k}
	}
	n := blocks[len(blocks)-1]
	unseen := dataset.Matrix{Rows: n, Cols: len(members), Data: make([]float64, n*len(members))}
	for i := range len(blocks) - 1 {
		from, to := blocks[i], blocks[i+1]
		rest, restGroups := pick(raw, groups, func(r int) bool { return r < n && (r < from || r >= to) && !t.left(r) })
		own := dataset.Matrix{Rows: to - from, Cols: raw.Cols, Data: slices.Clone(raw.Slice(from, to).Data)}
		b.learnScale(rest, restGroups)
		b.standardise(rest, restGroups)
		b.standardise(own, groups[from:to])
		detectors, err := trainAllOf(ctx, t, members, thin(rest))
		if err != nil {
			return nil, nil, err
		}
		for k, d := range detectors {
			for r, v := range d.Score(own) {
				unseen.Row(from + r)[k] = v
			}
		}
	}
	taught := func(r int) bool { return r < n && !t.left(r) }
	all, allGroups := pick(raw, groups, taught)
	b.learnScale(all, allGroups)
	b.standardise(raw, groups)
	all, _ = pick(raw, groups, taught)
	detectors, err := trainAllOf(ctx, t, members, all)
	if err != nil {
		return nil, nil, err
	}
	if k.members == nil {
		return detectors[0], unseen.Data, nil
	}
	e := &Ensemble{Members: detectors, Calibrated: TrainTail(unseen), kinds: members}
	return e, e.combine(unseen), nil
}

// trainAllOf trains each kind on rows, of which the last tenth stops the training of a network
// early.
func trainAllOf(ctx context.Context, t Training, kinds []kind, rows dataset.Matrix) ([]Detector, error) {
	cut := rows.Rows * 9 / 10
	var out []Detector
	for _, k := range kinds {
		parts := ml.Parts{Train: rows.Slice(0, cut), Test: rows.Slice(cut, rows.Rows)}
		if !k.stops {
			parts.Train = rows
		}
		d, err := k.train(ctx, t, parts)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// mostOfFold bounds the rows that detectors of one block learn from, lest large files take six
// times their training.
const mostOfFold = 20_000

// thin takes evenly spaced rows of m, mostOfFold of them if there are more.
func thin(m dataset.Matrix) dataset.Matrix {
	if m.Rows <= mostOfFold {
		return m
	}
	out := dataset.Matrix{Rows: mostOfFold, Cols: m.Cols, Data: make([]float64, 0, mostOfFold*m.Cols)}
	for i := range mostOfFold {
		out.Data = append(out.Data, m.Row(i*m.Rows/mostOfFold)...)
	}
	return out
}

// pick copies some of the rows and their groups.
func pick(m dataset.Matrix, groups []int32, some func(r int) bool) (dataset.Matrix, []int32) {
	out := dataset.Matrix{Cols: m.Cols, Data: make([]float64, 0, len(m.Data))}
	var of []int32
	for r := range m.Rows {
		if some(r) {
			out.Rows++
			out.Data = append(out.Data, m.Row(r)...)
			of = append(of, groups[r])
		}
	}
	return out, of
}
