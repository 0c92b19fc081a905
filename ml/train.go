package ml

import (
	"context"
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// Training is everything that decides a fit: the same Training gives the same Fit, byte for byte, on one backend and
// processor architecture. Parts.Test is the validation data.
type Training struct {
	Config Config
	Parts  Parts
}

// Fit is a trained autoencoder and how it got there. Its fields are plain, so that it outlives the cell that made it.
type Fit struct {
	Autoencoder
	History History
}

type progressKey struct{}

// WithProgress returns a context under which Train calls report after every epoch, with the history so far. It is no part
// of Training, so that watching a fit does not make it another fit.
func WithProgress(ctx context.Context, report func(History)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Train fits an autoencoder to t.Parts.Train and validates it on t.Parts.Test after every epoch. If ctx ends meanwhile,
// it returns both the fit so far, with the best epoch's weights, and an error that wraps ctx's; before the first epoch
// is done there is no fit to return.
func Train(ctx context.Context, t Training) (*Fit, error) {
	train, test := t.Parts.Train, t.Parts.Test
	if train.Rows == 0 || test.Rows == 0 || train.Cols != test.Cols {
		return nil, fmt.Errorf("train: parts of shapes %s", t.Parts)
	}
	a, err := NewAutoencoder(t.Config, train.Cols)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	rows, err := floats(train)
	if err != nil {
		return nil, fmt.Errorf("train: training part: %w", err)
	}
	checks, err := floats(test)
	if err != nil {
		return nil, fmt.Errorf("train: validation part: %w", err)
	}
	b := theBackend()
	if b.err != nil {
		return nil, fmt.Errorf("train: %w", b.err)
	}
	s, err := newSession(a, b.compute)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer s.close()
	f := &Fit{Autoencoder: *a, History: History{
		Planned: t.Config.Epochs,
		Steps:   (train.Rows + t.Config.BatchSize - 1) / t.Config.BatchSize,
		Rows:    train.Rows,
		Backend: b.Config,
	}}
	if err := f.run(ctx, s, rows, t.Config.newValidation(checks, train.Cols)); err != nil {
		if len(f.History.Epochs) == 0 || ctx.Err() == nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		return f, fmt.Errorf("train: stopped after %d epochs: %w", len(f.History.Epochs), err)
	}
	return f, nil
}

// run trains epoch after epoch and leaves the weights to keep in f.
func (f *Fit) run(ctx context.Context, s *session, rows []float32, check *validation) error {
	c := f.Config
	report, _ := ctx.Value(progressKey{}).(func(History))
	epochs := newEpochs(c, rows, f.Features)
	rate := float64(float32(c.LearningRate))
	stop, slow := newStopper(EarlyStopping{}), newPlateau(ReduceLROnPlateau{})
	if c.EarlyStopping != nil {
		stop = newStopper(*c.EarlyStopping)
	}
	if c.ReduceLROnPlateau != nil {
		slow = newPlateau(*c.ReduceLROnPlateau)
	}
	best := f.flat()
	defer func() { f.setFlat(best) }()
	for epoch := range c.Epochs {
		loss, err := epochs.run(ctx, s, rate)
		if err != nil {
			return err
		}
		val, err := s.evaluate(ctx, check)
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsNaN(val) {
			return fmt.Errorf("epoch %d: the loss is not a number; a smaller learning rate may help", epoch+1)
		}
		f.History.Epochs = append(f.History.Epochs, Epoch{Loss: loss, ValLoss: val, LearningRate: rate})
		better, enough := stop.see(epoch, val)
		if better || c.EarlyStopping == nil || !c.EarlyStopping.RestoreBestWeights {
			if best, err = s.weights(); err != nil {
				return err
			}
			f.History.Best = epoch
		}
		if report != nil {
			report(f.History)
		}
		if c.EarlyStopping != nil && enough {
			f.History.Stopped = true
			return nil
		}
		if c.ReduceLROnPlateau != nil {
			rate = slow.next(val, rate)
		}
	}
	return nil
}

// epochs feeds the training rows to a session in a new order each epoch.
type epochs struct {
	rows           []float32
	features, size int // size of a batch
	order          *shuffler
	masks          *masker
	x, m           []float32 // buffers of one batch
}

func newEpochs(c Config, rows []float32, features int) *epochs {
	e := &epochs{rows: rows, features: features, size: c.BatchSize, masks: newMasker(c)}
	e.order = newShuffler(c.Seed, len(rows)/features)
	e.x, e.m = make([]float32, c.BatchSize*features), make([]float32, c.BatchSize*len(e.masks.drop))
	return e
}

// run trains one epoch and returns the mean loss over its rows.
func (e *epochs) run(ctx context.Context, s *session, rate float64) (float64, error) {
	order := e.order.next()
	var sum float64
	for from := 0; from < len(order); from += e.size {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		batch := order[from:min(from+e.size, len(order))]
		for i, r := range batch {
			copy(e.x[i*e.features:(i+1)*e.features], e.rows[r*e.features:])
		}
		n := len(batch)
		m := e.m[:n*len(e.masks.drop)]
		e.masks.fill(m, n)
		loss, err := s.trainBatch(e.x[:n*e.features], m, n, rate)
		if err != nil {
			return 0, err
		}
		sum += loss * float64(n)
	}
	return sum / float64(len(order)), nil
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
