package ml

import (
	"fmt"
	"math"
	"slices"
)

// Percentile is the p-th percentile (0 to 100) of values with linear interpolation between the two
// nearest ranks: numpy.percentile's default (method 7 of Hyndman and Fan, 1996). It leaves values
// as they are. With no values, or a NaN among them, it is NaN; p outside 0 to 100 is the caller's
// mistake and panics.
func Percentile(values []float64, p float64) float64 {
	if !(p >= 0 && p <= 100) {
		panic(fmt.Errorf("ml: percentile %v is not between 0 and 100", p))
	}
	if len(values) == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	at := p / 100 * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[low], sorted[low+1], at-math.Floor(at)
	// numpy's lerp: from the nearer end, so that equal ends give exactly that value and t = 1 gives
	// exactly b.
	if t >= 0.5 {
		return b - (b-a)*(1-t)
	}
	return a + (b-a)*t
}
