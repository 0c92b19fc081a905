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
	Score       func(flows *dataset.Frame) []float64
	Unseen      []float64 // scores of flows of the day that did not train what scored them
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
	var days []*dataset.Frame // the second day with each attack
	for _, a := range attacks {
		days = append(days, Concat(second, a.at(random.Int64N(dayMs)+dayStart, -1)))
	}
	var out []Judgement
	for _, d := range detectors {
		trained, err := d.Train(ctx, first, seed)
		if err != nil {
			return nil, fmt.Errorf("mosaic: %s, seed %d: %w", d.Name, seed, err)
		}
		thresholds, err := trained.thresholds()
		if err != nil {
			return nil, fmt.Errorf("mosaic: %s, seed %d: %w", d.Name, seed, err)
		}
		quiet := trained.Score(second)
		j := Judgement{Detector: d.Name, Seed: seed, Flows: len(quiet)}
		for _, alarms := range Promises {
			j.Promised = append(j.Promised, alarms/trained.FlowsPerDay*float64(len(quiet)))
		}
		for _, t := range thresholds {
			j.False = append(j.False, above(quiet, t))
		}
		for i, a := range attacks {
			j.Attacks = append(j.Attacks, judgeAttack(a, days[i], trained.Score(days[i]), quiet, thresholds))
		}
		out = append(out, j)
	}
	return out, nil
}

// day places files at random times of a day.
func day(files []File, which []int, random *rand.Rand) *dataset.Frame {
	var parts []*dataset.Frame
	for n, i := range which {
		parts = append(parts, files[i].at(random.Int64N(dayMs)+dayStart, int64(n)))
	}
	return Concat(parts...)
}

func judgeAttack(f File, day *dataset.Frame, scores, quiet, thresholds []float64) Attack {
	a := Attack{Name: f.Name, Flows: f.Flows.NumRows()}
	var own []float64
	for i, n := range day.Int64s(fileColumn) {
		if n < 0 {
			own = append(own, scores[i])
		}
	}
	best := own[0]
	for _, s := range own {
		best = max(best, s)
	}
	for _, t := range thresholds {
		a.Recall = append(a.Recall, float64(above(own, t))/float64(len(own)))
	}
	a.Rank = float64(above(quiet, best)) / float64(len(quiet))
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
