package figure

import (
	"math"
	"slices"
)

// MeanByX returns the distinct x in ascending order and the mean of the y at each of them: the line
// that seaborn's lineplot draws, which averages points that share an x. RangeByX gives a band
// around it. Points whose x or y is not a number are left out. It panics unless x and y have the
// same length.
func MeanByX(x, y []float64) (xs, means []float64) {
	byX("MeanByX", x, y, func(at float64, ys []float64) {
		var sum float64
		for _, y := range ys {
			sum += y
		}
		xs, means = append(xs, at), append(means, sum/float64(len(ys)))
	})
	return xs, means
}

// RangeByX returns the distinct x in ascending order with the smallest and the largest y at each of
// them, for Area. The band of seaborn's lineplot is a bootstrapped 95 % interval of the mean
// instead, which lies within this one and, for two or three y at an x, is the same. Points are left
// out, and it panics, as in MeanByX.
func RangeByX(x, y []float64) (xs, lows, highs []float64) {
	byX("RangeByX", x, y, func(at float64, ys []float64) {
		xs, lows, highs = append(xs, at), append(lows, slices.Min(ys)), append(highs, slices.Max(ys))
	})
	return xs, lows, highs
}

// byX calls f with each distinct x, in ascending order, and the y at it, in their order.
func byX(name string, x, y []float64, f func(at float64, ys []float64)) {
	sameLength(name, x, y)
	order := make([]int, 0, len(x))
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	var ys []float64
	for from := 0; from < len(order); {
		at := x[order[from]]
		for ys = ys[:0]; from < len(order) && x[order[from]] == at; from++ {
			ys = append(ys, y[order[from]])
		}
		f(at, ys)
	}
}
