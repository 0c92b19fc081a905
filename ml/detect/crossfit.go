package detect

import (
	"context"
	"fmt"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// folds is how many blocks of time cross-fitting cuts the flows into.
const folds = 5

// crossFit trains each kind on the first n rows. It also scores each of these rows, a column a kind,
// by detectors that had learnt from the other blocks only, so that flows that come together (of one
// host, of one hour) do not vouch for each other. b gets the scales of all of them; raw becomes
// standardised.
func crossFit(ctx context.Context, t Training, kinds []kind, b *Behaviour, raw dataset.Matrix, groups []int32, n int) ([]Detector, dataset.Matrix, error) {
	unseen := dataset.Matrix{Rows: n, Cols: len(kinds), Data: make([]float64, n*len(kinds))}
	for i := range folds {
		from, to := i*n/folds, (i+1)*n/folds
		rest := taught(n, func(r int) bool { return (r < from || r >= to) && !t.left(r) })
		b.learnScale(raw, groups, rest)
		some, someGroups := pick(raw, groups, thinned(rest, mostOfFold))
		own := dataset.Matrix{Rows: to - from, Cols: raw.Cols, Data: slices.Clone(raw.Slice(from, to).Data)}
		b.standardise(some, someGroups)
		b.standardise(own, groups[from:to])
		detectors, err := trainAllOf(ctx, t, kinds, some)
		if err != nil {
			return nil, unseen, err
		}
		for k, d := range detectors {
			for r, v := range d.Score(own) {
				unseen.Row(from + r)[k] = v
			}
		}
	}
	rows := taught(n, func(r int) bool { return !t.left(r) })
	b.learnScale(raw, groups, rows)
	b.learnUsual(raw, groups, rows)
	b.standardise(raw, groups)
	all := raw.Slice(0, n)
	if len(rows) < n {
		all, _ = pick(raw, groups, rows)
	}
	detectors, err := trainAllOf(ctx, t, kinds, all)
	return detectors, unseen, err
}

// trainAllOf trains each kind on rows. Of a network's, the last tenth stops the training early.
func trainAllOf(ctx context.Context, t Training, kinds []kind, rows dataset.Matrix) ([]Detector, error) {
	var out []Detector
	for _, k := range kinds {
		parts := ml.Parts{Train: rows}
		if k.stops {
			some := thin(rows, mostOfNetwork)
			cut := some.Rows * 9 / 10
			parts = ml.Parts{Train: some.Slice(0, cut), Test: some.Slice(cut, some.Rows)}
		}
		if ctx.Err() != nil { // most detectors are trained too fast to look at it
			return nil, fmt.Errorf("train: %w", context.Cause(ctx))
		}
		d, err := k.train(ctx, t, parts)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// Rows that detectors of one block learn from, and that a network learns from, at most: beyond them
// a training takes longer and finds no more.
const (
	mostOfFold    = 20_000
	mostOfNetwork = 50_000
)

// thin takes evenly spaced rows of m, most of them if there are more.
func thin(m dataset.Matrix, most int) dataset.Matrix {
	if m.Rows <= most {
		return m
	}
	out := dataset.Matrix{Rows: most, Cols: m.Cols, Data: make([]float64, 0, most*m.Cols)}
	for i := range most {
		out.Data = append(out.Data, m.Row(i*m.Rows/most)...)
	}
	return out
}

// taught are those of the first n rows that some says are learnt from.
func taught(n int, some func(r int) bool) []int {
	rows := make([]int, 0, n)
	for r := range n {
		if some(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

// thinned is thin for the numbers of rows.
func thinned(rows []int, most int) []int {
	if len(rows) <= most {
		return rows
	}
	out := make([]int, most)
	for i := range out {
		out[i] = rows[i*len(rows)/most]
	}
	return out
}

// pick copies rows and their groups.
func pick(m dataset.Matrix, groups []int32, rows []int) (dataset.Matrix, []int32) {
	out := dataset.Matrix{Rows: len(rows), Cols: m.Cols, Data: make([]float64, 0, len(rows)*m.Cols)}
	of := make([]int32, len(rows))
	for i, r := range rows {
		out.Data = append(out.Data, m.Row(r)...)
		of[i] = groups[r]
	}
	return out, of
}
