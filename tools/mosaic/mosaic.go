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

// Promises are the alarms a day that thresholds are chosen for.
var Promises = []float64{100, 400}

// Detector is what is judged.
type Detector struct {
	Name  string
	Train func(ctx context.Context, day *dataset.Frame, seed uint64) (*Trained, error)
}

// Trained is a detector that has seen a day.
type Trained struct {
	Features    detect.Extractor
	Rate        func(rows dataset.Matrix) []float64 // scores rows of Features
	Unseen      []float64                           // scores of flows of the day that did not train what scored them
	FlowsPerDay float64
}

// thresholds are those of each of Promises, then the 95th percentile.
func (t *Trained) thresholds() ([]float64, error) {
	var out []float64
	for _, alarms := range Promises {
		v, err := detect.ConformalThreshold(t.Unseen, alarms/t.FlowsPerDay)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return append(out, ml.Percentile(t.Unseen, 95)), nil
}

// Judgement is what came of one detector with one seed.
type Judgement struct {
	Detector string
	Seed     uint64
	Flows    int       // benign flows of the day it was judged on
	Promised []float64 // false alarms on that day, for each of Promises
	False    []int     // that came, for each of Promises and the 95th percentile
	Attacks  []Attack
}

// Attack is what a detector said of one attack.
type Attack struct {
	Name      string
	Flows     int
	Recall    []float64 // share of its flows above the threshold, for each of Promises and the 95th percentile
	Incidents []int     // incidents that its alarms make
	Rank      float64   // share of the day's benign flows that score higher than its best flow
}

// Noticed reports whether any flow of the attack is above threshold k.
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
		for _, alarms := range Promises {
			j.Promised = append(j.Promised, alarms/d.FlowsPerDay*float64(len(d.quiet)))
		}
		for _, t := range d.thresholds {
			j.False = append(j.False, above(d.quiet, t))
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
	var own []float64
	var rows []int
	for i, n := range day.Int64s(fileColumn) {
		if n < 0 {
			own, rows = append(own, j.scores[i]), append(rows, i)
		}
	}
	for _, t := range j.thresholds {
		a.Recall = append(a.Recall, float64(above(own, t))/float64(len(own)))
		a.Incidents = append(a.Incidents, incidents(day, rows, own, t))
	}
	a.Rank = float64(above(j.quiet, slices.Max(own))) / float64(len(j.quiet))
	return a
}

// incidents is how many incidents the flows of rows with a score above the threshold make.
func incidents(day *dataset.Frame, rows []int, scores []float64, threshold float64) int {
	n := 0
	all := detect.Incidents{Ended: func(detect.Incident) error { n++; return nil }}
	for i, s := range scores {
		if s > threshold {
			// Neither call can fail: Ended does not.
			_ = all.Add(&detect.Finding{Score: s, Flow: detect.FlowOf(day, rows[i])})
		}
	}
	_ = all.Close()
	return n
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
