package ml

import "math"

// Monitor names the loss that a callback watches.
type Monitor string

// The losses that can be watched.
const (
	ValLoss   Monitor = "val_loss" // of the validation rows, also if empty
	TrainLoss Monitor = "loss"     // of the training rows
)

func (m Monitor) known() bool { return m == "" || m == ValLoss || m == TrainLoss }

// of is the loss of an epoch that m watches.
func (m Monitor) of(e Epoch) float64 {
	if m == TrainLoss {
		return e.Loss
	}
	return e.ValLoss
}

// EarlyStopping ends the training once the monitored loss has not fallen by more than MinDelta for
// Patience epochs. The rules are Keras 3's: with patience 0 the first epoch that is no better ends
// it, and with RestoreBestWeights the best epoch's weights are put back at the end of every fit,
// also of one that ran to its last epoch.
type EarlyStopping struct {
	Monitor            Monitor
	Patience           int
	MinDelta           float64
	RestoreBestWeights bool
}

// ReduceLROnPlateau multiplies the learning rate by Factor, down to MinLearningRate, each time the
// monitored loss has not fallen by more than MinDelta for Patience epochs, by Keras 3's rules
// without a cooldown.
type ReduceLROnPlateau struct {
	Monitor         Monitor
	Factor          float64
	Patience        int
	MinDelta        float64
	MinLearningRate float64
}

// stopper carries EarlyStopping through the epochs.
type stopper struct {
	EarlyStopping
	best float64
	wait int
}

func newStopper(e EarlyStopping) *stopper { return &stopper{EarlyStopping: e, best: math.Inf(1)} }

// see takes the monitored loss of an epoch (from 0): better says that its weights are the best so
// far, stop that the patience is used up. The first epoch's weights are the best so far even if its
// loss is infinite, as in Keras.
func (s *stopper) see(epoch int, loss float64) (better, stop bool) {
	s.wait++
	if loss+s.MinDelta < s.best {
		s.best, s.wait = loss, 0
		return true, false
	}
	return epoch == 0, s.wait >= s.Patience && epoch > 0
}

// plateau carries ReduceLROnPlateau through the epochs.
type plateau struct {
	ReduceLROnPlateau
	best float64
	wait int
}

func newPlateau(r ReduceLROnPlateau) *plateau {
	return &plateau{ReduceLROnPlateau: r, best: math.Inf(1)}
}

// next is the learning rate after an epoch that was trained at rate and ended with this loss. Rates
// are kept in float32, as Keras keeps them.
func (p *plateau) next(loss, rate float64) float64 {
	if loss < p.best-p.MinDelta {
		p.best, p.wait = loss, 0
		return rate
	}
	p.wait++
	if p.wait < p.Patience || rate <= float64(float32(p.MinLearningRate)) {
		return rate
	}
	p.wait = 0
	return float64(float32(math.Max(rate*p.Factor, p.MinLearningRate)))
}
