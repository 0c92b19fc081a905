package dataset_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// TestConcat: as pandas.concat with ignore_index, whole numbers become floats beside floats and
// missing values stay.
func TestConcat(t *testing.T) {
	a := dataset.New(dataset.Int64Column("n", []int64{1, 0}).Missing(1), dataset.TextColumn("t", []string{"a", "b"}))
	b := dataset.New(dataset.TextColumn("t", []string{"c"}), dataset.Int64Column("n", []int64{3}))
	c := dataset.New(dataset.Float64Column("n", []float64{0.5}), dataset.TextColumn("t", []string{"d"}))
	got := dataset.Concat(a, b)
	if n := got.Column("n"); n.Kind() != dataset.Int64 || !n.IsNull(1) || n.IsNull(2) || n.Int64(2) != 3 {
		t.Errorf("whole numbers: %v", n)
	}
	mixed := dataset.Concat(a, b, c)
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, mixed.Strings("t")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	floats := mixed.Float64s("n")
	if len(floats) != 4 || floats[0] != 1 || !math.IsNaN(floats[1]) || floats[2] != 3 || floats[3] != 0.5 {
		t.Errorf("floats are %v", floats)
	}
	defer func() {
		if recover() == nil {
			t.Error("a text goes after a number")
		}
	}()
	dataset.Concat(dataset.New(dataset.TextColumn("n", []string{"x"})), dataset.New(dataset.Int64Column("n", []int64{1})))
}
