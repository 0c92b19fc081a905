package mosaic

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/tools/page"
)

var (
	record = flag.Bool("record", false, "with -captures: judge on ten fresh seeds, too, and keep the result in testdata/record.json")
	update = flag.Bool("update", false, "write the tables of ml/detect/README.md anew from testdata/record.json")
)

var recordFile = filepath.Join("testdata", "record.json")

// fresh are seeds that nothing was developed with.
var fresh = []uint64{101, 102, 103, 104, 105, 106, 107, 108, 109, 110}

// recorded is the result of TestMosaic.
type recorded struct {
	Date   string
	Benign []int // flows of each ordinary file, falling
	Groups []recordedGroup
}

// recordedGroup is the results of some seeds.
type recordedGroup struct {
	Seeds    []uint64
	Captures []Summary   // on the attacks of captures
	HandMade [][]float64 // noticed of those made by hand, for each of Captures and of Rules
	Attacks  []recordedAttack
	Oracle   []oracle  // for each of Rules that promises flows
	Chance   []float64 // for each of Rules: see chance
}

// recordedAttack is in how many of the seeds the ensemble noticed an attack, for each of Rules.
type recordedAttack struct {
	Name    string
	Flows   int
	Noticed []int
}

// oracle is the promise of the one threshold that, over all seeds, keeps it exactly: what a rule
// that knew the judged flows beforehand could do.
type oracle struct {
	PerDay float64
	Ratios []float64 // false alarms by those promised, seed by seed
}

// recordOf sums up the judgements of some seeds, in which the attacks of captures, so many as
// found, come before those made by hand.
func recordOf(seeds []uint64, all []Judgement, found int) recordedGroup {
	g := recordedGroup{Seeds: seeds, Captures: Summaries(some(all, 0, found))}
	for _, s := range Summaries(some(all, found, len(all[0].Attacks))) {
		var noticed []float64
		for _, r := range s.Rules {
			noticed = append(noticed, r.Noticed)
		}
		g.HandMade = append(g.HandMade, noticed)
	}
	ours := slices.DeleteFunc(slices.Clone(all), func(j Judgement) bool { return j.Detector != "ensemble" })
	for i, a := range ours[0].Attacks {
		r := recordedAttack{a.Name, a.Flows, make([]int, len(Rules))}
		for _, j := range ours {
			for k := range Rules {
				if j.Attacks[i].Noticed(k) {
					r.Noticed[k]++
				}
			}
		}
		g.Attacks = append(g.Attacks, r)
	}
	for k, rule := range Rules {
		g.Chance = append(g.Chance, chance(ours, k))
		if rule.PerDay > 0 && !rule.Incidents {
			g.Oracle = append(g.Oracle, oracleOf(ours, k))
		}
	}
	return g
}

// some is the judgements of only some of the attacks.
func some(all []Judgement, from, to int) []Judgement {
	out := slices.Clone(all)
	for i := range out {
		out[i].Attacks = out[i].Attacks[from:to]
	}
	return out
}

func oracleOf(js []Judgement, k int) oracle {
	o := oracle{PerDay: Rules[k].PerDay}
	var scores []float64
	var promised float64
	for _, j := range js {
		scores = append(scores, j.Scores...)
		promised += j.Promised[k]
	}
	slices.Sort(scores)
	threshold := scores[len(scores)-1-int(math.Round(promised))]
	for _, j := range js {
		o.Ratios = append(o.Ratios, float64(above(j.Scores, threshold))/j.Promised[k])
	}
	return o
}

// chance is the share of seeds that would have between half and twice of the promised alarms if
// these were independent and came exactly as often as promised in the mean (Poisson).
func chance(js []Judgement, k int) (share float64) {
	for _, j := range js {
		p := j.Promised[k]
		term := math.Exp(-p)
		for n := 0; float64(n) <= 2*p; n++ {
			if float64(n) >= p/2 {
				share += term / float64(len(js))
			}
			term *= p / float64(n+1)
		}
	}
	return share
}

// keep writes what came of the first seeds and of fresh ones.
func keep(t *testing.T, benign, attacks []File, seeds uint64, all []Judgement, found int) {
	r := recorded{Date: time.Now().UTC().Format(time.DateOnly)}
	for _, f := range benign {
		r.Benign = append(r.Benign, f.Flows.NumRows())
	}
	slices.SortFunc(r.Benign, func(a, b int) int { return b - a })
	var first []uint64
	for s := range seeds {
		first = append(first, s+1)
	}
	var more []Judgement
	for _, seed := range fresh {
		js, err := Judge(t.Context(), benign, attacks, Detectors(), seed)
		if err != nil {
			t.Fatal(err)
		}
		more = append(more, js...)
	}
	r.Groups = []recordedGroup{recordOf(first, all, found), recordOf(fresh, more, found)}
	text, err := json.MarshalIndent(r, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(recordFile, append(text, '\n'), 0o666); err != nil {
		t.Fatal(err)
	}
}

// markdown is the tables of ml/detect/README.md.
func (r recorded) markdown() string {
	var b strings.Builder
	g := r.Groups[0]
	captures, made := 0, 0
	for _, a := range g.Attacks {
		if strings.Contains(a.Name, ".pcap") {
			captures++
		} else {
			made++
		}
	}
	flows := 0
	for _, n := range r.Benign {
		flows += n
	}
	fmt.Fprintf(&b, "%d ordinary files of %d flows, the largest of %d and %d; means of %d seeds, false alarms of all of them together; %s.\n",
		len(r.Benign), flows, r.Benign[0], r.Benign[1], len(g.Seeds), r.Date)
	for _, incidents := range []bool{false, true} {
		unit, flagged, columns := "flows", "", 5
		if incidents {
			unit, flagged, columns = "incidents", " flows that make them |", 6
		}
		var ks []int
		for k, rule := range Rules {
			if rule.PerDay > 0 && rule.Incidents == incidents {
				ks = append(ks, k)
			}
		}
		low, high := ks[0], ks[1]
		ensemble := g.Captures[len(g.Captures)-1]
		fmt.Fprintf(&b, "\n| promise in %s | attacks of %d noticed at %g a day; at %g | false %s where %.0f were promised; %.0f |%s "+
			"incidents of an attack | hand-made ones of %d noticed at %g |\n|%s\n", unit, captures, Rules[low].PerDay, Rules[high].PerDay,
			unit, ensemble.Rules[low].Promised, ensemble.Rules[high].Promised, flagged, made, Rules[low].PerDay, strings.Repeat("---|", columns))
		for i, s := range g.Captures {
			a, z := s.Rules[low], s.Rules[high]
			fmt.Fprintf(&b, "| %s | %.1f; %.1f | %d; %d |", s.Detector, a.Noticed, z.Noticed, a.False, z.False)
			if incidents {
				fmt.Fprintf(&b, " %d; %d |", a.Flagged, z.Flagged)
			}
			fmt.Fprintf(&b, " %s | %.1f |\n", oneDecimal(a.Incidents), g.HandMade[i][low])
		}
	}
	b.WriteString("\n" + r.promises() + "\n" + r.attacks())
	return b.String()
}

// promises is the table of the ensemble's false alarms, divided by those promised, seed by seed.
func (r recorded) promises() string {
	var b strings.Builder
	b.WriteString("| the ensemble's false alarms by those promised |")
	for _, g := range r.Groups {
		fmt.Fprintf(&b, " seeds %d to %d | between half and twice |", g.Seeds[0], g.Seeds[len(g.Seeds)-1])
	}
	b.WriteString(" independent alarms would be |\n|---|" + strings.Repeat("---|---|", len(r.Groups)) + "---|\n")
	line := func(name, chance string, ratios func(g recordedGroup) []float64) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, g := range r.Groups {
			var texts []string
			within := 0
			for _, v := range ratios(g) {
				texts = append(texts, fmt.Sprintf("%.2f", v))
				if v >= 0.5 && v <= 2 {
					within++
				}
			}
			fmt.Fprintf(&b, " %s | %d of %d |", strings.Join(texts, ", "), within, len(texts))
		}
		fmt.Fprintf(&b, " %s |\n", chance)
	}
	for k, rule := range Rules {
		if rule.PerDay == 0 {
			continue
		}
		unit := "flows"
		if rule.Incidents {
			unit = "incidents"
		}
		var chance float64
		for _, g := range r.Groups {
			chance += g.Chance[k] / float64(len(r.Groups))
		}
		line(fmt.Sprintf("%g %s a day", rule.PerDay, unit), fmt.Sprintf("%.2f", chance),
			func(g recordedGroup) []float64 { return g.Captures[len(g.Captures)-1].Rules[k].Ratios })
	}
	for i, o := range r.Groups[0].Oracle {
		line(fmt.Sprintf("%g flows a day, one threshold chosen on the judged flows of these seeds", o.PerDay), "",
			func(g recordedGroup) []float64 { return g.Oracle[i].Ratios })
	}
	return b.String()
}

// attacks is the table of the seeds in which the ensemble noticed each attack.
func (r recorded) attacks() string {
	var b strings.Builder
	seeds := 0
	for _, g := range r.Groups {
		seeds += len(g.Seeds)
	}
	fmt.Fprintf(&b, "| noticed by the ensemble, of %d seeds | flows |", seeds)
	for _, rule := range Rules {
		switch {
		case rule.Incidents:
			fmt.Fprintf(&b, " %g incidents a day |", rule.PerDay)
		case rule.PerDay > 0:
			fmt.Fprintf(&b, " %g flows a day |", rule.PerDay)
		}
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(Rules)-1) + "\n")
	for i, a := range r.Groups[0].Attacks {
		fmt.Fprintf(&b, "| %s | %d |", a.Name, a.Flows)
		for k, rule := range Rules {
			if rule.PerDay == 0 {
				continue
			}
			n := 0
			for _, g := range r.Groups {
				n += g.Attacks[i].Noticed[k]
			}
			fmt.Fprintf(&b, " %d |", n)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestPage: the tables on the page are those of the record.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(recordFile)
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	page.Check(t, filepath.Join("..", "..", "ml", "detect", "README.md"), r.markdown(), *update)
}

// TestRecord: what the record says of judgements that were made up.
func TestRecord(t *testing.T) {
	judgement := func(falses int, noticed float64) Judgement {
		j := Judgement{Detector: "ensemble"}
		for range Rules {
			j.Promised, j.False, j.Flagged = append(j.Promised, 2), append(j.False, falses), append(j.Flagged, falses)
		}
		for i := range 10 {
			j.Scores = append(j.Scores, float64(i+10*falses))
		}
		for _, name := range []string{"a.pcap", "made"} {
			a := Attack{Name: name, Flows: 5}
			for range Rules {
				a.Recall, a.Incidents = append(a.Recall, noticed), append(a.Incidents, 1)
			}
			j.Attacks = append(j.Attacks, a)
		}
		return j
	}
	g := recordOf([]uint64{1, 2}, []Judgement{judgement(3, 1), judgement(0, 0)}, 1)
	r := recorded{Date: "2026-11-29", Benign: []int{9, 7}, Groups: []recordedGroup{g}}
	// Of 20 scores four are promised; the four highest are all of the first seed. With a mean of 2,
	// 1 to 4 come with a chance of exp(-2) × (2 + 2 + 4/3 + 2/3) = 0.81.
	for _, want := range []string{
		"| ensemble | 0.5; 0.5 | 3; 3 | 1.0 | 0.5 |\n",
		"| ensemble | 0.5; 0.5 | 3; 3 | 3; 3 | 1.0 | 0.5 |\n",
		"| 100 flows a day | 1.50, 0.00 | 1 of 2 | 0.81 |\n",
		"| 400 flows a day, one threshold chosen on the judged flows of these seeds | 2.00, 0.00 | 1 of 2 |  |\n",
		"| made | 5 | 1 | 1 | 1 | 1 |\n",
	} {
		if !strings.Contains(r.markdown(), want) {
			t.Errorf("%q is not in\n%s", want, r.markdown())
		}
	}
}
