package figure

import (
	"math"
	"slices"
)

// MeanByX returns the distinct x in ascending order and the mean of the y at each of them: the line that seaborn's
// lineplot draws, which averages what shares an x, without its bootstrapped band. Points whose x or y is not a number
// are left out. It panics unless x and y have the same length.
func MeanByX(x, y []float64) (xs, means []float64) {
	sameLength("MeanByX", x, y)
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
	for from := 0; from < len(order); {
		at, sum, n := x[order[from]], 0.0, 0
		for ; from < len(order) && x[order[from]] == at; from++ {
			sum += y[order[from]]
			n++
		}
		xs, means = append(xs, at), append(means, sum/float64(n))
	}
	return xs, means
}
