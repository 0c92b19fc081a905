package mosaic

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Table writes one line a detector and rule that promises: means over seeds, and false alarms
// beside what was promised, seed by seed. A rule with an i promises incidents, and its false alarms
// are incidents; flagged are the flows that make them. The column incidents is how many of them the
// alarms of an attack make in the mean.
func Table(w io.Writer, all []Judgement) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "detector\ta day\tnoticed\tincidents\trecall\tfalse/promised\tflagged\tper seed")
	for _, s := range Summaries(all) {
		name := s.Detector
		for k, r := range Rules {
			of := s.Rules[k]
			fmt.Fprintf(t, "%s\t%v\t%.1f\t%s\t%.2f\t", name, r, of.Noticed, oneDecimal(of.Incidents), of.Recall)
			name = ""
			if r.PerDay == 0 {
				fmt.Fprintf(t, "%d\t%d\t-\n", of.False, of.Flagged)
				continue
			}
			var ratios []string
			for _, v := range of.Ratios {
				ratios = append(ratios, fmt.Sprintf("%.1f", v))
			}
			fmt.Fprintf(t, "%d/%.0f\t%d\t%s\n", of.False, of.Promised, of.Flagged, strings.Join(ratios, " "))
		}
	}
	return t.Flush()
}

// oneDecimal writes a mean that may be of nothing.
func oneDecimal(v float64) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", v)
}

// Attacks writes one line an attack: in how many seeds each detector noticed it at the first of
// Rules, and the mean rank of its best flow among the benign ones.
func Attacks(w io.Writer, all []Judgement) error {
	names, of := group(all)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "attack\tflows\t"+strings.Join(names, "\t"))
	for i, a := range all[0].Attacks {
		fmt.Fprintf(t, "%s\t%d", a.Name, a.Flows)
		for _, name := range names {
			n, rank := 0, 0.0
			for _, j := range of[name] {
				if j.Attacks[i].Noticed(0) {
					n++
				}
				rank += j.Attacks[i].Rank / float64(len(of[name]))
			}
			fmt.Fprintf(t, "\t%d (%.3f)", n, rank)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// group returns the detectors' names in the order in which they were judged, and the judgements of
// each.
func group(all []Judgement) ([]string, map[string][]Judgement) {
	of, place := map[string][]Judgement{}, map[string]int{}
	for i, j := range all {
		if _, ok := of[j.Detector]; !ok {
			place[j.Detector] = i
		}
		of[j.Detector] = append(of[j.Detector], j)
	}
	return slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Compare(place[a], place[b]) }), of
}
