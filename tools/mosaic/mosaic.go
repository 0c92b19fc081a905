// Package mosaic judges detectors on real attacks among real traffic of many small captures.
//
// The benign files are split 70 to 30 by a seed. Each file's flows are placed at a random time of a
// day of four hours: the first part makes the day that detectors learn from, the second the day
// that they are judged on. Then each attack is placed into the second day in turn. A mosaic of
// captures is more varied than one network, so the figures compare detectors; they promise nothing
// for one network.
package mosaic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// Sizes of a mosaic day.
const (
	FileFlows   = 300  // of a benign file that are used
	AttackFlows = 5000 // of an attack that are used
	dayMs       = 4 * 3_600_000
	dayStart    = 1_767_258_000_000 // 2026-01-01 09:00 UTC
)

// Rule is how a threshold is chosen.
type Rule struct {
	PerDay    float64 // alarms that are promised; 0 takes the 95th percentile and promises none
	Incidents bool    // whether an alarm is an incident, not a flow
}

// Rules are those that every detector is judged by.
var Rules = []Rule{{100, false}, {400, false}, {100, true}, {400, true}, {}}

// most is the share of flows that a promise of incidents may lead to flag. The flows of a mosaic
// are few for so many incidents, so it is more than train allows by itself (0.05): with that, a
// promise of 400 a day raises 25 false incidents of 127.
const most = 0.25

// String is short enough to stand in a column's head.
func (r Rule) String() string {
	switch {
	case r.PerDay == 0:
		return "p95"
	case r.Incidents:
		return fmt.Sprintf("%gi", r.PerDay)
	}
	return fmt.Sprintf("%g", r.PerDay)
}

func (r Rule) threshold(t *Trained) (float64, error) {
	switch {
	case r.PerDay == 0:
		return ml.Percentile(t.Unseen.Scores, 95), nil
	case r.Incidents:
		return t.Unseen.IncidentThreshold(r.PerDay/t.FlowsPerDay, most)
	}
	return detect.ConformalThreshold(t.Unseen.Scores, r.PerDay/t.FlowsPerDay)
}

// Detector is what is judged.
type Detector struct {
	Name  string
	Train func(ctx context.Context, day *dataset.Frame, seed uint64) (*Trained, error)
}

// Trained is a detector that has seen a day.
type Trained struct {
	Features    detect.Extractor
	Rate        func(rows dataset.Matrix) []float64 // scores rows of Features
	Unseen      detect.Scored                       // flows of the day, scored by what they did not train
	FlowsPerDay float64
}

// thresholds are those of Rules.
func (t *Trained) thresholds() ([]float64, error) {
	var out []float64
	for _, r := range Rules {
		v, err := r.threshold(t)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Judgement is what came of one detector with one seed.
type Judgement struct {
	Detector string
	Seed     uint64
	Flows    int       // benign flows of the day it was judged on
	Promised []float64 // false alarms on that day, for each of Rules
	False    []int     // that came
	Flagged  []int     // benign flows above the threshold: False, unless alarms are incidents
	Scores   []float64 // of the benign flows
	Attacks  []Attack
}

// Attack is what a detector said of one attack.
type Attack struct {
	Name      string
	Flows     int
	Recall    []float64 // share of its flows above the threshold, for each of Rules
	Incidents []int     // incidents that its alarms make
	Rank      float64   // share of the day's benign flows that score higher than its best flow
}

// Noticed reports whether any flow of the attack is above the threshold of the k-th of Rules.
func (a Attack) Noticed(k int) bool { return a.Recall[k] > 0 }

// Judge trains and judges every detector on the mosaic of one seed.
func Judge(ctx context.Context, benign, attacks []File, detectors []Detector, seed uint64) ([]Judgement, error) {
	random := rand.New(rand.NewPCG(seed, 0x6d6f73616963))
	order := random.Perm(len(benign))
	cut := len(order) * 7 / 10
	first, second := day(benign, order[:cut], random), day(benign, order[cut:], random)
	var out []Judgement
	var judges []*judge
	for _, d := range detectors {
		trained, err := d.Train(ctx, first, seed)
		if err != nil {
			return nil, fmt.Errorf("mosaic: %s, seed %d: %w", d.Name, seed, err)
		}
		thresholds, err := trained.thresholds()
		if err != nil {
			return nil, fmt.Errorf("mosaic: %s, seed %d: %w", d.Name, seed, err)
		}
		judges = append(judges, &judge{Trained: trained, thresholds: thresholds})
		out = append(out, Judgement{Detector: d.Name, Seed: seed})
	}
	score(judges, second)
	for i, d := range judges {
		j := &out[i]
		d.quiet = d.scores
		j.Flows = len(d.quiet)
		j.Scores = d.quiet
		for k, r := range Rules {
			j.Promised = append(j.Promised, r.PerDay/d.FlowsPerDay*float64(len(d.quiet)))
			flagged := above(d.quiet, d.thresholds[k])
			j.Flagged = append(j.Flagged, flagged)
			if r.Incidents {
				flagged = detect.ScoredFrom(second, 0, d.quiet).Incidents(d.thresholds[k])
			}
			j.False = append(j.False, flagged)
		}
	}
	for _, a := range attacks {
		with := Concat(second, a.at(random.Int64N(dayMs)+dayStart, -1))
		score(judges, with)
		for i, d := range judges {
			out[i].Attacks = append(out[i].Attacks, d.attack(a, with))
		}
	}
	return out, nil
}

// judge is a detector that days are judged by.
type judge struct {
	*Trained
	thresholds []float64
	quiet      []float64 // scores of the second day without any attack
	scores     []float64 // of the day at hand
}

// score scores a day by all judges; features are made once for those that share them.
func score(judges []*judge, day *dataset.Frame) {
	made := map[detect.Extractor]dataset.Matrix{}
	for _, j := range judges {
		rows, ok := made[j.Features]
		if !ok {
			rows = j.Features.Transform(day)
			made[j.Features] = rows
		}
		j.scores = j.Rate(rows)
	}
}

// day places files at random times of a day.
func day(files []File, which []int, random *rand.Rand) *dataset.Frame {
	var parts []*dataset.Frame
	for n, i := range which {
		parts = append(parts, files[i].at(random.Int64N(dayMs)+dayStart, int64(n)))
	}
	return Concat(parts...)
}

// attack judges the attack that was placed into the day at hand.
func (j *judge) attack(f File, day *dataset.Frame) Attack {
	a := Attack{Name: f.Name, Flows: f.Flows.NumRows()}
	own := detect.Scored{Flows: day}
	for i, n := range day.Int64s(fileColumn) {
		if n < 0 {
			own.Scores, own.Rows = append(own.Scores, j.scores[i]), append(own.Rows, i)
		}
	}
	for _, t := range j.thresholds {
		a.Recall = append(a.Recall, float64(above(own.Scores, t))/float64(len(own.Scores)))
		a.Incidents = append(a.Incidents, own.Incidents(t))
	}
	a.Rank = float64(above(j.quiet, slices.Max(own.Scores))) / float64(len(j.quiet))
	return a
}

func above(scores []float64, threshold float64) int {
	n := 0
	for _, s := range scores {
		if s > threshold {
			n++
		}
	}
	return n
}
