package ml

import (
	"context"
	"fmt"
	"math"
)

// Training is everything that decides a fit: the same Training gives the same Fit, byte for byte,
// on one backend and processor architecture.
type Training struct {
	Config Config
	Parts  Parts // rows to train on, and rows to validate on, which may be none
	// Targets are the wanted outputs for the rows of Parts. If there are none, a row is its own
	// target: the network is an autoencoder.
	Targets Parts
}

// Fit is a trained network and how it got there. Its fields are plain, so that it outlives the cell
// that made it.
type Fit struct {
	Autoencoder // or any other Model, if it was trained with targets
	History     History
}

type progressKey struct{}

// WithProgress returns a context under which Train calls report after every epoch, with the history
// so far. It is not a field of Training, so a watched fit has the same key in package memo.
func WithProgress(ctx context.Context, report func(History)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Train fits a network to t.Parts.Train and validates it on t.Parts.Test after every epoch. If ctx
// ends meanwhile, it returns both the fit so far, with the best epoch's weights, and an error that
// wraps ctx's; before the first epoch is done there is no fit to return.
func Train(ctx context.Context, t Training) (*Fit, error) {
	d, err := t.data()
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	b := theBackend()
	if b.err != nil {
		return nil, fmt.Errorf("train: %w", b.err)
	}
	s, err := newSession(d.model, d.targets != nil, b)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	defer s.close()
	f := &Fit{Autoencoder: *d.model, History: History{
		Planned: t.Config.Epochs,
		Steps:   (d.rows + t.Config.BatchSize - 1) / t.Config.BatchSize,
		Rows:    d.rows,
		Backend: b.Config,
	}}
	if err := f.run(ctx, s, d); err != nil {
		if len(f.History.Epochs) == 0 || ctx.Err() == nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		return f, fmt.Errorf("train: stopped after %d epochs: %w", len(f.History.Epochs), err)
	}
	return f, nil
}

// run trains epoch after epoch and leaves the weights to keep in f.
func (f *Fit) run(ctx context.Context, s session, d *trainingData) error {
	c := f.Config
	report, _ := ctx.Value(progressKey{}).(func(History))
	epochs := newEpochs(c, d)
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
		val, err := s.evaluate(ctx, d.check)
		if err != nil {
			return err
		}
		if math.IsNaN(loss) || math.IsNaN(val) && d.check != nil {
			return fmt.Errorf("epoch %d: the loss is not a number; a smaller learning rate may help", epoch+1)
		}
		e := Epoch{Loss: loss, ValLoss: val, LearningRate: rate}
		f.History.Epochs = append(f.History.Epochs, e)
		better, enough := stop.see(epoch, stop.Monitor.of(e))
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
			rate = slow.next(slow.Monitor.of(e), rate)
		}
	}
	return nil
}

// epochs feeds the training rows to a session in a new order each epoch.
type epochs struct {
	*trainingData
	size  int // of a batch
	order *shuffler
	masks *masker
	batch hostBatch // buffers of one batch
}

func newEpochs(c Config, d *trainingData) *epochs {
	e := &epochs{trainingData: d, size: c.BatchSize, masks: newMasker(c, d.model.Features)}
	e.order = newShuffler(c.Seed, d.rows)
	e.batch.x = make([]float32, c.BatchSize*(len(d.x)/d.rows))
	e.batch.masks = make([]float32, c.BatchSize*len(e.masks.drop))
	if d.targets != nil {
		e.batch.targets = make([]float32, c.BatchSize*(len(d.targets)/d.rows))
	}
	return e
}

// run trains one epoch and returns the mean loss over its rows.
func (e *epochs) run(ctx context.Context, s session, rate float64) (float64, error) {
	order := e.order.next()
	var sum float64
	for from := 0; from < len(order); from += e.size {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		rows := order[from:min(from+e.size, len(order))]
		b := hostBatch{rows: len(rows), x: gather(e.batch.x, e.x, rows, e.rows), targets: gather(e.batch.targets, e.targets, rows, e.rows)}
		b.masks = e.batch.masks[:b.rows*len(e.masks.drop)]
		e.masks.fill(b.masks, b.rows)
		loss, err := s.trainBatch(b, rate)
		if err != nil {
			return 0, err
		}
		sum += loss * float64(b.rows)
	}
	return sum / float64(len(order)), nil
}

// gather copies the picked ones of the all rows that from holds into dst.
func gather(dst, from []float32, picked []int, all int) []float32 {
	if from == nil {
		return nil
	}
	cols := len(from) / all
	for i, r := range picked {
		copy(dst[i*cols:(i+1)*cols], from[r*cols:])
	}
	return dst[:len(picked)*cols]
}
