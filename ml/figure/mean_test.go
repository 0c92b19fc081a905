package figure

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMeanByX(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct {
		name      string
		x, y      []float64
		xs, means []float64
	}{
		{"nothing", nil, nil, nil, nil},
		{"unsorted, one x twice", []float64{3, 1, 3, 2}, []float64{10, 1, 20, 2}, []float64{1, 2, 3}, []float64{1, 2, 15}},
		{"not numbers are left out", []float64{1, nan, 2, 2}, []float64{1, 5, nan, 4}, []float64{1, 2}, []float64{1, 4}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			xs, means := MeanByX(tc.x, tc.y)
			if diff := cmp.Diff([][]float64{tc.xs, tc.means}, [][]float64{xs, means}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRangeByX(t *testing.T) {
	nan := math.NaN()
	xs, lows, highs := RangeByX([]float64{3, 1, 3, nan, 3}, []float64{10, 1, 20, 5, 12})
	if diff := cmp.Diff([][]float64{{1, 3}, {1, 10}, {1, 20}}, [][]float64{xs, lows, highs}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ExampleRangeByX() {
	fmt.Println(RangeByX([]float64{3, 1, 3}, []float64{10, 5, 20}))
	// Output: [1 3] [5 10] [5 20]
}
