package ml

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

func TestStratifiedSplitAgainstSklearn(t *testing.T) {
	for _, c := range readSklearn(t).Stratified {
		s := StratifiedSplit(c.Labels, c.Share, 1)
		count := func(rows []int) map[string]int {
			n := map[string]int{}
			for _, r := range rows {
				n[c.Labels[r]]++
			}
			return n
		}
		if diff := cmp.Diff([]map[string]int{c.Train, c.Test}, []map[string]int{count(s.Train), count(s.Test)}); diff != "" {
			t.Errorf("%d labels, share %v (-want +got):\n%s", len(c.Labels), c.Share, diff)
		}
		everyRow(t, s, len(c.Labels))
		if slices.IsSortedFunc(s.Train, func(a, b int) int { return strings.Compare(c.Labels[a], c.Labels[b]) }) {
			t.Error("the training rows are sorted by their labels")
		}
	}
}

func TestKFoldAgainstSklearn(t *testing.T) {
	for _, c := range readSklearn(t).Folds {
		var rows, folds int
		var want [][]int
		for i, to := range []any{&rows, &folds, &want} {
			if err := json.Unmarshal(c[i], to); err != nil {
				t.Fatal(err)
			}
		}
		var got [][]int
		for _, s := range KFold(rows, folds) {
			got = append(got, s.Test)
			everyRow(t, s, rows)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d folds of %d rows (-want +got):\n%s", folds, rows, diff)
		}
		var tested []int
		for _, s := range ShuffledKFold(rows, folds, 3) {
			tested = append(tested, s.Test...)
			everyRow(t, s, rows)
		}
		everyRow(t, Split{Test: tested}, rows)
	}
}

func TestShuffleSplit(t *testing.T) {
	s := ShuffleSplit(11, 0.25, 1)
	if len(s.Test) != 3 || slices.IsSorted(s.Train) {
		t.Errorf("11 rows, test share 0.25: %+v", s)
	}
	everyRow(t, s, 11)
	if !cmp.Equal(s, ShuffleSplit(11, 0.25, 1)) || cmp.Equal(s, ShuffleSplit(11, 0.25, 2)) {
		t.Error("the seed does not decide the order")
	}
	m := dataset.Matrix{Rows: 11, Cols: 2, Data: make([]float64, 22)}
	for i := range m.Data {
		m.Data[i] = float64(i / 2)
	}
	p := s.Of(m)
	for i, r := range s.Test {
		if p.Test.Row(i)[1] != float64(r) {
			t.Errorf("test row %d is %v, want row %d", i, p.Test.Row(i), r)
		}
	}
	if p.String() != "((8, 2), (3, 2))" {
		t.Errorf("parts %s", p)
	}
}

func TestSplitsRefuse(t *testing.T) {
	for want, f := range map[string]func(){
		"leaves a part of 3 rows empty":       func() { ShuffleSplit(3, 1, 1) },
		"cannot make 1 folds of 3 rows":       func() { KFold(3, 1) },
		"cannot make 4 folds of 3 rows":       func() { ShuffledKFold(3, 4, 1) },
		`only one row has the label "b"`:      func() { StratifiedSplit([]string{"a", "a", "b"}, 0.4, 1) },
		"3 and 1 rows cannot hold each of 2 ": func() { StratifiedSplit([]string{"a", "a", "b", "b"}, 0.2, 1) },
	} {
		if got := panics(f); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
	}
}

// everyRow fails unless each row is in one of the two parts, once.
func everyRow(t *testing.T, s Split, rows int) {
	t.Helper()
	all := slices.Sorted(slices.Values(slices.Concat(s.Train, s.Test)))
	for i := range rows {
		if len(all) != rows || all[i] != i {
			t.Fatalf("of %d rows the parts hold %v", rows, all)
		}
	}
}

func ExampleStratifiedSplit() {
	labels := strings.Split("DNS DNS DNS DNS DNS DNS TLS TLS TLS", " ")
	s := StratifiedSplit(labels, 1.0/3, 1)
	tls := 0
	for _, r := range s.Test {
		if labels[r] == "TLS" {
			tls++
		}
	}
	fmt.Println(len(s.Train), len(s.Test), "of the test rows TLS:", tls)
	// Output: 6 3 of the test rows TLS: 1
}

func ExampleKFold() {
	m := column(0, 10, 20, 30, 40)
	for _, fold := range KFold(m.Rows, 2) {
		fmt.Println(fold.Of(m).Test.Data)
	}
	// Output:
	// [0 10 20]
	// [30 40]
}
