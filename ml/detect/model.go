package detect

import (
	"cmp"
	"errors"
	"fmt"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// Model is a trained detector with everything needed to score flows: how to describe a flow, when
// to raise an alarm, and how scores were spread when it was new.
type Model struct {
	Kind     string // one of Kinds
	Scaler   *ml.MinMaxScaler
	Features Extractor // nil for the original, which scales the packets by Scaler
	Detector Detector

	Threshold   float64 // a flow of a higher score is an anomaly
	Calibration Calibration
}

// packets is the one column that the original looks at.
const packets = "bidirectional_packets"

// Original is the original notebook's detector: an autoencoder of the scaled number of packets.
func Original(scaler *ml.MinMaxScaler, net *ml.Autoencoder, threshold float64) *Model {
	return &Model{Kind: "original", Scaler: scaler, Detector: &Reconstruction{Net: net, Order: 2}, Threshold: threshold}
}

// Columns are the columns that flows must have to be scored.
func (m *Model) Columns() []string {
	if m.Features == nil {
		return []string{packets}
	}
	return m.Features.Columns()
}

// FeatureNames are the names of the detector's features.
func (m *Model) FeatureNames() []string {
	if m.Features == nil {
		return []string{packets}
	}
	return m.Features.Names()
}

// Transform returns the detector's features, one row a flow.
func (m *Model) Transform(flows *dataset.Frame) dataset.Matrix {
	if m.Features == nil {
		return m.Scaler.Transform(flows.Matrix(packets))
	}
	return m.Features.Transform(flows)
}

// Score is one number a flow: the higher, the stranger.
func (m *Model) Score(flows *dataset.Frame) []float64 {
	return m.Detector.Score(m.Transform(flows))
}

// Flags says of each flow whether it is an anomaly.
func (m *Model) Flags(flows *dataset.Frame) ([]bool, error) {
	if _, err := usable(flows, m.Columns(), 0); err != nil {
		return nil, err
	}
	return ml.Above(m.Score(flows), m.Threshold), nil
}

// check reports parts that do not fit together in a model that came from a file.
func (m *Model) check() error {
	kind, err := kindOf(m.Kind)
	if err != nil {
		return err
	}
	if (m.Kind == "original") != (m.Features == nil) {
		return fmt.Errorf("a model of kind %s with the wrong features", m.Kind)
	}
	width := len(m.FeatureNames())
	if m.Features == nil {
		if m.Scaler == nil {
			return errors.New("no scaler")
		}
		err = cmp.Or(fits("scaler", len(m.Scaler.Min), width), fits("scaler", len(m.Scaler.Max), width))
	} else {
		err = m.Features.check()
	}
	return cmp.Or(err, kind.check(m.Detector, width), m.Calibration.check())
}
