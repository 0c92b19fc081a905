package ml

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Curve is a ROC or a precision-recall curve: one point for each distinct score, as scikit-learn's
// functions of these names give it before they drop any.
type Curve struct {
	X, Y       []float64
	Thresholds []float64 // of each point: rows with at least this score are flagged; +Inf flags none
}

// ROC is the true-positive rate (Y) over the false-positive rate (X), from (0, 0) to (1, 1):
// scikit-learn's roc_curve with drop_intermediate=False. Rates are NaN if the truth holds one kind
// of row only.
func ROC(scores []float64, actual []bool) Curve {
	steps := descend(scores, actual)
	c := Curve{X: []float64{0}, Y: []float64{0}, Thresholds: []float64{math.Inf(1)}}
	last := steps[len(steps)-1]
	if last.right == 0 {
		c.Y[0] = math.NaN()
	}
	if last.wrong == 0 {
		c.X[0] = math.NaN()
	}
	for _, s := range steps[1:] {
		c.X = append(c.X, float64(s.wrong)/float64(last.wrong))
		c.Y = append(c.Y, float64(s.right)/float64(last.right))
		c.Thresholds = append(c.Thresholds, s.score)
	}
	return c
}

// PrecisionRecall is precision (Y) over recall (X), from all rows flagged down to none, where
// precision is 1 by definition: scikit-learn's precision_recall_curve. Without any anomaly recall
// is 1 throughout, as there.
func PrecisionRecall(scores []float64, actual []bool) Curve {
	steps := descend(scores, actual)
	last := steps[len(steps)-1]
	var c Curve
	for _, s := range slices.Backward(steps[1:]) {
		recall := 1.0
		if last.right > 0 {
			recall = float64(s.right) / float64(last.right)
		}
		c.X = append(c.X, recall)
		c.Y = append(c.Y, float64(s.right)/float64(s.right+s.wrong))
		c.Thresholds = append(c.Thresholds, s.score)
	}
	c.X, c.Y, c.Thresholds = append(c.X, 0), append(c.Y, 1), append(c.Thresholds, math.Inf(1))
	return c
}

// AUC is the area under a curve by trapezoids.
func AUC(c Curve) float64 {
	var area float64
	for i := 1; i < len(c.X); i++ {
		area += (c.X[i] - c.X[i-1]) * (c.Y[i] + c.Y[i-1]) / 2
	}
	return math.Abs(area)
}

// ROCAUC is the area under the ROC curve: the chance that an anomaly scores higher than a normal
// row, ties counting half. It flatters detectors of rare anomalies; AveragePrecision does not.
func ROCAUC(scores []float64, actual []bool) float64 { return AUC(ROC(scores, actual)) }

// AveragePrecision is the sum over the thresholds of precision times the recall gained, without
// interpolation: scikit-learn's average_precision_score. It is 0 without any anomaly.
func AveragePrecision(scores []float64, actual []bool) float64 {
	steps := descend(scores, actual)
	last := steps[len(steps)-1]
	if last.right == 0 {
		return 0
	}
	var sum float64
	for i, s := range steps[1:] {
		gained := float64(s.right-steps[i].right) / float64(last.right)
		sum += gained * float64(s.right) / float64(s.right+s.wrong)
	}
	return sum
}

// PrecisionAtK is the share of anomalies among the k rows of the highest scores. Where rows tie at
// the k-th place, it is the mean over all ways to pick among them. k must lie between 1 and the
// number of rows.
func PrecisionAtK(scores []float64, actual []bool, k int) float64 {
	if k < 1 || k > len(scores) {
		panic(fmt.Errorf("ml: the precision at %d is not defined for %d rows", k, len(scores)))
	}
	steps := descend(scores, actual)
	i := 0
	for steps[i].right+steps[i].wrong < k {
		i++
	}
	before, tied := steps[i-1], steps[i]
	left := float64(k - before.right - before.wrong)
	share := float64(tied.right-before.right) / float64(tied.right+tied.wrong-before.right-before.wrong)
	return (float64(before.right) + left*share) / float64(k)
}

// step counts the flagged rows at a threshold: rows of at least that score.
type step struct {
	score        float64
	right, wrong int
}

// descend lists the steps from no row flagged to all of them, one for each distinct score. A NaN
// cannot be ranked and panics, as do slices of different or no length.
func descend(scores []float64, actual []bool) []step {
	if len(scores) != len(actual) || len(scores) == 0 {
		panic(fmt.Errorf("ml: %d scores do not match %d rows", len(scores), len(actual)))
	}
	order := make([]int, len(scores))
	for i, s := range scores {
		if math.IsNaN(s) {
			panic(fmt.Errorf("ml: score of row %d is not a number", i))
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	steps := []step{{score: math.Inf(1)}}
	for i, r := range order {
		if i == 0 || scores[r] != scores[order[i-1]] {
			s := steps[len(steps)-1]
			s.score = scores[r]
			steps = append(steps, s)
		}
		if s := &steps[len(steps)-1]; actual[r] {
			s.right++
		} else {
			s.wrong++
		}
	}
	return steps
}
