package dataset

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestViewsAsPandas reads each CSV file of testdata/views and compares every view with what pandas
// 2.2.3 printed of the same file; testdata/views/reference.py made the texts.
func TestViewsAsPandas(t *testing.T) {
	files, err := filepath.Glob("testdata/views/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/views/*.csv: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".csv"), func(t *testing.T) {
			f, err := Read(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := txtar.ParseFile(strings.TrimSuffix(file, ".csv") + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			for _, view := range want.Files {
				got, ok := viewOf(f, view.Name)
				if !ok {
					t.Errorf("no view is called %s", view.Name)
					continue
				}
				if diff := cmp.Diff(strings.TrimSuffix(string(view.Data), "\n"), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", view.Name, diff)
				}
			}
		})
	}
}

// viewOf returns the view that reference.py gives a name to.
func viewOf(f *Frame, name string) (string, bool) {
	html := func(f *Frame) string { return f.Bundle()["text/html"].(string) }
	times := func(column string) *Frame { return f.WithTime("timestamp", column).Select("timestamp", column) }
	pick := func() *Frame {
		var rows []int
		for _, i := range []int{2, 0, f.NumRows() - 1} {
			if i < f.NumRows() {
				rows = append(rows, i)
			}
		}
		return f.Rows(rows)
	}
	labelled := func() *Frame {
		h := f.Head(2)
		return h.WithLabels([]string{"Predicted Anomaly", "Predicted Normal"}[:h.NumRows()]...)
	}
	switch name {
	case "repr":
		return f.String(), true
	case "html":
		return html(f), true
	case "info":
		return f.Info().String(), true
	case "head5":
		return f.Head(5).String(), true
	case "head5.html":
		return html(f.Head(5)), true
	case "rows":
		return pick().String(), true
	case "rows.info":
		return pick().Info().String(), true
	case "labelled":
		return labelled().String(), true
	case "labelled.html":
		return html(labelled()), true
	}
	kind, column, _ := strings.Cut(name, ".")
	switch kind {
	case "describe":
		return f.Describe(column).String(), true
	case "counts":
		return f.ValueCounts(column).String(), true
	case "time":
		if c, ok := strings.CutSuffix(column, ".html"); ok {
			return html(times(c).Head(5)), true
		}
		return times(column).String(), true
	}
	return "", false
}
