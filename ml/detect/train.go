package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// Training is what Train needs. Flows holds Columns, in the file's order.
type Training struct {
	Kind  string // one of Kinds
	Flows *dataset.Frame
	Seed  uint64

	// Percentile of the calibration flows' scores that becomes the threshold; used if AlarmsPerDay is 0.
	Percentile float64
	// AlarmsPerDay is how many ordinary flows a day may be flagged, at the pace of Flows; 0 leaves it to Percentile.
	AlarmsPerDay float64

	// Attack says of each flow whether it is known to be an attack; nil if nothing is known. Known attacks are left out
	// of calibration and judgement, not of training, which stays without labels.
	Attack []bool
}

// Report tells what Train did and what the model's promise was worth on flows it had not seen.
type Report struct {
	Train, Stop, Calibrate, Judge int       // flows in each part
	Flagged                       int       // of the judging flows
	Promised                      float64   // false-alarm rate; 0 if none was promised
	Scores                        []float64 // of the calibration flows
}

// Got is the share of the judging flows that was flagged.
func (r Report) Got() float64 { return float64(r.Flagged) / float64(max(r.Judge, 1)) }

// Columns are the columns that training that kind takes.
func Columns(kind string) ([]string, error) {
	if _, err := kindOf(kind); err != nil {
		return nil, err
	}
	if kind == "original" {
		return []string{packets, firstSeen}, nil
	}
	return (&Features{}).Columns(), nil
}

// minFlows is the fewest flows that can be cut into parts worth the name.
const minFlows = 200

// Train learns from t.Flows in four parts, in row order: the first half trains, the next tenth stops the training of a
// network early, the next quarter chooses the threshold, and the rest, unseen until then, judges it.
func Train(ctx context.Context, t Training) (*Model, Report, error) {
	var report Report
	kind, err := kindOf(t.Kind)
	if err != nil {
		return nil, report, err
	}
	columns, err := Columns(t.Kind)
	if err != nil {
		return nil, report, err
	}
	n := t.Flows.NumRows()
	if n < minFlows {
		return nil, report, fmt.Errorf("train: %d flows; at least %d are needed", n, minFlows)
	}
	if !(t.Percentile >= 0 && t.Percentile <= 100) || !(t.AlarmsPerDay >= 0) {
		return nil, report, fmt.Errorf("train: percentile %v, %v alarms a day", t.Percentile, t.AlarmsPerDay)
	}
	if err := cmp.Or(usable(t.Flows, columns, 0), finite(t.Flows, columns)); err != nil {
		return nil, report, fmt.Errorf("train: %w", err)
	}
	cut := [3]int{n / 2, n * 6 / 10, n * 85 / 100}
	model := &Model{Kind: t.Kind}
	var rows dataset.Matrix
	if t.Kind == "original" {
		m := t.Flows.Matrix(packets)
		model.Scaler = &ml.MinMaxScaler{}
		model.Scaler.FitTransform(m.Slice(0, cut[0]))
		rows = model.Scaler.Transform(m)
	} else {
		model.Features = &Features{}
		model.Features.learnApplications(t.Flows.Strings("application_name")[:cut[0]])
		rows = model.Features.raw(t.Flows)
		model.Features.learnScale(rows.Slice(0, cut[0]))
		model.Features.standardise(rows)
	}
	parts := ml.Parts{Train: rows.Slice(0, cut[0]), Test: rows.Slice(cut[0], cut[1])}
	if model.Detector, err = kind.train(ctx, t, parts); err != nil {
		return nil, report, err
	}
	benign := func(from, to int) []float64 {
		scores := model.Detector.Score(rows.Slice(from, to))
		if t.Attack == nil {
			return scores
		}
		kept := scores[:0]
		for i, s := range scores {
			if !t.Attack[from+i] {
				kept = append(kept, s)
			}
		}
		return kept
	}
	scores := benign(cut[1], cut[2])
	if len(scores) == 0 {
		return nil, report, errors.New("train: every calibration flow is an attack")
	}
	model.Calibration = Calibration{Flows: len(scores), FlowsPerDay: FlowsPerDay(t.Flows)}
	model.Calibration.spread(scores)
	if t.AlarmsPerDay > 0 {
		rate := t.AlarmsPerDay / model.Calibration.FlowsPerDay
		if model.Threshold, err = ConformalThreshold(scores, rate); err != nil {
			var few *TooFewError
			if errors.As(err, &few) {
				err = fmt.Errorf("%w; the fewest alarms a day that these flows can promise are %.0f",
					err, math.Ceil(model.Calibration.FlowsPerDay/float64(len(scores)+1)))
			}
			return nil, report, fmt.Errorf("train: %v alarms a day of %.0f flows: %w", t.AlarmsPerDay, model.Calibration.FlowsPerDay, err)
		}
		model.Calibration.Rate = rate
	} else {
		model.Threshold = ml.Percentile(scores, t.Percentile)
	}
	judged := benign(cut[2], n)
	report = Report{Train: cut[0], Stop: cut[1] - cut[0], Calibrate: len(scores), Judge: len(judged), Promised: model.Calibration.Rate,
		Scores: scores}
	for _, s := range judged {
		if s > model.Threshold {
			report.Flagged++
		}
	}
	return model, report, nil
}

// FlowsPerDay is the pace of flows, taken between the quartiles of their times, because some of an exporter's flows may
// lie far off the rest.
func FlowsPerDay(flows *dataset.Frame) float64 {
	ms := flows.Float64s(firstSeen)
	return 0.5 * float64(len(ms)) * 86_400_000 / max(ml.Percentile(ms, 75)-ml.Percentile(ms, 25), 1)
}
