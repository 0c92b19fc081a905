package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"flowbook/ml/module"
)

// The commands are measured as whole processes: the peak is theirs.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the flowbook command and trains; run without -short")
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	o := options{Root: root, State: t.TempDir()}
	if err := makeFlows(t.Context(), o.State, 10_000); err != nil {
		t.Fatal(err)
	}
	if err := readyDetect(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, work := range []string{"Train/n=10000", "Detect/n=10000"} {
		var out bytes.Buffer
		if err := doWork(t.Context(), o, "go", work, &out); err != nil {
			t.Fatal(err)
		}
		lines, err := Parse(out.String())
		if err != nil || len(lines) != 1 {
			t.Fatalf("%s: %d lines, want 1: %v\n%s", work, len(lines), err, &out)
		}
		if peak, ok := lines[0].Value(unitPeak); !ok || peak < 20 {
			t.Errorf("%s: a peak of %v MB: whose?", work, peak)
		}
	}
	o.State = t.TempDir()
	err = doWork(context.Background(), o, "go", "Detect/n=10000", new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "flowbook detect: ") {
		t.Errorf("without a command: error %v", err)
	}
}

// The largest sizes are measured only where they are asked for.
func TestSelected(t *testing.T) {
	for _, test := range []struct {
		full, huge bool
		want       []int
	}{
		{false, false, []int{10_000, 100_000}},
		{true, false, []int{10_000, 100_000, 1_000_000}},
		{false, true, []int{10_000, 100_000, 10_000_000}},
		{true, true, []int{10_000, 100_000, 1_000_000, 10_000_000}},
	} {
		var rows []int
		for _, work := range selected(options{Full: test.full, Huge: test.huge}) {
			if strings.HasPrefix(work.Name, "Detect/") {
				rows = append(rows, number(work.Name, "n"))
			}
		}
		if !slices.Equal(rows, test.want) {
			t.Errorf("full %v, huge %v: detect at %v rows, want %v", test.full, test.huge, rows, test.want)
		}
	}
}
