package ml

import (
	"fmt"

	"flowbook/ml/dataset"
)

// Confusion counts a detector's answers against the truth: rows that are anomalies are the positive
// ones.
type Confusion struct {
	TruePositive, FalsePositive, FalseNegative, TrueNegative int
}

// ConfusionMatrix compares the flagged rows with the anomalies. The slices must be equally long.
func ConfusionMatrix(flagged, actual []bool) Confusion {
	if len(flagged) != len(actual) {
		panic(fmt.Errorf("ml: %d answers do not match %d rows", len(flagged), len(actual)))
	}
	var c Confusion
	for i, f := range flagged {
		switch {
		case f && actual[i]:
			c.TruePositive++
		case f:
			c.FalsePositive++
		case actual[i]:
			c.FalseNegative++
		default:
			c.TrueNegative++
		}
	}
	return c
}

// Rows is how many rows were counted.
func (c Confusion) Rows() int {
	return c.TruePositive + c.FalsePositive + c.FalseNegative + c.TrueNegative
}

// Accuracy is the share of right answers. With few anomalies it is high for a detector that flags
// nothing.
func (c Confusion) Accuracy() float64 { return ratio(c.TruePositive+c.TrueNegative, c.Rows()) }

// Precision is the share of anomalies among the flagged rows; 0 if none is flagged, as scikit-learn
// has it.
func (c Confusion) Precision() float64 { return ratio(c.TruePositive, c.TruePositive+c.FalsePositive) }

// Recall is the share of the anomalies that were flagged; 0 if there are none.
func (c Confusion) Recall() float64 { return ratio(c.TruePositive, c.TruePositive+c.FalseNegative) }

// F1 is the harmonic mean of precision and recall; 0 if there are neither anomalies nor flagged
// rows.
func (c Confusion) F1() float64 {
	return ratio(2*c.TruePositive, 2*c.TruePositive+c.FalsePositive+c.FalseNegative)
}

// BaseRate is the share of anomalies among all rows: the precision of flagging at random.
func (c Confusion) BaseRate() float64 { return ratio(c.TruePositive+c.FalseNegative, c.Rows()) }

// Table is the 2×2 table of the original notebook as a frame.
func (c Confusion) Table() *dataset.Frame {
	return dataset.New(
		dataset.Int64Column("Actual Anomaly", []int64{int64(c.TruePositive), int64(c.FalseNegative)}),
		dataset.Int64Column("Actual Normal", []int64{int64(c.FalsePositive), int64(c.TrueNegative)}),
	).WithLabels("Predicted Anomaly", "Predicted Normal")
}

// String is the 2×2 table of the original notebook, as pandas prints it.
func (c Confusion) String() string { return c.Table().String() }

// Bundle is the table as a notebook shows it.
func (c Confusion) Bundle() map[string]any { return c.Table().Bundle() }

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Above says of each value whether it is above the threshold: the rows that a detector flags.
func Above(values []float64, threshold float64) []bool {
	out := make([]bool, len(values))
	for i, v := range values {
		out[i] = v > threshold
	}
	return out
}

// Nonzero are the numbers of the rows that are flagged, in order: numpy's flatnonzero.
func Nonzero(flagged []bool) []int {
	var rows []int
	for r, f := range flagged {
		if f {
			rows = append(rows, r)
		}
	}
	return rows
}
