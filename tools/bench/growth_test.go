package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// grown is a record of a reading whose time rises as n^1 here and as n^1.5 in pandas, and of a fit
// of one size.
func grown() *record {
	r := &record{}
	for _, n := range []float64{1e4, 1e5, 1e6} {
		name := fmt.Sprintf("Read/cols=2/n=%.0f", n)
		r.add(goSide("go"), []Line{{name, 1, []Value{{n * 900, unitTime}, {n * 1000, unitCPU}, {50, unitPeak}}}})
		r.add(pythonSide("pandas", "read.py"), []Line{{name, 1, []Value{{n * 1800, unitTime}, {math.Pow(n, 1.5), unitCPU}, {n / 1e3, unitPeak}}}})
	}
	r.add(goSide("go"), []Line{{"Fit/n=10000", 1, []Value{{1, unitTime}, {1, unitCPU}, {1, unitPeak}}}})
	r.excuse(Work{Name: "Fit/n=10000"}, pythonSide("torch", "fit.py"), "python: no module named torch")
	return r
}

func TestGrowth(t *testing.T) {
	want := `growth       side    rows              cpu ~   peak ~
Read/cols=2  go      10000 to 1000000  n^1.00  n^0.00
             pandas  10000 to 1000000  n^1.50  n^1.00
`
	if diff := cmp.Diff(want, growthTable(grown().growths())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := growthTable((&record{}).growths()); got != "" {
		t.Errorf("nothing grows as %q", got)
	}
}

// TestRecord reads record.json back: medians, ratios, excuses and growth are there, and the picture
// can be drawn.
func TestRecord(t *testing.T) {
	dir := t.TempDir()
	r := grown()
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "record.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got document
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	find := func(benchmark, side string) result {
		for _, res := range got.Results {
			if res.Benchmark == benchmark && res.Side == side {
				return res
			}
		}
		t.Fatalf("%s of %s is not in record.json", benchmark, side)
		return result{}
	}
	want := result{Benchmark: "Read/cols=2/n=10000", Side: "pandas", Rounds: 1,
		Median: map[string]float64{unitTime: 18e6, unitCPU: 1e6, unitPeak: 10},
		Ratios: []ratio{{"go", unitTime, 0.5}, {"go", unitCPU, 10}, {"go", unitPeak, 5}}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(a) })
	if diff := cmp.Diff(want, find("Read/cols=2/n=10000", "pandas"), near); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := find("Fit/n=10000", "torch"); got.Excuse == "" || got.Rounds != 0 {
		t.Errorf("the side without a package is %+v", got)
	}
	if len(got.Growth) != 2 || got.Growth[1].Side != "pandas" || math.Abs(got.Growth[1].Time-1.5) > 1e-9 {
		t.Errorf("growth %+v", got.Growth)
	}
	if png, err := growthFigure(r.growths()).PNG(100); err != nil || len(png) == 0 {
		t.Errorf("the picture: %d bytes, %v", len(png), err)
	}
}
