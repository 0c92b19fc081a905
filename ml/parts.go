package ml

import (
	"fmt"

	"flowbook/ml/dataset"
)

// Parts are the two halves of an ordered split: rows are features' vectors, columns are features.
type Parts struct {
	Train, Test dataset.Matrix
}

// TrainTestSplit cuts m in row order, without shuffling: the last ceil(testShare*rows) rows are the
// test part, as in scikit-learn's train_test_split(shuffle=False). Both parts must hold a row; a
// share that leaves one empty is the caller's mistake and panics. The parts share m's memory.
// ShuffleSplit, StratifiedSplit and KFold cut otherwise.
func TrainTestSplit(m dataset.Matrix, testShare float64) Parts {
	test := testRows(m.Rows, testShare)
	train := m.Rows - test
	cut := train * m.Cols
	return Parts{
		Train: dataset.Matrix{Rows: train, Cols: m.Cols, Data: m.Data[:cut:cut]},
		Test:  dataset.Matrix{Rows: test, Cols: m.Cols, Data: m.Data[cut:]},
	}
}

// String prints the two shapes as Python prints a pair of numpy shapes: ((7000, 1), (3000, 1)).
func (p Parts) String() string {
	return fmt.Sprintf("((%d, %d), (%d, %d))", p.Train.Rows, p.Train.Cols, p.Test.Rows, p.Test.Cols)
}
