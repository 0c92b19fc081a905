package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ExampleParse() {
	lines, err := Parse("side: pandas\nBenchmarkRead/cols=2/n=10000 12 89823325 ns/op 129.5 peak-MB\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	peak, _ := lines[0].Value("peak-MB")
	fmt.Println(lines[0].Name, lines[0].N, peak)
	fmt.Println(lines[0])
	// Output:
	// Read/cols=2/n=10000 12 129.5
	// BenchmarkRead/cols=2/n=10000 12 89823325 ns/op 129.5 peak-MB
}

func ExampleWorks() {
	for _, w := range Works() {
		if strings.HasPrefix(w.Name, "Fit/") {
			fmt.Print(w.Name)
			for _, side := range w.Sides {
				fmt.Print(" ", side.Name)
			}
		}
	}
	// Output: Fit/epochs=50/n=10000 go numpy torch keras
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []Line
		err      string
	}{
		{"nothing", "", nil, ""},
		{"other lines", "goos: linux\nside: numpy\nPASS\n", nil, ""},
		{"one value", "BenchmarkFit 1 5 ns/op\n", []Line{{"Fit", 1, []Value{{5, "ns/op"}}}}, ""},
		{"no line break at the end", "BenchmarkFit 1 5e9 ns/op", []Line{{"Fit", 1, []Value{{5e9, "ns/op"}}}}, ""},
		{"two values", "BenchmarkFit 2 5 ns/op  0.5 peak-MB\n", []Line{{"Fit", 2, []Value{{5, "ns/op"}, {0.5, "peak-MB"}}}}, ""},
		{"no value", "BenchmarkFit 1\n", nil, "pairs of number and unit"},
		{"no unit", "BenchmarkFit 1 5\n", nil, "pairs of number and unit"},
		{"half a pair", "BenchmarkFit 1 5 ns/op 7\n", nil, "pairs of number and unit"},
		{"no count", "BenchmarkFit x 5 ns/op\n", nil, `"x" is no count`},
		{"zero rounds", "BenchmarkFit 0 5 ns/op\n", nil, `"0" is no count`},
		{"no number", "BenchmarkFit 1 fast ns/op\n", nil, `"fast" is no number`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.in)
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want one with %q", err, test.err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is printed is read back as it was.
func FuzzParse(f *testing.F) {
	f.Add("BenchmarkRead/n=1 1 5 ns/op 3 cpu-ns/op 4.5 peak-MB\n")
	f.Add("Benchmark 1 NaN x\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := Parse(text)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, line := range lines {
			fmt.Fprintln(&b, line)
		}
		again, err := Parse(b.String())
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if diff := cmp.Diff(fmt.Sprint(lines), fmt.Sprint(again)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
