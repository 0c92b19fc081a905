package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

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

// write keeps the lines in the two files that benchstat compares.
func (r *record) write(dir string) error {
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
