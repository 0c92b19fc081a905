package main

import (
	"fmt"
	"strconv"
	"strings"
)

// Line is one line of Go's benchmark format, https://go.dev/design/14313-benchmark-format.
type Line struct {
	Name   string // without "Benchmark"
	N      int    // iterations
	Values []Value
}

// Value is one measured quantity.
type Value struct {
	Number float64
	Unit   string
}

// The units that the sides measure in.
const (
	unitTime = "ns/op"
	unitCPU  = "cpu-ns/op"
	unitPeak = "peak-MB"
)

// String is the line as a benchmark prints it.
func (l Line) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Benchmark%s %d", l.Name, l.N)
	for _, v := range l.Values {
		fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(v.Number, 'f', -1, 64), v.Unit)
	}
	return b.String()
}

// Value is the number of a unit.
func (l Line) Value(unit string) (number float64, ok bool) {
	for _, v := range l.Values {
		if v.Unit == unit {
			return v.Number, true
		}
	}
	return 0, false
}

// Parse reads the benchmark lines of a text; other lines are left out, as benchstat does. A line
// that begins as a benchmark and is none is an error.
func Parse(s string) ([]Line, error) {
	var lines []Line
	for text := range strings.Lines(s) {
		rest, ok := strings.CutPrefix(text, "Benchmark")
		if !ok {
			continue
		}
		fields := strings.Fields(rest)
		if len(fields) < 4 || len(fields)%2 != 0 {
			return nil, fmt.Errorf("parse benchmark line %q: want a name, a count and pairs of number and unit", strings.TrimSpace(text))
		}
		line := Line{Name: fields[0]}
		var err error
		if line.N, err = strconv.Atoi(fields[1]); err != nil || line.N < 1 {
			return nil, fmt.Errorf("parse benchmark line %q: %q is no count", strings.TrimSpace(text), fields[1])
		}
		for i := 2; i < len(fields); i += 2 {
			number, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("parse benchmark line %q: %q is no number", strings.TrimSpace(text), fields[i])
			}
			line.Values = append(line.Values, Value{number, fields[i+1]})
		}
		lines = append(lines, line)
	}
	return lines, nil
}
