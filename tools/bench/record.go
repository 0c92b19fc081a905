package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"flowbook/ml/atomicfile"
)

// record is all that was measured, in the order of the first measurement.
type record struct {
	entries []*entry
}

// entry is one side's measurement of one benchmark, or the reason why there is none.
type entry struct {
	name   string
	side   Side
	lines  []Line
	excuse string
}

func (r *record) entry(name string, side Side) *entry {
	for _, e := range r.entries {
		if e.name == name && e.side == side {
			return e
		}
	}
	e := &entry{name: name, side: side}
	r.entries = append(r.entries, e)
	return e
}

func (r *record) add(side Side, lines []Line) {
	for _, line := range lines {
		e := r.entry(line.Name, side)
		e.lines = append(e.lines, line)
	}
}

// excuse notes why a side did not do a work.
func (r *record) excuse(work Work, side Side, why string) { r.entry(work.Name, side).excuse = why }

// result is one side of one benchmark as record.json has it: medians, and the measurements behind
// them.
type result struct {
	Benchmark string             `json:"benchmark"`
	Side      string             `json:"side"`
	Go        bool               `json:"go"`
	Excuse    string             `json:"excuse,omitempty"` // why nothing was measured
	Rounds    int                `json:"rounds"`
	Median    map[string]float64 `json:"median,omitempty"` // by unit
	Spread    string             `json:"spread,omitempty"` // largest deviation from the median time
	// Ratios are the medians of the Go sides relative to this Python side's.
	Ratios []ratio `json:"ratios,omitempty"`
}

// ratio is a median of one of Go's sides, divided by that of another side.
type ratio struct {
	Side  string  `json:"side"`
	Unit  string  `json:"unit"`
	Ratio float64 `json:"ratio"`
}

// document is record.json, from which a page can be made.
type document struct {
	Date       string   `json:"date"` // of the run, as in 2026-11-29
	OS         string   `json:"os"`
	Arch       string   `json:"arch"`
	Processors int      `json:"processors"`
	Results    []result `json:"results"`
	Growth     []growth `json:"growth"`
}

func (r *record) document() document {
	d := document{Date: time.Now().Format(time.DateOnly), OS: runtime.GOOS, Arch: runtime.GOARCH, Processors: runtime.NumCPU(), Growth: r.growths()}
	for _, name := range r.names() {
		entries := r.of(name)
		for _, e := range entries {
			out := result{Benchmark: name, Side: e.side.Name, Go: e.side.Go(), Excuse: e.excuse, Rounds: len(e.lines), Median: map[string]float64{}}
			for _, unit := range []string{unitTime, unitCPU, unitPeak} {
				mine := median(e.values(unit))
				if math.IsNaN(mine) {
					continue
				}
				out.Median[unit] = mine
				for _, ours := range entries {
					theirs := median(ours.values(unit))
					if ours.side.Go() && !e.side.Go() && !math.IsNaN(theirs) && mine > 0 {
						out.Ratios = append(out.Ratios, ratio{ours.side.Name, unit, theirs / mine})
					}
				}
			}
			out.Spread = spread(e.values(unitTime))
			d.Results = append(d.Results, out)
		}
	}
	return d
}

// write keeps the lines in the two files that benchstat compares, and the medians in record.json.
func (r *record) write(dir string) error {
	text, err := json.MarshalIndent(r.document(), "", " ")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(dir, "record.json"), append(text, '\n'), 0o666); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		ours bool
	}{{"go.txt", true}, {"python.txt", false}} {
		var b strings.Builder
		fmt.Fprintf(&b, "goos: %s\ngoarch: %s\nprocessors: %d\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
		side := ""
		for _, e := range r.entries {
			if e.side.Go() != file.ours {
				continue
			}
			if e.side.Name != side {
				side = e.side.Name
				fmt.Fprintf(&b, "\nside: %s\n", side)
			}
			if e.excuse != "" {
				fmt.Fprintf(&b, "# %s: %s\n", e.name, e.excuse)
			}
			for _, line := range e.lines {
				fmt.Fprintln(&b, line)
			}
		}
		if err := atomicfile.Write(filepath.Join(dir, file.name), []byte(b.String()), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// names are the benchmarks in their order.
func (r *record) names() []string {
	var names []string
	for _, e := range r.entries {
		if !slices.Contains(names, e.name) {
			names = append(names, e.name)
		}
	}
	return names
}

// of are the entries of one benchmark, Go's first.
func (r *record) of(name string) []*entry {
	var found []*entry
	for _, e := range r.entries {
		if e.name == name {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b *entry) int {
		switch {
		case a.side.Go() == b.side.Go():
			return 0
		case a.side.Go():
			return -1
		}
		return 1
	})
	return found
}
