package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Work is one thing that several sides do. Its name is the beginning of the names of its
// measurements, with key=value parts as benchmarks have.
type Work struct {
	Name  string
	Sides []Side // the first one is Go's, and the base of the ratios
	Large bool   // left out unless the run is a full one
	Huge  bool   // left out unless asked for, also of a full run

	inputs []int // rows of the flow files that it reads
	ready  func(context.Context, options) error
}

// prepare makes the files in the folder of inputs.
func (w Work) prepare(ctx context.Context, o options) error {
	for _, rows := range w.inputs {
		if err := makeFlows(ctx, o.State, rows); err != nil {
			return err
		}
	}
	if w.ready != nil {
		return w.ready(ctx, o)
	}
	return nil
}

// Works are all that can be measured, from small to large within each kind.
func Works() []Work {
	var works []Work
	add := func(w Work) { works = append(works, w) }
	sizes := []int{10_000, 100_000, 1_000_000}
	const huge = 10_000_000
	for _, columns := range []int{2, 89} {
		for _, n := range sizes {
			add(Work{Name: fmt.Sprintf("Read/cols=%d/n=%d", columns, n), Large: n > 100_000, inputs: []int{n},
				Sides: []Side{goSide("go"), pythonSide("pandas", "read.py"), pythonSide("polars", "read.py")}})
		}
	}
	add(Work{Name: fmt.Sprintf("Read/cols=2/n=%d", huge), Huge: true, inputs: []int{huge}, Sides: []Side{goSide("go")}})
	for _, n := range append(sizes, huge) {
		sides := []Side{goSide("go")}
		if n < huge { // where pandas would take a quarter of an hour
			sides = append(sides, pythonSide("pandas", "split.py"))
		}
		sides = append(sides, pythonSide("cp", "split.py"), pythonSide("split-sha256sum", "split.py"))
		add(Work{Name: fmt.Sprintf("Split/n=%d", n), Large: n > 100_000, Huge: n == huge, inputs: []int{n}, Sides: sides})
	}
	for _, n := range sizes {
		add(Work{Name: fmt.Sprintf("Generate/n=%d", n), Large: n > 100_000, Sides: []Side{goSide("go")}})
	}
	for _, n := range append(sizes, huge) {
		add(Work{Name: fmt.Sprintf("Train/n=%d", n), Large: n > 100_000, Huge: n == huge, inputs: []int{n}, ready: readyCommand, Sides: []Side{goSide("go")}})
	}
	for _, n := range append(sizes, huge) {
		add(Work{Name: fmt.Sprintf("Detect/n=%d", n), Large: n > 100_000, Huge: n == huge, inputs: []int{10_000, n}, ready: readyDetect, Sides: []Side{goSide("go")}})
	}
	add(Work{Name: "Fit/epochs=50/n=10000", inputs: []int{10_000},
		Sides: []Side{goSide("go"), pythonSide("numpy", "fit.py"), pythonSide("torch", "fit.py"), pythonSide("keras", "fit.py")}})
	for _, values := range []string{"distinct", "file"} {
		for _, n := range sizes {
			add(Work{Name: fmt.Sprintf("Predict/values=%s/n=%d", values, n), Large: n < 1_000_000, inputs: []int{100_000},
				Sides: []Side{goSide("go"), pythonSide("numpy", "predict.py"), pythonSide("torch", "predict.py"), pythonSide("keras", "predict.py")}})
		}
	}
	for _, n := range sizes {
		add(Work{Name: fmt.Sprintf("Figure/n=%d", n), Large: n > 10_000, inputs: []int{n},
			Sides: []Side{goSide("go"), pythonSide("matplotlib", "figure.py")}})
	}
	add(Work{Name: "Notebook/Anomaly_Detection", ready: readyNotebook, Sides: []Side{goSide("go"), goSide("go-memo"), goSide("go-parity"),
		pythonSide("papermill", "whole.py"), pythonSide("papermill-no-band", "whole.py")}})
	for _, kernel := range []string{"python3", "gonb"} {
		add(Work{Name: "Runner/kernel=" + kernel, ready: readyKernels,
			Sides: []Side{goSide("go"), goSide("go-in-memory"), pythonSide("nbclient", "runner.py"), pythonSide("papermill", "runner.py")}})
	}
	return works
}

// number is the value of key=value in a work's name.
func number(name, key string) int {
	n, err := strconv.Atoi(text(name, key))
	if err != nil {
		panic(fmt.Sprintf("bench: %s has no number %s", name, key))
	}
	return n
}

// text is the value of key=value in a work's name.
func text(name, key string) string {
	for part := range strings.SplitSeq(name, "/") {
		if value, ok := strings.CutPrefix(part, key+"="); ok {
			return value
		}
	}
	return ""
}
