package detect

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"flowbook/ml"
)

// promise is how often ordinary flows may raise an alarm.
type promise struct {
	rate      float64 // alarms a flow
	incidents bool    // whether an alarm is an incident, not a flow
	most      float64 // share of flows that may lie above the threshold if alarms are incidents
}

func (p promise) threshold(s Scored) (float64, error) {
	if p.incidents {
		return s.IncidentThreshold(p.rate, p.most)
	}
	return ConformalThreshold(s.Scores, p.rate)
}

// alarms is how many the flows above the threshold raise.
func (p promise) alarms(s Scored, threshold float64) int {
	if p.incidents {
		return s.Incidents(threshold)
	}
	return above(s.Scores, threshold)
}

const defaultPercentile = 95

// calibrate chooses the threshold by the scores of benign flows that trained nothing, and returns
// the promise that it makes, of rate 0 for none.
func (m *Model) calibrate(t Training, s Scored) (promise, error) {
	if len(s.Scores) == 0 {
		return promise{}, errors.New("train: every calibration flow is an attack")
	}
	m.Calibration = Calibration{Flows: len(s.Scores), FlowsPerDay: FlowsPerDay(t.Flows)}
	m.Calibration.spread(s.Scores)
	percentile := cmp.Or(t.Percentile, defaultPercentile)
	if percentile != defaultPercentile {
		m.Calibration.Percentile = percentile
	}
	perDay, unit := t.AlarmsPerDay, "alarms"
	if t.IncidentsPerDay > 0 {
		perDay, unit = t.IncidentsPerDay, "incidents"
	}
	if perDay == 0 {
		m.Threshold = ml.Percentile(s.Scores, percentile)
		return promise{}, nil
	}
	p := promise{perDay / m.Calibration.FlowsPerDay, t.IncidentsPerDay > 0, 1 - percentile/100}
	threshold, err := p.threshold(s)
	var few *TooFewError
	if errors.As(err, &few) {
		err = fmt.Errorf("%w; promise at least %.0f %s a day, or train on a longer capture",
			err, math.Ceil(m.Calibration.FlowsPerDay/float64(len(s.Scores)+1)), unit)
	}
	if err != nil {
		return p, fmt.Errorf("train: %v %s a day of %.0f flows: %w", perDay, unit, m.Calibration.FlowsPerDay, err)
	}
	m.Threshold, m.Calibration.IncidentsPerDay = threshold, t.IncidentsPerDay
	if !p.incidents {
		m.Calibration.Rate = p.rate
	}
	return p, nil
}

// judge says in the report how the model does on flows that came after those that it was calibrated
// by.
func (m *Model) judge(p promise, calibrated, judged Scored, report *Report) {
	report.Calibrated, report.Calibrate, report.Judge = calibrated, len(calibrated.Scores), len(judged.Scores)
	report.Threshold, report.Promised = m.Threshold, p.rate
	report.Flagged, report.Alarms = above(judged.Scores, m.Threshold), p.alarms(judged, m.Threshold)
}

// widen raises the threshold where the judged flows broke the promise by more than twice and by
// more than chance would: to what they and the calibration flows together allow, or they alone if
// they ask for more.
func (m *Model) widen(p promise, judged Scored, report *Report) {
	expected := p.rate * float64(len(judged.Scores))
	if p.rate == 0 || float64(report.Alarms) <= 2*expected+3*math.Sqrt(expected)+1 {
		return
	}
	threshold, err := p.threshold(judged)
	if err != nil { // too few: above all but the expected ones
		threshold, err = p.threshold(report.Calibrated.and(judged))
	}
	if err == nil && threshold > m.Threshold {
		m.Threshold, report.Widened = threshold, true
	}
}
