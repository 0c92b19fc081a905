package detect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"flowbook/ml/dataset"
)

// Flows is a stream of flows, frame by frame: a *dataset.Reader, or a file of another format behind
// the same methods.
type Flows interface {
	Scan() bool
	Frame() *dataset.Frame
	Err() error
}

// Tally is what a scan has come to.
type Tally struct {
	Flows, Anomalies int64
	Drifts           int     // how often the spread of the scores was far from the calibration's
	WorstDrift       float64 // the largest index seen
	Shuffled         bool    // whether flows are in no order of time, which their features need
}

// mostDrivers is how many features a finding names.
const mostDrivers = 3

// patience is how long flows wait for others to be scored with.
const patience = 500 * time.Millisecond

// Scan scores a stream, in memory that does not grow with it, and calls found for each anomaly in
// the stream's order and drift, if not nil, each time that the scores of Block flows are spread
// otherwise than the calibration's. It ends at the end of the stream, with an error of the stream
// or of found, with an *UnfitError, or when ctx ends: then the flows before are still scored, the
// tally says how many they were, and a Scan of flows that waits for its source is left waiting.
func (m *Model) Scan(ctx context.Context, flows Flows, found func(Finding) error, drift func(index float64, t Tally)) (Tally, error) {
	s := &scan{model: m, names: m.FeatureNames(), columns: m.Columns(), found: found, report: drift, drift: m.Calibration.NewDrift()}
	if m.Features != nil {
		s.rows = m.Features.begin()
	}
	frames := make(chan *dataset.Frame)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(frames)
		for flows.Scan() {
			select {
			case frames <- flows.Frame():
			case <-stop:
				return
			}
		}
	}()
	hurry := time.NewTicker(patience)
	defer hurry.Stop()
	defer s.settle() // whatever it was, an error came before
	for {
		select {
		case <-hurry.C:
			if s.rows != nil && s.rows.early() {
				if err := s.flushAll(); err != nil {
					return s.tally, err
				}
			}
		case f, ok := <-frames:
			if !ok {
				err := errors.Join(flows.Err(), s.flushAll())
				s.lastDrift()
				s.tally.Shuffled = s.order.shuffled()
				return s.tally, err
			}
			if err := s.frame(f); err != nil {
				return s.tally, err
			}
		case <-ctx.Done():
			err := errors.Join(context.Cause(ctx), s.flushAll())
			return s.tally, err
		}
	}
}

// place is where a flow stands.
type place struct {
	frame *dataset.Frame
	row   int
}

type scan struct {
	model   *Model
	names   []string // of the features
	columns []string // that features are made of
	found   func(Finding) error
	report  func(float64, Tally)
	drift   *Drift
	rows    extraction // nil where flows are scored one by one
	flows   []place    // of the rows that are taken and not yet scored
	taken   int64      // flows of the frames before
	order   order      // of the flows, where features depend on it
	tally   Tally

	scoring chan error // gets the end of the scoring under way; nil if there is none
	spare   []place
}

// frame takes one frame of the stream, up to the first flow that cannot be scored.
func (s *scan) frame(f *dataset.Frame) error {
	first := s.taken
	s.taken += int64(f.NumRows())
	needed := s.columns
	if f.Has("id") {
		needed = append(slices.Clip(needed), "id")
	}
	n, unfit := usable(f, needed, first)
	if unfit == nil {
		return s.take(f)
	}
	var err error
	if n > 0 {
		err = s.take(f.Slice(0, n))
	}
	return errors.Join(unfit, cmp.Or(err, s.flushAll()))
}

// take takes flows that can be scored.
func (s *scan) take(f *dataset.Frame) error {
	if s.rows == nil {
		for r := range f.NumRows() {
			s.flows = append(s.flows, place{f, r})
		}
		return s.score(s.model.Transform(f), s.takeFlows())
	}
	s.order.add(f)
	for from := 0; from < f.NumRows(); {
		n := s.rows.add(f, from)
		for r := from; r < from+n; r++ {
			s.flows = append(s.flows, place{f, r})
		}
		from += n
		if s.rows.full() {
			if err := s.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush has the flows that were taken scored, if there are any. Where features allow it, they are
// scored while the next ones are made; an error comes with the next flush.
func (s *scan) flush() error {
	if err := s.settle(); err != nil || s.rows == nil || s.rows.rows() == 0 {
		return err
	}
	rows, flows := s.rows.finish(), s.takeFlows()
	if !s.rows.early() {
		return s.score(rows, flows)
	}
	s.scoring = make(chan error, 1)
	go func() { s.scoring <- s.score(rows, flows) }()
	return nil
}

// flushAll is flush, and waits for its end.
func (s *scan) flushAll() error { return cmp.Or(s.flush(), s.settle()) }

// settle waits for the scoring under way.
func (s *scan) settle() error {
	if s.scoring == nil {
		return nil
	}
	err := <-s.scoring
	s.scoring = nil
	return err
}

// takeFlows returns the flows that were taken; they are valid until it is called again.
func (s *scan) takeFlows() []place {
	flows := s.flows
	s.flows, s.spare = s.spare[:0], flows
	return flows
}

// unit is the value behind feature c of row r, and the usual one.
func (s *scan) unit(r, c int, z float64) (value, usual float64) {
	if s.rows != nil {
		return s.rows.unit(r, c, z)
	}
	low, high := s.model.Scaler.Min[c], s.model.Scaler.Max[c]
	if high == low {
		high = low + 1
	}
	return z*(high-low) + low, math.NaN()
}

// infinite says what keeps a row without missing numbers from having a score.
func (s *scan) infinite(row []float64) string {
	for c, v := range row {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return s.names[c] + " is infinite"
		}
	}
	return "a number is too large"
}

// score scores the rows of flows, and forgets these.
func (s *scan) score(rows dataset.Matrix, flows []place) error {
	defer clear(flows)
	scores := s.model.Detector.Score(rows)
	for i, v := range scores {
		if math.IsNaN(v) || math.IsInf(v, 0) { // no threshold is below NaN, so it would pass for ordinary
			unfit := &UnfitError{Row: s.tally.Flows + int64(i), Why: "no score, because " + s.infinite(rows.Row(i))}
			return cmp.Or(s.judge(rows.Slice(0, i), flows, scores[:i]), error(unfit))
		}
	}
	return s.judge(rows, flows, scores)
}

// judge reports the flows whose scores lie above the threshold.
func (s *scan) judge(rows dataset.Matrix, flows []place, scores []float64) error {
	flagged := dataset.Matrix{Cols: rows.Cols}
	var at []int
	for i, v := range scores {
		if v > s.model.Threshold {
			at = append(at, i)
			flagged.Rows++
			flagged.Data = append(flagged.Data, rows.Row(i)...)
		}
	}
	parts := s.model.Detector.Explain(flagged)
	first := s.tally.Flows
	s.tally.Flows += int64(rows.Rows)
	for k, i := range at {
		f := Finding{Row: first + int64(i), Score: scores[i], Threshold: s.model.Threshold,
			Drivers: drivers(s.names, parts.Row(k), mostDrivers, func(c int) (value, usual float64) { return s.unit(i, c, rows.Row(i)[c]) })}
		at := flows[i]
		f.Flow = FlowOf(at.frame, at.row)
		if at.frame.Has("id") {
			f.ID, f.HasID = at.frame.Column("id").Int64(at.row), true
		}
		if err := s.found(f); err != nil {
			return fmt.Errorf("report an anomaly: %w", err)
		}
		s.tally.Anomalies++
	}
	if s.drift == nil {
		return nil
	}
	s.drift.Add(scores)
	if s.drift.rows >= Block {
		s.compare(0)
	}
	return nil
}

// fewestToCompare is how many flows at the end of a stream have a spread of scores worth comparing.
const fewestToCompare = 100

// lastDrift compares the scores that came after the last Block. Of few scores the index is above
// zero by chance: in the mean by one less than the bins over the flows (it is near a chi-squared
// sum), and here by three times as much.
func (s *scan) lastDrift() {
	if s.drift != nil && s.drift.rows >= fewestToCompare {
		s.compare(3 * float64(len(s.drift.counts)-1) / float64(s.drift.rows))
	}
}

// compare reports drift above the limit and what chance allows.
func (s *scan) compare(chance float64) {
	index := s.drift.Index()
	s.tally.WorstDrift = max(s.tally.WorstDrift, index)
	if index > DriftLimit+chance {
		s.tally.Drifts++
		if s.report != nil {
			s.report(index, s.tally)
		}
	}
}
