package main

import (
	"errors"
	"os"
	"testing"
)

// The Python sides of the quick works print what Go reads.
func TestPython(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" || testing.Short() {
		t.Skip("set FLOWBOOK_PYTHON to a Python with the packages of reference/requirements.txt (pip install -r), and run without -short")
	}
	o := optionsOf(t)
	o.Python = python
	for _, rows := range []int{10_000, 100_000} {
		if err := makeFlows(t.Context(), o.State, rows); err != nil {
			t.Fatal(err)
		}
	}
	for _, work := range Works() {
		switch work.Name {
		case "Read/cols=2/n=10000", "Split/n=10000", "Predict/values=file/n=10000":
		default:
			continue
		}
		for _, side := range work.Sides[1:] {
			if side.Name == "keras" {
				continue // ten seconds to import
			}
			t.Run(work.Name+"/"+side.Name, func(t *testing.T) {
				lines, err := side.run(t.Context(), o, work.Name)
				var missing *missingError
				if errors.As(err, &missing) {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				if len(lines) != 1 || lines[0].Name != work.Name {
					t.Errorf("lines %v", lines)
				}
			})
		}
	}
}
