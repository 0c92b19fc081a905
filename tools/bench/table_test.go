package main

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1}, 5},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 9, 2}, 3},
	} {
		if got := median(test.values); got != test.want {
			t.Errorf("median(%v) = %v, want %v", test.values, got, test.want)
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("median of nothing = %v, want NaN", got)
	}
}

func TestDuration(t *testing.T) {
	for _, test := range []struct {
		ns   float64
		want string
	}{
		{0, "0.00ns"}, {12, "12.0ns"}, {999.4, "999ns"}, {999.6, "1.00µs"}, {1234, "1.23µs"}, {99.96e3, "100µs"}, {14.2e6, "14.2ms"},
		{1.5e9, "1.50s"}, {15.5e9, "15.5s"}, {1234e9, "1234s"}, {-2e6, "-2.00ms"},
	} {
		if got := duration(test.ns); got != test.want {
			t.Errorf("duration(%v) = %s, want %s", test.ns, got, test.want)
		}
	}
}

func TestTable(t *testing.T) {
	line := func(name string, values ...Value) []Line { return []Line{{name, 1, values}} }
	ns := func(v float64) Value { return Value{v, unitTime} }
	var r record
	ours, memo, pandas, torch := goSide("go"), goSide("go-memo"), pythonSide("pandas", "read.py"), pythonSide("torch", "fit.py")
	for _, v := range []float64{100e6, 50e6, 75e6} {
		r.add(ours, line("Read/n=1", ns(v), Value{80e6, unitCPU}, Value{64.2, unitPeak}))
		r.add(pandas, line("Read/n=1", ns(4*v), Value{100e6, unitCPU}, Value{1290, unitPeak}))
	}
	r.excuse(Work{Name: "Read/n=1"}, torch, "python: no module named torch")
	r.add(ours, line("Notebook", ns(10e9)))
	r.add(pandas, line("Notebook", ns(40e9)))
	r.add(memo, line("Notebook", ns(2e9)))
	r.add(ours, line("Generate", ns(1e9)))
	want := `benchmark  side     time    ±    cpu     peak    n  go/it               cpu go/it
Read/n=1   go       75.0ms  33%  80.0ms  64.2MB  3
           pandas   300ms   33%  100ms   1290MB  3  0.25                0.80
           torch    python: no module named torch
Notebook   go       10.0s                        1
           go-memo  2.00s                        1
           pandas   40.0s                        1  0.25, go-memo 0.05
Generate   go       1.00s                        1
`
	if diff := cmp.Diff(want, r.table()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
