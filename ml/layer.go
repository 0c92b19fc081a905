package ml

// Layer is one dense layer and the dropout after it, or a dropout layer alone. Dense and Dropout
// make them.
type Layer struct {
	Units      int // 0 for a dropout layer alone
	Activation Activation
	ActivityL2 float64 // weight of the sum of squared activations in the loss
	Dropout    float64 // share of the activations that a step drops; 0 for no dropout
}

// Dense is a layer of that many units, each connected to every value that comes in.
func Dense(units int, a Activation, more ...LayerOption) Layer {
	l := Layer{Units: units, Activation: a}
	for _, set := range more {
		set(&l)
	}
	return l
}

// LayerOption is one more property of a dense layer.
type LayerOption func(*Layer)

// ActivityL2 is Keras's activity_regularizer=l2(weight): see Layer.ActivityL2.
func ActivityL2(weight float64) LayerOption {
	return func(l *Layer) { l.ActivityL2 = weight }
}

// Dropout is a layer that sets that share of the values to 0 in each training step, others each
// time, and scales up the rest. Outside of training it does nothing.
func Dropout(share float64) Layer { return Layer{Dropout: share} }

// stage is one thing that happens to the data: a dense layer, or a dropout layer, whose activation
// is "".
type stage struct {
	in, out    int
	activation Activation
	activityL2 float64
	dropout    float64
}

func (s stage) dense() bool { return s.activation != "" }

// stages takes the layers apart, for data of that many features.
func (c Config) stages(features int) []stage {
	var out []stage
	width := features
	dense := func(units int, a Activation, l2 float64) {
		out, width = append(out, stage{in: width, out: units, activation: a, activityL2: l2}), units
	}
	for _, l := range c.Layers {
		if l.Units > 0 {
			dense(l.Units, l.Activation, l.ActivityL2)
		}
		if l.Dropout != 0 {
			out = append(out, stage{in: width, out: width, dropout: l.Dropout})
		}
	}
	if c.Output != "" {
		dense(features, c.Output, 0)
	}
	return out
}

// Sizes lists the inputs and outputs of every dense layer of the network for data of that many
// features.
func (c Config) Sizes(features int) [][2]int {
	var sizes [][2]int
	for _, s := range c.stages(features) {
		if s.dense() {
			sizes = append(sizes, [2]int{s.in, s.out})
		}
	}
	return sizes
}
