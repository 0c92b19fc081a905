package dataset

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFrameValues(t *testing.T) {
	at := time.Date(2022, 7, 27, 6, 19, 28, 472e6, time.UTC)
	f := sample().With(TimeColumn("time", []time.Time{at, {}, at.Add(time.Microsecond), at}))
	if diff := cmp.Diff([]time.Time{at, {}, at.Add(time.Microsecond), at}, f.Times("time")); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
	if got := f.Float64s("int"); got[0] != 1658902768472 || !math.IsNaN(got[3]) {
		t.Errorf("whole numbers as floats: %v; the last should be NaN", got)
	}
	if got := f.Float64s("bool"); got[0] != 1 || got[1] != 0 || !math.IsNaN(got[3]) {
		t.Errorf("truth values as floats: %v", got)
	}
	if got := f.Float64s("time"); got[0] != 1658902768472 || !math.IsNaN(got[1]) {
		t.Errorf("times as floats: %v; milliseconds are wanted", got)
	}
	if diff := cmp.Diff([]string{"NaN", "", "null", "gone"}, f.Strings("text")); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	c := f.Column("int")
	if c.Int64(0) != 1658902768472 || !c.IsNull(3) || c.Nulls() != 1 || c.Len() != 4 || c.Kind() != Int64 {
		t.Errorf("column int: %d, null %v, %d nulls of %d", c.Int64(0), c.IsNull(3), c.Nulls(), c.Len())
	}
	if f.Column("bool").Bool(0) != true || f.Column("text").Text(2) != "null" || !f.Column("time").Time(1).IsZero() {
		t.Error("single values differ from the column's")
	}
	if got := string(f.AppendRow(nil, 0)); got != "1658902768472,0.1,NaN,True,2022-07-27 06:19:28.472000" {
		t.Errorf("row 0 as text: %s", got)
	}
	if got := string(f.AppendRow(nil, 3)); got != ",,,,2022-07-27 06:19:28.472000" {
		t.Errorf("row 3 as text: %s", got)
	}
}

// TestSegments reads texts that lie in several blocks and takes them in every way.
func TestSegments(t *testing.T) {
	f, err := Read(syntheticFile(t, 1000), "src_ip", "id")
	if err != nil {
		t.Fatal(err)
	}
	c := f.Column("src_ip")
	if n := len(c.texts.segs); n < 3 {
		t.Fatalf("%d segments; the test needs some", n)
	}
	all := f.Strings("src_ip")
	picked := f.Rows([]int{999, 0, 500}).Strings("src_ip")
	if diff := cmp.Diff([]string{all[999], all[0], all[500]}, picked); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for i, s := range all {
		if c.Text(i) != s || len(s) != 128 {
			t.Fatalf("row %d is %q alone, %q among all", i, c.Text(i), s)
		}
	}
}

func TestRowLabels(t *testing.T) {
	f := New(Int64Column("v", []int64{10, 11, 12, 13, 14}))
	tail := f.Slice(3, 5)
	if diff := cmp.Diff([]int64{3, 4}, tail.Labels()); diff != "" {
		t.Errorf("labels of a slice (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{4, 3}, tail.Rows([]int{1, 0}).Labels()); diff != "" {
		t.Errorf("labels of rows of a slice (-want +got):\n%s", diff)
	}
	if got := tail.Info().String(); !strings.Contains(got, "RangeIndex: 2 entries, 3 to 4") {
		t.Errorf("info of a slice:\n%s", got)
	}
	if got := f.Head(99).NumRows(); got != 5 {
		t.Errorf("Head(99) of 5 rows has %d", got)
	}
}

func TestPanics(t *testing.T) {
	f := sample()
	for _, tt := range []struct {
		name string
		call func()
		want string
	}{
		{"absent column", func() { f.Select("int", "flaot") }, `dataset: no column "flaot"`},
		{"gaps in int64", func() { f.Int64s("int") }, `dataset: column "int" has 1 missing values, which int64 cannot hold; use Float64s`},
		{"wrong kind", func() { f.Int64s("float") }, `dataset: column "float" is float64, not int64`},
		{"texts as numbers", func() { f.Matrix("text") }, `dataset: column "text" holds texts, not numbers`},
		{"single value of another kind", func() { f.Column("text").Int64(0) }, `dataset: column "text" is object, not int64`},
		{"lengths", func() { New(Int64Column("a", []int64{1}), Int64Column("b", nil)) }, `dataset: column "b" has 0 rows, "a" has 1`},
		{"names", func() { New(Int64Column("a", nil), Int64Column("a", nil)) }, `dataset: column "a" given twice`},
		{"labels", func() { f.WithLabels("one") }, "dataset: 1 labels for 4 rows"},
		{"no time", func() { New(Int64Column("ms", []int64{0, math.MaxInt64})).WithTime("t", "ms") }, "dataset: row 1, column ms: 9223372036854775807 ms is no time of the years 1 to 9999"},
		{"texts as times", func() { f.Times("text") }, `dataset: column "text" is object, not a time; ToTime makes one of texts`},
		{"numbers as times", func() { f.Times("int") }, `dataset: column "int" is Int64, not a time; WithTime makes one of milliseconds`},
		{"times of numbers", func() { f.ToTime("int") }, `dataset: column "int" is Int64, not text; WithTime makes times of milliseconds`},
		{"outside a matrix", func() { f.Matrix("float").At(0, 1) }, "dataset: no place (0, 1) in a matrix of shape (4, 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				var got string
				switch p := recover().(type) {
				case nil:
					t.Fatal("no panic")
				case error:
					got = p.Error()
				case string:
					got = p
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}()
			tt.call()
		})
	}
	defer func() {
		var missing *MissingColumnError
		if err, ok := recover().(error); !ok || !errors.As(err, &missing) {
			t.Error("an absent column does not panic with a MissingColumnError")
		}
	}()
	f.Column("absent")
}

func TestMatrix(t *testing.T) {
	m := New(Int64Column("a", []int64{1, 2, 3}), Float64Column("b", []float64{0.5, math.NaN(), 1.5})).Matrix("b", "a")
	if diff := cmp.Diff([]float64{1, 2, 3}, m.Col(1)); diff != "" {
		t.Errorf("column 1 (-want +got):\n%s", diff)
	}
	if !math.IsNaN(m.At(1, 0)) || m.Row(2)[0] != 1.5 {
		t.Errorf("matrix %v", m)
	}
	if s := m.Slice(1, 3); s.Shape() != "(2, 2)" || s.At(1, 1) != 3 {
		t.Errorf("slice %v", s)
	}
}
