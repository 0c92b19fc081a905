package detect

import "flowbook/ml"

// network is an ml.Config as model.json keeps it. Schema 1 wrote the fields under their names in
// Go, so these tags are those names; they stay when the fields of ml.Config change. Fields that
// schema 1 did not have are left out when they are zero.
type network struct {
	Layers            []layer        `json:"Layers"`
	Output            string         `json:"Output"`
	Loss              string         `json:"Loss,omitempty"`
	HuberDelta        float64        `json:"HuberDelta,omitempty"`
	Algorithm         string         `json:"Algorithm,omitempty"`
	LearningRate      float64        `json:"LearningRate"`
	Beta1             float64        `json:"Beta1"`
	Beta2             float64        `json:"Beta2"`
	Epsilon           float64        `json:"Epsilon"`
	WeightDecay       float64        `json:"WeightDecay,omitempty"`
	Momentum          float64        `json:"Momentum,omitempty"`
	Nesterov          bool           `json:"Nesterov,omitempty"`
	RegulariserPerRow bool           `json:"RegulariserPerRow"`
	Epochs            int            `json:"Epochs"`
	BatchSize         int            `json:"BatchSize"`
	EarlyStopping     *earlyStopping `json:"EarlyStopping"`
	ReduceLROnPlateau *plateau       `json:"ReduceLROnPlateau"`
	Seed              uint64         `json:"Seed"`
}

type layer struct {
	Units      int     `json:"Units"`
	Activation string  `json:"Activation"`
	ActivityL2 float64 `json:"ActivityL2"`
	Dropout    float64 `json:"Dropout"`
}

type earlyStopping struct {
	Monitor            string  `json:"Monitor,omitempty"`
	Patience           int     `json:"Patience"`
	MinDelta           float64 `json:"MinDelta"`
	RestoreBestWeights bool    `json:"RestoreBestWeights"`
}

type plateau struct {
	Monitor         string  `json:"Monitor,omitempty"`
	Factor          float64 `json:"Factor"`
	Patience        int     `json:"Patience"`
	MinDelta        float64 `json:"MinDelta"`
	MinLearningRate float64 `json:"MinLearningRate"`
}

func storeNetwork(c ml.Config) *network {
	o := c.Optimizer
	n := &network{Output: string(c.Output), Loss: string(c.Loss), HuberDelta: c.HuberDelta,
		Algorithm: o.Algorithm, LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon,
		WeightDecay: o.WeightDecay, Momentum: o.Momentum, Nesterov: o.Nesterov, RegulariserPerRow: c.RegulariserPerRow, Epochs: c.Epochs, BatchSize: c.BatchSize, Seed: c.Seed}
	for _, l := range c.Layers {
		n.Layers = append(n.Layers, layer{Units: l.Units, Activation: string(l.Activation), ActivityL2: l.ActivityL2, Dropout: l.Dropout})
	}
	if s := c.EarlyStopping; s != nil {
		n.EarlyStopping = &earlyStopping{Monitor: string(s.Monitor), Patience: s.Patience, MinDelta: s.MinDelta, RestoreBestWeights: s.RestoreBestWeights}
	}
	if p := c.ReduceLROnPlateau; p != nil {
		n.ReduceLROnPlateau = &plateau{Monitor: string(p.Monitor), Factor: p.Factor, Patience: p.Patience, MinDelta: p.MinDelta, MinLearningRate: p.MinLearningRate}
	}
	return n
}

func (n *network) config() ml.Config {
	c := ml.Config{Output: ml.Activation(n.Output), Loss: ml.Loss(n.Loss), HuberDelta: n.HuberDelta,
		Optimizer: ml.Optimizer{Algorithm: n.Algorithm, LearningRate: n.LearningRate, Beta1: n.Beta1, Beta2: n.Beta2,
			Epsilon: n.Epsilon, WeightDecay: n.WeightDecay, Momentum: n.Momentum, Nesterov: n.Nesterov},
		RegulariserPerRow: n.RegulariserPerRow, Epochs: n.Epochs, BatchSize: n.BatchSize, Seed: n.Seed}
	for _, l := range n.Layers {
		c.Layers = append(c.Layers, ml.Layer{Units: l.Units, Activation: ml.Activation(l.Activation), ActivityL2: l.ActivityL2, Dropout: l.Dropout})
	}
	if s := n.EarlyStopping; s != nil {
		c.EarlyStopping = &ml.EarlyStopping{Monitor: ml.Monitor(s.Monitor), Patience: s.Patience, MinDelta: s.MinDelta, RestoreBestWeights: s.RestoreBestWeights}
	}
	if p := n.ReduceLROnPlateau; p != nil {
		c.ReduceLROnPlateau = &ml.ReduceLROnPlateau{Monitor: ml.Monitor(p.Monitor), Factor: p.Factor, Patience: p.Patience, MinDelta: p.MinDelta, MinLearningRate: p.MinLearningRate}
	}
	return c
}
