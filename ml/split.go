package ml

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"flowbook/ml/dataset"
)

// Split holds the numbers of the rows to train on and to test on. One Split cuts several matrices
// alike, such as rows and their targets.
type Split struct {
	Train, Test []int
}

// Of copies the rows of m into two parts.
func (s Split) Of(m dataset.Matrix) Parts {
	pick := func(rows []int) dataset.Matrix {
		out := dataset.Matrix{Rows: len(rows), Cols: m.Cols, Data: make([]float64, 0, len(rows)*m.Cols)}
		for _, r := range rows {
			out.Data = append(out.Data, m.Row(r)...)
		}
		return out
	}
	return Parts{Train: pick(s.Train), Test: pick(s.Test)}
}

// ShuffleSplit cuts that many rows after shuffling them: sizes are those of scikit-learn's
// train_test_split, the order is the seed's. Both parts must hold a row; a share that leaves one
// empty panics.
func ShuffleSplit(rows int, testShare float64, seed uint64) Split {
	test := testRows(rows, testShare)
	order := shuffled(rows, seed)
	return Split{Train: order[test:], Test: order[:test:test]}
}

// StratifiedSplit is ShuffleSplit with the same share of each label in both parts, up to whole
// rows, as scikit-learn's train_test_split(stratify=labels) gives it. A label that only one row
// has, or parts too small to hold each label, panic.
func StratifiedSplit(labels []string, testShare float64, seed uint64) Split {
	test := testRows(len(labels), testShare)
	byLabel := map[string][]int{}
	for _, r := range shuffled(len(labels), seed) {
		byLabel[labels[r]] = append(byLabel[labels[r]], r)
	}
	names := make([]string, 0, len(byLabel))
	for name, rows := range byLabel {
		if len(rows) < 2 {
			panic(fmt.Errorf("ml: only one row has the label %q; a stratified split needs two", name))
		}
		names = append(names, name)
	}
	if train := len(labels) - test; min(test, train) < len(names) {
		panic(fmt.Errorf("ml: %d and %d rows cannot hold each of %d labels", train, test, len(names)))
	}
	slices.Sort(names)
	// Each label gives the whole part of its share; the rows still wanted come from the largest
	// remainders.
	counts, left := make(map[string]int, len(names)), test
	for _, name := range names {
		counts[name] = len(byLabel[name]) * test / len(labels)
		left -= counts[name]
	}
	remainder := func(name string) int { return len(byLabel[name]) * test % len(labels) }
	byRemainder := slices.Clone(names)
	slices.SortStableFunc(byRemainder, func(a, b string) int { return remainder(b) - remainder(a) })
	for _, name := range byRemainder[:left] {
		counts[name]++
	}
	var s Split
	for _, name := range names {
		s.Test = append(s.Test, byLabel[name][:counts[name]]...)
		s.Train = append(s.Train, byLabel[name][counts[name]:]...)
	}
	random := rand.New(rand.NewPCG(seed, splitStream))
	for _, part := range [][]int{s.Train, s.Test} {
		random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
	}
	return s
}

// KFold cuts rows, in their order, into that many test parts of nearly equal size, each tried once:
// scikit-learn's KFold. There must be two folds or more, and no more than rows.
func KFold(rows, folds int) []Split {
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	return foldsOf(order, folds)
}

// ShuffledKFold is KFold of the rows in an order that the seed decides.
func ShuffledKFold(rows, folds int, seed uint64) []Split {
	return foldsOf(shuffled(rows, seed), folds)
}

func foldsOf(order []int, folds int) []Split {
	if folds < 2 || folds > len(order) {
		panic(fmt.Errorf("ml: cannot make %d folds of %d rows: choose from 2 to the number of rows", folds, len(order)))
	}
	splits, from := make([]Split, folds), 0
	for i := range splits {
		to := from + len(order)/folds
		if i < len(order)%folds {
			to++
		}
		splits[i] = Split{Train: slices.Concat(order[:from], order[to:]), Test: order[from:to:to]}
		from = to
	}
	return splits
}

// shuffled are the numbers 0 to n-1 in an order that the seed decides.
func shuffled(n int, seed uint64) []int {
	return rand.New(rand.NewPCG(seed, splitStream)).Perm(n)
}

// testRows is how many rows a test share takes: scikit-learn rounds up.
func testRows(rows int, testShare float64) int {
	test := 0
	if testShare > 0 && testShare < 1 {
		test = int(math.Ceil(testShare * float64(rows)))
	}
	if test == 0 || test == rows {
		panic(fmt.Errorf("ml: a test share of %v leaves a part of %d rows empty", testShare, rows))
	}
	return test
}
