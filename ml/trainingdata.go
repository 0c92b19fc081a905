package ml

import (
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// trainingData is a Training as the network takes it.
type trainingData struct {
	model      *Model // untrained
	rows       int
	x, targets []float32  // row-major; targets are nil in an autoencoder
	check      validation // nil without validation rows
}

// data checks the training and makes the network.
func (t Training) data() (*trainingData, error) {
	c, train, test := t.Config, t.Parts.Train, t.Parts.Test
	if train.Rows == 0 || test.Rows != 0 && train.Cols != test.Cols {
		return nil, fmt.Errorf("the parts have the shapes %s: the training part needs rows, and both need the same columns", t.Parts)
	}
	m, err := NewModel(c, train.Cols)
	if err != nil {
		return nil, err
	}
	if test.Rows == 0 {
		if s := c.EarlyStopping; s != nil && s.Monitor != TrainLoss {
			return nil, fmt.Errorf("early stopping watches val_loss, but there are no rows to validate on")
		}
		if p := c.ReduceLROnPlateau; p != nil && p.Monitor != TrainLoss {
			return nil, fmt.Errorf("the learning rate on plateau watches val_loss, but there are no rows to validate on")
		}
	}
	d := &trainingData{model: m, rows: train.Rows}
	var checks, checkTargets []float32
	if d.x, d.targets, err = t.part(m, train, t.Targets.Train); err != nil {
		return nil, fmt.Errorf("training part: %w", err)
	}
	if test.Rows == 0 {
		return d, nil
	}
	if checks, checkTargets, err = t.part(m, test, t.Targets.Test); err != nil {
		return nil, fmt.Errorf("validation part: %w", err)
	}
	d.check = c.newValidation(test.Rows, checks, checkTargets)
	return d, nil
}

// part are the values of one part and of its targets, nil in an autoencoder.
func (t Training) part(m *Model, rows, targets dataset.Matrix) (x, y []float32, err error) {
	if x, err = floats(rows); err != nil {
		return nil, nil, err
	}
	if t.Targets.Train.Rows == 0 && t.Targets.Test.Rows == 0 {
		if m.Outputs() != m.Features {
			return nil, nil, fmt.Errorf("an autoencoder of %d features has %d outputs; Targets say what else to learn", m.Features, m.Outputs())
		}
		return x, nil, t.Config.Loss.checkTargets(rows)
	}
	if targets.Rows != rows.Rows || targets.Cols != m.Outputs() {
		return nil, nil, fmt.Errorf("targets of shape (%d, %d) do not fit %d rows and %d outputs", targets.Rows, targets.Cols, rows.Rows, m.Outputs())
	}
	if y, err = floats(targets); err != nil {
		return nil, nil, fmt.Errorf("targets: %w", err)
	}
	return x, y, t.Config.Loss.checkTargets(targets)
}

// floats are m's values as the network takes them; a NaN or an infinity among them is an error.
func floats(m dataset.Matrix) ([]float32, error) {
	out := make([]float32, len(m.Data))
	for i, v := range m.Data {
		out[i] = float32(v)
		if math.IsNaN(v) || math.IsInf(float64(out[i]), 0) {
			return nil, fmt.Errorf("row %d, column %d: %v cannot be learnt from", i/m.Cols, i%m.Cols, v)
		}
	}
	return out, nil
}
