package ml

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

type anyScaler interface {
	FitTransform(dataset.Matrix) dataset.Matrix
	Transform(dataset.Matrix) dataset.Matrix
	InverseTransform(dataset.Matrix) dataset.Matrix
}

// TestScalersAgainstSklearn has columns that hardly change, tiny ones and gaps.
func TestScalersAgainstSklearn(t *testing.T) {
	plain := func(values []*float64) []float64 {
		out := make([]float64, len(values))
		for i, v := range values {
			if out[i] = math.NaN(); v != nil {
				out[i] = *v
			}
		}
		return out
	}
	for i, table := range readSklearn(t).Tables {
		m := dataset.Matrix{Rows: table.Rows, Cols: len(table.Table) / table.Rows, Data: plain(table.Table)}
		for _, c := range []struct {
			scaler anyScaler
			want   []*float64
		}{
			{&MinMaxScaler{}, table.MinMaxScaler}, {&StandardScaler{}, table.StandardScaler}, {&RobustScaler{}, table.RobustScaler},
		} {
			t.Run(fmt.Sprintf("%d/%T", i, c.scaler), func(t *testing.T) {
				got := c.scaler.FitTransform(m)
				back := c.scaler.InverseTransform(got)
				for col := range m.Cols {
					column := func(values []float64) (out []float64) {
						for i := col; i < len(values); i += m.Cols {
							out = append(out, values[i])
						}
						return out
					}
					from := column(m.Data)
					rounding, margin := 4*epsilon*math.Abs(from[len(from)-1]), 0.0
					if len(slices.Compact(slices.Clone(from))) == 1 { // a constant, of which only the rounding of its mean is left
						margin = rounding
					}
					near := cmp.Options{cmpopts.EquateApprox(1e-9, margin), cmpopts.EquateNaNs()}
					if diff := cmp.Diff(column(plain(c.want)), column(got.Data), near); diff != "" {
						t.Errorf("column %d scaled (-want +got):\n%s", col, diff)
					}
					near = cmp.Options{cmpopts.EquateApprox(1e-9, rounding), cmpopts.EquateNaNs()}
					if diff := cmp.Diff(from, column(back.Data), near); diff != "" {
						t.Errorf("column %d scaled back (-want +got):\n%s", col, diff)
					}
				}
			})
		}
	}
}

func TestScalersAndInfinities(t *testing.T) {
	for _, s := range []anyScaler{&MinMaxScaler{}, &StandardScaler{}, &RobustScaler{}} {
		if got := panics(func() { s.FitTransform(column(1, math.Inf(-1), 3)) }); got != "ml: a scaler cannot learn from row 1, column 0: -Inf" {
			t.Errorf("%T: panic %q", s, got)
		}
		s.FitTransform(column(1, 2, 3))
		if got := s.Transform(column(math.Inf(1))).Data[0]; !math.IsInf(got, 1) {
			t.Errorf("%T: an infinity became %v", s, got)
		}
		if got := panics(func() { s.Transform(dataset.Matrix{Rows: 1, Cols: 2, Data: []float64{1, 2}}) }); got == "" {
			t.Errorf("%T: no panic for two columns given to a scaler of one", s)
		}
	}
}

// panics is the text that f panics with, "" if it does not.
func panics(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}
