package main

import (
	"fmt"
	"slices"
	"strings"
)

// markdown is the table of a page: a row for each side of each benchmark, Go's sides first. A ratio below
// 1 means that Go is faster. It is made of record.json alone, so that no number on the page is typed.
func (d document) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d processors, %s/%s, %s; medians of up to %d rounds in turn.\n\n", d.Processors, d.OS, d.Arch, d.Date, d.rounds())
	b.WriteString("| work | side | time | processor time | peak | Go / it, time | Go / it, processor time |\n|---|---|---|---|---|---|---|\n")
	shown := ""
	for _, r := range d.Results {
		name := r.Benchmark
		if name == shown {
			name = ""
		} else {
			shown = name
		}
		if r.Rounds == 0 {
			fmt.Fprintf(&b, "| %s | %s | not measured: %s | | | | |\n", name, r.Side, r.Excuse)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", name, r.Side, r.in(unitTime, duration), r.in(unitCPU, duration),
			r.in(unitPeak, megabytes), r.ratios(unitTime), r.ratios(unitCPU))
	}
	b.WriteString(growthMarkdown(d.Growth))
	return b.String()
}

// growthMarkdown is the table of the exponents; "" without any.
func growthMarkdown(all []growth) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nGrowth: processor time and peak memory rise with the rows n as\n\n| work | side | rows | processor time | peak |\n|---|---|---|---|---|\n")
	shown := ""
	for _, g := range all {
		name := g.Work
		if name == shown {
			name = ""
		}
		shown = g.Work
		fmt.Fprintf(&b, "| %s | %s | %.0f to %.0f | n^%.2f | n^%.2f |\n", name, g.Side, slices.Min(g.Rows), slices.Max(g.Rows), g.Time, g.Memory)
	}
	return b.String()
}

// rounds is the largest number of rounds of any side.
func (d document) rounds() int {
	most := 0
	for _, r := range d.Results {
		most = max(most, r.Rounds)
	}
	return most
}

// in is the median in a unit; nothing where the side has not measured it.
func (r result) in(unit string, format func(float64) string) string {
	v, ok := r.Median[unit]
	if !ok {
		return ""
	}
	return format(v)
}

// ratios are those of Go's sides in a unit, the plain side without its name.
func (r result) ratios(unit string) string {
	var all []string
	for _, x := range r.Ratios {
		if x.Unit != unit {
			continue
		}
		text := fmt.Sprintf("%.2f", x.Ratio)
		if x.Side != "go" {
			text = x.Side + " " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
