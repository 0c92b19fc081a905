package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every Go side that needs no kernel measures what its work says; the figures are a line each.
func TestOne(t *testing.T) {
	state := t.TempDir()
	for _, rows := range []int{1000, 10_000, 100_000} {
		if rows == 100_000 && testing.Short() {
			continue
		}
		if err := makeFlows(t.Context(), state, rows); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		work  string
		lines int
		long  bool
	}{
		{"Read/cols=2/n=1000", 1, false},
		{"Read/cols=89/n=1000", 1, false},
		{"Generate/n=100", 1, false},
		{"Fit/epochs=1/n=10000", 1, false},
		{"Predict/values=file/n=2000", 1, true},
		{"Predict/values=distinct/n=2000", 1, true},
		{"Figure/n=1000", 10, true},
	} {
		t.Run(test.work, func(t *testing.T) {
			if test.long && testing.Short() {
				t.Skip("takes seconds; run without -short")
			}
			var out bytes.Buffer
			if err := doWork(t.Context(), options{State: state}, "go", test.work, &out); err != nil {
				t.Fatal(err)
			}
			lines, err := Parse(out.String())
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) != test.lines {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), test.lines, &out)
			}
			for _, line := range lines {
				if ns, _ := line.Value(unitTime); ns <= 0 {
					t.Errorf("no time: %s", line)
				}
				if kind, _, _ := strings.Cut(test.work, "/"); !strings.HasPrefix(line.Name, kind) {
					t.Errorf("the name is not of %s: %s", test.work, line)
				}
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(state, "*-*")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// A notebook without its data is a side that says what it lacks.
func TestOneMissing(t *testing.T) {
	err := doWork(t.Context(), options{Root: t.TempDir(), State: t.TempDir()}, "go", "Notebook/Anomaly_Detection", new(bytes.Buffer))
	var missing *missingError
	if !errors.As(err, &missing) || !strings.Contains(missing.what, "flowbook data generate") {
		t.Errorf("error %v", err)
	}
}

// Names are unique, and each Python side has its script.
func TestWorks(t *testing.T) {
	seen := map[string]bool{}
	for _, work := range Works() {
		if seen[work.Name] {
			t.Errorf("two works are called %s", work.Name)
		}
		seen[work.Name] = true
		if !work.Sides[0].Go() {
			t.Errorf("%s: the first side, the base of the ratios, is not Go", work.Name)
		}
		for _, side := range work.Sides {
			if side.Go() {
				continue
			}
			script, err := os.ReadFile(filepath.Join("python", side.script))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(script), `"`+side.Name+`":`) {
				t.Errorf("%s: %s knows no side %s", work.Name, side.script, side.Name)
			}
		}
	}
}
