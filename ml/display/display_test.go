package display

import (
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"flowbook/ml/dataset"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
)

// table is a value with a bundle, as frames and figures are.
type table struct{ text string }

func (t table) Bundle() map[string]any {
	return map[string]any{
		"text/plain":       t.text,
		"text/html":        "<b>" + t.text + "</b>",
		"application/json": map[string]any{"rows": []any{1, 2.5, "three", true}},
	}
}

func (t table) Metadata() map[string]any {
	return map[string]any{"text/html": map[string]any{"wide": true}}
}

type bundle map[string]any

func (b bundle) Bundle() map[string]any { return b }

func Example() {
	Show(table{"2 rows"})
	Show("just text")
	Update("progress", "half")
	Update("progress", "done")
	Flush()
	// Output:
	// 2 rows
	// just text
	// done
}

// TestShowGota: a gota data frame is the table that the same columns make in a dataset.Frame, in
// both forms.
func TestShowGota(t *testing.T) {
	long := strings.Repeat("x", 40)
	df := dataframe.New(series.New([]int{1, 2}, series.Int, "n"), series.New([]float64{1e-9, math.NaN()}, series.Float, "tiny"),
		series.New([]string{long, "b"}, series.String, "text"))
	want := dataset.New(dataset.Int64Column("n", []int64{1, 2}), dataset.Float64Column("tiny", []float64{1e-9, math.NaN()}),
		dataset.TextColumn("text", []string{long, "b"}))
	if diff := cmp.Diff(contentOf(want), contentOf(df), cmp.AllowUnexported(content{})); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	failed := df.Select([]string{"absent"})
	if got := printed(t, func() { Show(failed) }); !strings.Contains(got, "absent") {
		t.Errorf("a data frame with an error is shown as %q", got)
	}
}

func TestShowWithoutText(t *testing.T) {
	got := printed(t, func() { Show(bundle{"image/png": []byte{1}, "image/gif": []byte{2}}) })
	if diff := cmp.Diff("(image/gif, image/png)\n", got); diff != "" {
		t.Error("text of a bundle without text/plain (-want +got)\n" + diff)
	}
}

func TestUnsendable(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"nil", map[string]any{"a": []any{1, nil}}, `["a"][1]: a <nil> cannot be sent to the kernel`},
		{"nan", map[string]any{"a": math.NaN()}, `["a"]: NaN is no JSON number`},
		{"struct", table{}, `: a display.table cannot be sent to the kernel`},
		{"inf in a slice", []float64{1, math.Inf(1)}, `[1]: +Inf is no JSON number`},
		{"empty list", map[string]any{"a": []any{}}, `["a"]: an empty list arrives as null`},
		{"fine", map[string]any{"a": []any{1, "b", []string{"c"}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if err := sendable(test.value); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error("error (-want +got)\n" + diff)
			}
		})
	}
	defer func() {
		got, _ := recover().(string)
		if !strings.HasPrefix(got, "display: display.bundle: application/json[") {
			t.Errorf("showing a bundle with nil panics with %q", got)
		}
	}()
	Show(bundle{"application/json": map[string]any{"x": nil}})
}

// printed returns what f writes to the standard output.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	f()
	os.Stdout = stdout
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
