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

// Table writes one line a detector: means over seeds, false alarms beside what was promised, seed
// by seed. incidents is how many incidents the alarms of a noticed attack make at the first of
// Promises.
func Table(w io.Writer, all []Judgement) error {
	names, of := group(all)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "detector")
	fmt.Fprintf(t, "\tincidents@%g", Promises[0])
	for _, p := range Promises {
		fmt.Fprintf(t, "\tnoticed@%g\trecall@%g\tfalse/promised@%g\tper seed@%g", p, p, p, p)
	}
	fmt.Fprintln(t, "\tnoticed@p95\trecall@p95\tfalse@p95")
	for _, name := range names {
		fmt.Fprint(t, name)
		js := of[name]
		fmt.Fprintf(t, "\t%s", incidentsOf(js))
		for k := range len(Promises) + 1 {
			var noticed, recall, promised float64
			falses := 0
			var ratios []string
			for _, j := range js {
				for _, a := range j.Attacks {
					recall += a.Recall[k] / float64(len(j.Attacks)*len(js))
					if a.Noticed(k) {
						noticed += 1 / float64(len(js))
					}
				}
				falses += j.False[k]
				if k < len(Promises) {
					promised += j.Promised[k]
					ratios = append(ratios, fmt.Sprintf("%.1f", float64(j.False[k])/j.Promised[k]))
				}
			}
			if k < len(Promises) {
				fmt.Fprintf(t, "\t%.1f\t%.2f\t%d/%.0f\t%s", noticed, recall, falses, promised, strings.Join(ratios, " "))
			} else {
				fmt.Fprintf(t, "\t%.1f\t%.2f\t%d", noticed, recall, falses)
			}
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// incidentsOf is the mean number of incidents that the alarms of an attack make which is noticed at
// the first of Promises.
func incidentsOf(js []Judgement) string {
	incidents, noticed := 0, 0
	for _, j := range js {
		for _, a := range j.Attacks {
			if a.Noticed(0) {
				incidents += a.Incidents[0]
				noticed++
			}
		}
	}
	if noticed == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(incidents)/float64(noticed))
}

// Attacks writes one line an attack: in how many seeds each detector noticed it at the first of
// Promises, and the mean rank of its best flow among the benign ones.
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
