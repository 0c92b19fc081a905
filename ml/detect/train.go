package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// Training is what Train needs. Flows holds Columns, in the file's order.
type Training struct {
	Kind  string // one of Kinds
	Flows *dataset.Frame
	Seed  uint64

	// Percentile of the calibration flows' scores that becomes the threshold, or, with
	// IncidentsPerDay, the lowest one that may; not used with AlarmsPerDay. 0 means 95.
	Percentile float64
	// AlarmsPerDay is how many ordinary flows a day may be flagged, at the pace of Flows; 0 leaves
	// it to Percentile.
	AlarmsPerDay float64
	// IncidentsPerDay is how many incidents a day ordinary flows may make, at the pace of Flows;
	// AlarmsPerDay is 0 then.
	IncidentsPerDay float64

	// Attack says of each flow whether it is known to be an attack; nil if nothing is known. Known
	// attacks are left out of calibration and judgement, not of training, which stays without
	// labels.
	Attack []bool

	// Left says of each flow whether it is left out of training, but not of calibration, as those
	// are that an older model flagged: they teach nothing, and the threshold does not sink from one
	// update to the next.
	Left []bool

	// Blocks trains as the program of schema 1 did: on features that are counted within blocks of
	// Block flows, in parts of the file. It is there to be compared with.
	Blocks bool
}

// Report tells what Train did and what the model's promise was worth on flows it had not seen.
type Report struct {
	Train, Stop, Calibrate, Judge int     // flows in each part
	Flagged                       int     // of the judging flows
	Alarms                        int     // that these make: incidents, if those were promised, else Flagged
	Promised                      float64 // alarms a flow; 0 if none were promised
	Threshold                     float64 // before it was raised
	Widened                       bool    // whether the threshold was raised because the judging flows broke the promise
	Calibrated                    Scored  // the calibration flows
	Crossed                       bool    // whether these are training flows, scored by detectors that had not seen them
	Shuffled                      bool    // whether the flows are in no order of time, which their features need
}

// Got is the share of the judging flows that was flagged.
func (r Report) Got() float64 { return float64(r.Flagged) / float64(max(r.Judge, 1)) }

// Columns are the columns that training that kind takes if they are there.
func Columns(kind string) ([]string, error) {
	if _, err := kindOf(kind); err != nil {
		return nil, err
	}
	if kind == "original" {
		return []string{packets, firstSeen}, nil
	}
	return slices.Concat(neededColumns, optionalColumns), nil
}

// Choose are those of Columns that stand in a file of the named columns. Some must: they are chosen
// in any case.
func Choose(kind string, names []string) ([]string, error) {
	columns, err := Columns(kind)
	return slices.DeleteFunc(columns, func(c string) bool {
		return slices.Contains(optionalColumns, c) && !slices.Contains(names, c)
	}), err
}

// minFlows is the fewest flows that can be cut into parts worth the name.
const minFlows = 200

// Train learns from the first 85 hundredths of t.Flows. The scores by which the threshold is chosen
// come from detectors that had not seen the block of time they are of (cross-conformal prediction:
// Vovk, 2015). The rest, unseen until then, judges the threshold, which is raised if it breaks its
// promise. A network takes 50,000 of the flows at most, evenly spaced; the last tenth of them stops
// its training early.
//
// The original is trained as its notebook does, in four parts in row order: the first half trains,
// the next tenth stops the training early, the next quarter chooses the threshold, and the rest
// judges it.
func Train(ctx context.Context, t Training) (*Model, Report, error) {
	k, err := t.check()
	if err != nil {
		return nil, Report{}, err
	}
	if t.Kind == "original" || t.Blocks {
		return trainParts(ctx, t, k)
	}
	models, reports, err := trainBehaviour(ctx, t, []kind{k})
	if err != nil {
		return nil, Report{}, err
	}
	return models[0], reports[0], nil
}

// TrainAll does as Train does for each of some kinds, and makes once what they share. It ignores
// t.Kind; no kind may come twice.
func TrainAll(ctx context.Context, t Training, names []string) ([]*Model, []Report, error) {
	models, reports := make([]*Model, len(names)), make([]Report, len(names))
	var kinds []kind
	var at []int
	for i, name := range names {
		t.Kind = name
		k, err := t.check()
		if err != nil {
			return nil, nil, err
		}
		if name != "original" && !t.Blocks {
			kinds, at = append(kinds, k), append(at, i)
		} else if models[i], reports[i], err = trainParts(ctx, t, k); err != nil {
			return nil, nil, err
		}
	}
	if len(kinds) == 0 {
		return models, reports, nil
	}
	together, of, err := trainBehaviour(ctx, t, kinds)
	for j, i := range at {
		if err == nil {
			models[i], reports[i] = together[j], of[j]
		}
	}
	return models, reports, err
}

// check returns the kind to be trained, or an error for a training that makes no sense.
func (t Training) check() (kind, error) {
	k, err := kindOf(t.Kind)
	if err != nil {
		return k, err
	}
	columns, err := Choose(t.Kind, t.Flows.Names())
	if err != nil {
		return k, err
	}
	n := t.Flows.NumRows()
	taught := n
	for r := range t.Left {
		if t.left(r) {
			taught--
		}
	}
	if n < minFlows || taught < minFlows {
		return k, fmt.Errorf("train: %d flows; at least %d are needed", taught, minFlows)
	}
	if !(t.Percentile >= 0 && t.Percentile <= 100) || !(t.AlarmsPerDay >= 0) || !(t.IncidentsPerDay >= 0) || t.AlarmsPerDay > 0 && t.IncidentsPerDay > 0 {
		return k, fmt.Errorf("train: percentile %v, %v alarms a day, %v incidents a day", t.Percentile, t.AlarmsPerDay, t.IncidentsPerDay)
	}
	_, err = usable(t.Flows, columns, 0)
	if err := cmp.Or(err, finite(t.Flows, columns)); err != nil {
		return k, fmt.Errorf("train: %w", err)
	}
	if t.Kind != "original" && !t.Blocks {
		return k, nil
	}
	if t.Kind == "original" && t.IncidentsPerDay > 0 {
		return k, errors.New("train: original has no host features; use --alarms-per-day")
	}
	if t.Left != nil {
		return k, fmt.Errorf("train: %s cannot leave flows out", t.Kind)
	}
	if k.train == nil {
		return k, fmt.Errorf("train: %s takes no features of blocks", t.Kind)
	}
	return k, nil
}

// trainParts trains on the first half of the flows, as Train's comment says of the original.
func trainParts(ctx context.Context, t Training, kind kind) (*Model, Report, error) {
	n := t.Flows.NumRows()
	cut := [3]int{n / 2, n * 6 / 10, n * 85 / 100}
	model, rows := t.rows(cut[0])
	var report Report
	var err error
	parts := ml.Parts{Train: rows.Slice(0, cut[0]), Test: rows.Slice(cut[0], cut[1])}
	if ctx.Err() != nil {
		return nil, report, fmt.Errorf("train: %w", context.Cause(ctx))
	}
	if model.Detector, err = kind.train(ctx, t, parts); err != nil {
		return nil, report, err
	}
	scored := func(from, to int) Scored { return t.benign(model.Detector.Score(rows.Slice(from, to)), from) }
	s := scored(cut[1], cut[2])
	p, err := model.calibrate(t, s)
	if err != nil {
		return nil, report, err
	}
	report.Train, report.Stop = cut[0], cut[1]-cut[0]
	model.judge(p, s, scored(cut[2], n), &report)
	return model, report, nil
}

// rows begins a model of parts, whose features are learnt from the first flows, and makes them.
func (t Training) rows(first int) (*Model, dataset.Matrix) {
	model := &Model{Kind: t.Kind}
	if t.Kind == "original" {
		m := t.Flows.Matrix(packets)
		model.Scaler = &ml.MinMaxScaler{}
		model.Scaler.FitTransform(m.Slice(0, first))
		return model, model.Scaler.Transform(m)
	}
	features := &Features{}
	features.learnApplications(t.Flows.Strings("application_name")[:first])
	rows := features.raw(t.Flows)
	features.learnScale(rows.Slice(0, first))
	features.standardise(rows)
	model.Features = features
	return model, rows
}

func (t Training) left(r int) bool { return t.Left != nil && t.Left[r] }
