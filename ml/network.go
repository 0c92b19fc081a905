package ml

import (
	"github.com/gomlx/gomlx/core/graph"
)

// layerNodes are the weights of one dense layer inside a graph.
type layerNodes struct{ kernel, bias *graph.Node }

// cutWeights cuts the parameter vector, ordered as Autoencoder.flat orders it, into the layers' weights.
func cutWeights(params *graph.Node, sizes [][2]int) []layerNodes {
	layers, at := make([]layerNodes, len(sizes)), 0
	take := func(n int) *graph.Node {
		at += n
		return graph.Slice(params, graph.AxisRange(at-n, at))
	}
	for i, s := range sizes {
		layers[i].kernel = graph.Reshape(take(s[0]*s[1]), s[0], s[1])
		layers[i].bias = take(s[1])
	}
	return layers
}

// forward runs x, rows by features, through the network. With masks (rows by dropped units; nil outside of training)
// the dropout layers multiply by them. It returns the output and, for each layer with an activity regulariser, its
// weighted squared activations summed over the units: one value a row.
func (c Config) forward(layers []layerNodes, x, masks *graph.Node) (y *graph.Node, activity *graph.Node) {
	column := 0
	for i, l := range c.Layers {
		x = dense(x, layers[i], l.Activation)
		if l.ActivityL2 != 0 {
			a := graph.MulScalar(graph.ReduceSum(graph.Square(x), 1), l.ActivityL2)
			if activity != nil {
				a = graph.Add(activity, a)
			}
			activity = a
		}
		if l.Dropout != 0 && masks != nil {
			x = graph.Mul(x, graph.Slice(masks, graph.AxisRange(), graph.AxisRange(column, column+l.Units)))
			column += l.Units
		}
	}
	return dense(x, layers[len(layers)-1], c.Output), activity
}

func dense(x *graph.Node, w layerNodes, a Activation) *graph.Node {
	return activate(graph.Add(graph.Dot(x, w.kernel).Product(), graph.ExpandAxes(w.bias, 0)), a)
}

func activate(x *graph.Node, a Activation) *graph.Node {
	switch a {
	case ReLU:
		return relu(x)
	case Sigmoid:
		return graph.Sigmoid(x)
	case Tanh:
		return graph.Tanh(x)
	}
	return x
}

// relu has derivative 0 at exactly 0, as Keras's and PyTorch's have; activation.Relu of GoMLX v0.28.8 has 1. Rows that
// min-max scaling made 0 meet zero biases in the first step, so the difference decides what is learnt.
func relu(x *graph.Node) *graph.Node {
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Where(graph.GreaterThan(x, zero), x, graph.BroadcastToShape(zero, x.Shape()))
}

// squaredError is the mean squared error over everything.
func squaredError(y, x *graph.Node) *graph.Node {
	return graph.ReduceAllMean(graph.Square(graph.Sub(y, x)))
}

// trainStep is the graph of one step: the loss of the batch at the weights that went in, and Adam's next state.
// rate is Adam's step size of this step, a scalar.
func (c Config) trainStep(sizes [][2]int, params, m, v, rate, x, masks *graph.Node) (params2, m2, v2, loss *graph.Node) {
	layers := cutWeights(params, sizes)
	y, activity := c.forward(layers, x, masks)
	loss = squaredError(y, x)
	if activity != nil {
		sum := graph.ReduceAllSum(activity)
		if c.RegulariserPerRow {
			sum = graph.DivScalar(sum, x.Shape().Dim(0))
		}
		loss = graph.Add(loss, sum)
	}
	weights := make([]*graph.Node, 0, 2*len(layers))
	for _, l := range layers {
		weights = append(weights, l.kernel, l.bias)
	}
	gradients := graph.Gradient(loss, weights...)
	for i, g := range gradients {
		gradients[i] = graph.Reshape(g, g.Shape().Size())
	}
	params2, m2, v2 = c.adam(params, m, v, rate, graph.Concatenate(gradients, 0))
	return params2, m2, v2, loss
}

// adam is one update in Keras's form: epsilon is added to the root of the uncorrected second moment. The paper's form,
// which GoMLX and PyTorch use, adds it to the corrected one; after 280 steps the weights differ in the second decimal.
func (c Config) adam(params, m, v, rate, gradient *graph.Node) (params2, m2, v2 *graph.Node) {
	m = graph.Add(m, graph.MulScalar(graph.Sub(gradient, m), 1-c.Beta1))
	v = graph.Add(v, graph.MulScalar(graph.Sub(graph.Square(gradient), v), 1-c.Beta2))
	step := graph.Div(graph.Mul(m, rate), graph.AddScalar(graph.Sqrt(v), c.Epsilon))
	return graph.Sub(params, step), m, v
}

// evalRows is the graph of a validation: the sum over the rows of share times squared error, plus regulariser times
// squared activations, one weight of each kind a row (rows by 2), so that any cut into executions gives Keras's mean
// over batches.
func (c Config) evalRows(sizes [][2]int, params, x, weights *graph.Node) *graph.Node {
	y, activity := c.forward(cutWeights(params, sizes), x, nil)
	column := func(i int) *graph.Node {
		return graph.Squeeze(graph.Slice(weights, graph.AxisRange(), graph.AxisElem(i)), 1)
	}
	loss := graph.ReduceAllSum(graph.Mul(graph.ReduceMean(graph.Square(graph.Sub(y, x)), 1), column(0)))
	if activity != nil {
		loss = graph.Add(loss, graph.ReduceAllSum(graph.Mul(activity, column(1))))
	}
	return loss
}
