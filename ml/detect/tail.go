package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

var tailKind = kind{name: "tail",
	train: func(_ context.Context, _ Training, parts ml.Parts) (Detector, error) {
		return TrainTail(parts.Train), nil
	},
	check: func(d Detector, width int) error { return d.(*Tail).check(width) },
	save:  func(d Detector, to *document) { d.(*Tail).save("tail", to) },
	load: func(from *document, width int, read readArray) (Detector, error) {
		t, err := loadTail("tail", width, from, read)
		return t, err
	},
}

// Tail scores a row by its one most extreme feature: the negative logarithm of the share of
// training rows that exceed it. Within the training rows that share is counted; beyond them the
// tail falls exponentially, as that of most distributions does far out (peaks over threshold:
// Pickands, 1975; for streams: Siffer and others, 2017). One count that no training row had
// decides, however many other features are ordinary.
type Tail struct {
	Levels []float64      // shares of the training rows, falling
	At     dataset.Matrix // a row a level: each feature's value that this share of the training rows exceeds
	Beyond []float64      // each feature's mean excess over the last level
}

// tailLevels are the shares at which tails are kept, as far as enough training rows lie beyond.
var tailLevels = []float64{0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001}

// tailRows is how many training rows must lie beyond a level.
const tailRows = 10

// TrainTail learns each feature's tail.
func TrainTail(m dataset.Matrix) *Tail {
	t := &Tail{At: dataset.Matrix{Cols: m.Cols}}
	for _, p := range tailLevels {
		if len(t.Levels) == 0 || p*float64(m.Rows) >= tailRows {
			t.Levels = append(t.Levels, p)
		}
	}
	t.At.Rows = len(t.Levels)
	t.At.Data = make([]float64, t.At.Rows*m.Cols)
	t.Beyond = make([]float64, m.Cols)
	for c := range m.Cols {
		column := m.Col(c)
		slices.Sort(column)
		n := len(column)
		for i, p := range t.Levels {
			t.At.Row(i)[c] = column[min(n-1, int(math.Ceil(float64(n)*(1-p))))]
		}
		last, count := t.At.Row(t.At.Rows - 1)[c], 0.0
		for i := n - 1; i >= 0 && column[i] > last; i-- {
			t.Beyond[c] += column[i] - last
			count++
		}
		// One more excess, of the feature's own unit, keeps a tail that hardly exceeds its level
		// from looking certain.
		t.Beyond[c] = (t.Beyond[c] + 1) / (count + 1)
	}
	return t
}

// surprise is the negative logarithm of the share of training rows that exceed v in feature c.
func (t *Tail) surprise(c int, v float64) float64 {
	before, level := 0.0, math.Inf(-1)
	for i, p := range t.Levels {
		at := t.At.Data[i*t.At.Cols+c]
		if v < at {
			if math.IsInf(level, -1) {
				return 0
			}
			return before + (math.Log(1/p)-before)*(v-level)/(at-level)
		}
		before, level = math.Log(1/p), at
	}
	return before + (v-level)/t.Beyond[c]
}

// Score is the largest surprise of each row.
func (t *Tail) Score(m dataset.Matrix) []float64 {
	t.fits(m)
	out := make([]float64, m.Rows)
	eachPart(m.Rows, func(from, to int) {
		last := t.At.Row(0)
		for r := from; r < to; r++ {
			for c, v := range m.Row(r) {
				if v > last[c] {
					out[r] = max(out[r], t.surprise(c, v))
				}
			}
		}
	})
	return out
}

// Explain is the surprise of the features that come near the row's largest one.
func (t *Tail) Explain(m dataset.Matrix) dataset.Matrix {
	t.fits(m)
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for r := range m.Rows {
		parts := out.Row(r)
		for c, v := range m.Row(r) {
			parts[c] = t.surprise(c, v)
		}
		least := slices.Max(parts) / 2
		for c, v := range parts {
			if v < least {
				parts[c] = 0
			}
		}
	}
	return out
}

func (t *Tail) fits(m dataset.Matrix) {
	if m.Cols != t.At.Cols {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", m.Cols, t.At.Cols))
	}
}

// check returns an error if the tail does not fit rows of width features.
func (t *Tail) check(width int) error {
	if len(t.Levels) == 0 {
		return errors.New("a tail without levels")
	}
	for i, p := range t.Levels {
		if !(p > 0 && p < 1) || i > 0 && p >= t.Levels[i-1] {
			return fmt.Errorf("a tail with levels %v", t.Levels)
		}
	}
	for _, v := range t.Beyond {
		if !(v > 0) {
			return fmt.Errorf("a tail that ends within %v", v)
		}
	}
	return cmp.Or(fits("tail", t.At.Cols, width), fits("end of the tail", len(t.Beyond), width))
}

// save stores the tail under names that begin with prefix.
func (t *Tail) save(prefix string, to *document) {
	to.add(prefix+"_levels", "<f8", t.Levels, len(t.Levels))
	to.add(prefix+"_at", "<f8", t.At.Data, t.At.Rows, t.At.Cols)
	to.add(prefix+"_beyond", "<f8", t.Beyond, len(t.Beyond))
}

func loadTail(prefix string, width int, from *document, read readArray) (*Tail, error) {
	n := from.rowsOf(prefix + "_levels")
	t := &Tail{At: dataset.Matrix{Rows: n, Cols: width}}
	var err error
	if t.Levels, err = read(prefix+"_levels", "<f8", n); err != nil {
		return nil, err
	}
	if t.At.Data, err = read(prefix+"_at", "<f8", n, width); err != nil {
		return nil, err
	}
	t.Beyond, err = read(prefix+"_beyond", "<f8", width)
	return t, err
}
