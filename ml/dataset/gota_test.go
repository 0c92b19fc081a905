package dataset

import (
	"math"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
)

// sample holds, in every kind, a plain value, gota's traps and a missing value.
func sample() *Frame {
	return New(
		Int64Column("int", []int64{1658902768472, -3, math.MaxInt64, 0}).Missing(3),
		Float64Column("float", []float64{0.1, math.Inf(1), -2.5, math.NaN()}),
		TextColumn("text", []string{"NaN", "", "null", "gone"}).Missing(3),
		BoolColumn("bool", []bool{true, false, true, false}).Missing(3),
	)
}

func TestGotaAndBack(t *testing.T) {
	df := sample().Gota()
	if df.Err != nil {
		t.Fatal(df.Err)
	}
	if diff := cmp.Diff([]series.Type{series.Int, series.Float, series.String, series.Bool}, df.Types()); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	if v, err := df.Col("int").Elem(0).Int(); v != 1658902768472 || err != nil {
		t.Errorf("a time in ms came to gota as %d, %v", v, err)
	}
	for _, name := range df.Names() {
		if !df.Col(name).Elem(3).IsNA() {
			t.Errorf("column %s: the missing value came to gota as %v", name, df.Col(name).Elem(3))
		}
	}
	if df.Col("text").Elem(0).IsNA() {
		t.Error(`the text "NaN" came to gota as a missing value`)
	}
	got, err := FromGota(df)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample().String(), got.String()); diff != "" {
		t.Errorf("there and back (-want +got):\n%s", diff)
	}
	if got.Column("int").ints[2] != math.MaxInt64 {
		t.Error("the largest int64 did not survive")
	}
}

func TestGotaFilterAndBack(t *testing.T) {
	df := sample().Gota().Filter(dataframe.F{Colname: "int", Comparator: series.Greater, Comparando: 0}).Select([]string{"text", "int"})
	f, err := FromGota(df)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{1658902768472, math.MaxInt64}, f.Int64s("int")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFromGotaKeepsItsError(t *testing.T) {
	df := sample().Gota().Select([]string{"absent"})
	if _, err := FromGota(df); err == nil {
		t.Error("a failed Select came through without an error")
	}
}
