package detect

import (
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

// Finding is an anomalous flow.
type Finding struct {
	Row       int64 // of the stream, from 0
	ID        int64 // the flow's id, if HasID
	HasID     bool
	Score     float64
	Threshold float64
	Drivers   []Driver // the features that drove the score, strongest first
}

// Tally is what a scan has come to.
type Tally struct {
	Flows, Anomalies int64
	Drifts           int     // how often the spread of the scores was far from the calibration's
	WorstDrift       float64 // the largest index seen
}

// mostDrivers is how many features a finding names.
const mostDrivers = 3

// patience is how long flows wait for others to be scored with.
const patience = 500 * time.Millisecond

// Scan scores a stream, in memory that does not grow with it, and calls found for each anomaly in
// the stream's order and drift, if not nil, each time that the scores of Block flows are spread
// otherwise than the calibration's. It ends at the end of the stream, with an error of the stream
// or of found, with an *UnfitError, or when ctx ends: then what was read is still scored, the tally
// says how much that was, and a Scan of flows that waits for its source is left waiting.
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
	for {
		select {
		case <-hurry.C:
			if s.rows != nil && s.rows.early() {
				if err := s.flush(); err != nil {
					return s.tally, err
				}
			}
		case f, ok := <-frames:
			if !ok {
				err := errors.Join(flows.Err(), s.flush())
				return s.tally, err
			}
			if err := s.frame(f); err != nil {
				return s.tally, err
			}
		case <-ctx.Done():
			err := errors.Join(context.Cause(ctx), s.flush())
			return s.tally, err
		}
	}
}

type scan struct {
	model   *Model
	names   []string // of the features
	columns []string // that features are made of
	found   func(Finding) error
	report  func(float64, Tally)
	drift   *Drift
	rows    extraction // nil where flows are scored one by one
	ids     []int64
	tally   Tally
}

// frame takes one frame of the stream.
func (s *scan) frame(f *dataset.Frame) error {
	first := s.tally.Flows
	if s.rows != nil {
		first += int64(s.rows.rows())
	}
	var ids []int64
	needed := s.columns
	if f.Has("id") {
		needed = append(slices.Clip(needed), "id")
	}
	if err := usable(f, needed, first); err != nil {
		return errors.Join(err, s.flush())
	}
	if f.Has("id") {
		ids = f.Int64s("id")
	}
	if s.rows == nil {
		return s.score(s.model.Transform(f), ids)
	}
	for from := 0; from < f.NumRows(); {
		n := s.rows.add(f, from)
		if ids != nil {
			s.ids = append(s.ids, ids[from:from+n]...)
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

// flush scores the flows that were taken, if there are any.
func (s *scan) flush() error {
	if s.rows == nil || s.rows.rows() == 0 {
		return nil
	}
	err := s.score(s.rows.finish(), s.ids)
	s.ids = s.ids[:0]
	return err
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

func (s *scan) score(rows dataset.Matrix, ids []int64) error {
	scores := s.model.Detector.Score(rows)
	flagged := dataset.Matrix{Cols: rows.Cols}
	var at []int
	for i, v := range scores {
		if math.IsNaN(v) || math.IsInf(v, 0) { // no threshold is below NaN, so it would pass for ordinary
			return &UnfitError{Row: s.tally.Flows + int64(i), Why: "no score, because " + s.infinite(rows.Row(i))}
		}
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
			Drivers: drivers(s.names, parts.Row(k), mostDrivers)}
		if ids != nil {
			f.ID, f.HasID = ids[i], true
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
	if s.drift.rows < Block {
		return nil
	}
	index := s.drift.Index()
	s.tally.WorstDrift = max(s.tally.WorstDrift, index)
	if index > DriftLimit {
		s.tally.Drifts++
		if s.report != nil {
			s.report(index, s.tally)
		}
	}
	return nil
}
