package detect

import (
	"errors"
	"fmt"

	"flowbook/ml/dataset"
)

// ensembleKind joins detectors that fail differently: a plane that says how features go together,
// and trees that cut few features at a time.
var ensembleKind = kind{name: "ensemble",
	members: []kind{pcaKind, forestKind},
	check: func(d Detector, width int) error {
		e := d.(*Ensemble)
		if len(e.Members) == 0 || len(e.Members) != len(e.kinds) {
			return fmt.Errorf("an ensemble of %d detectors", len(e.Members))
		}
		for i, m := range e.Members {
			if err := e.kinds[i].check(m, width); err != nil {
				return err
			}
		}
		return e.Calibrated.check(len(e.Members))
	},
	save: func(d Detector, to *document) {
		e := d.(*Ensemble)
		for i, m := range e.Members {
			to.Members = append(to.Members, e.kinds[i].name)
			e.kinds[i].save(m, to)
		}
		e.Calibrated.save("scores", to)
	},
	load: func(from *document, width int, read readArray) (Detector, error) {
		if len(from.Members) == 0 || len(from.Members) > len(kinds) {
			return nil, errors.New("its ensemble has no members")
		}
		e := &Ensemble{}
		for _, name := range from.Members {
			k, err := kindOf(name)
			if err != nil || k.members != nil {
				return nil, fmt.Errorf("its ensemble has a member %q", name)
			}
			m, err := k.load(from, width, read)
			if err != nil {
				return nil, err
			}
			e.Members, e.kinds = append(e.Members, m), append(e.kinds, k)
		}
		var err error
		e.Calibrated, err = loadTail("scores", len(e.Members), from, read)
		return e, err
	},
}

// Ensemble scores a row by Fisher's combination (1932) of how rare each member's score is: the sum
// of the negative logarithms of the shares of unseen training rows that score higher. Members
// depend on one another, so that sum has no distribution to look up; a threshold comes from the
// sums of unseen rows.
type Ensemble struct {
	Members    []Detector
	Calibrated *Tail // of the members' scores of rows that had not trained them, one feature a member

	kinds []kind
}

// Score is the sum of the members' surprises of each row.
func (e *Ensemble) Score(m dataset.Matrix) []float64 { return e.combine(e.scores(m)) }

// scores are the members' scores, one row a row.
func (e *Ensemble) scores(m dataset.Matrix) dataset.Matrix {
	out := dataset.Matrix{Rows: m.Rows, Cols: len(e.Members), Data: make([]float64, m.Rows*len(e.Members))}
	for k, d := range e.Members {
		for r, v := range d.Score(m) {
			out.Data[r*out.Cols+k] = v
		}
	}
	return out
}

func (e *Ensemble) combine(scores dataset.Matrix) []float64 {
	out := make([]float64, scores.Rows)
	for r := range out {
		for k, v := range scores.Row(r) {
			out[r] += e.Calibrated.surprise(k, v)
		}
	}
	return out
}

// Explain is each feature's part in the members' scores, weighed by the members' parts in the sum.
func (e *Ensemble) Explain(m dataset.Matrix) dataset.Matrix {
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	scores := e.scores(m)
	for k, d := range e.Members {
		parts := d.Explain(m)
		for r := range m.Rows {
			row := parts.Row(r)
			var sum float64
			for _, v := range row {
				sum += max(v, 0)
			}
			if sum == 0 {
				continue
			}
			weight := e.Calibrated.surprise(k, scores.Row(r)[k]) / sum
			for c, v := range row {
				out.Row(r)[c] += weight * max(v, 0)
			}
		}
	}
	return out
}
