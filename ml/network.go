package ml

import (
	"github.com/gomlx/gomlx/core/graph"
)

// layerNodes are the weights of one dense layer inside a graph.
type layerNodes struct{ kernel, bias *graph.Node }

// cutWeights cuts the parameter vector, ordered as Model.flat orders it, into the layers' weights.
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

// output is the network's output, and the sums that its last activation got.
type output struct{ value, sum *graph.Node }

// forward runs x, rows by features, through the network. With masks (rows by dropped units; nil
// outside of training) the dropout layers multiply by them. It also returns, summed over the layers
// with an activity regulariser, their weighted squared activations: one value a row, nil without
// such a layer.
func (c Config) forward(layers []layerNodes, x, masks *graph.Node) (y output, activity *graph.Node) {
	column, y := 0, output{value: x}
	for _, s := range c.stages(x.Shape().Dim(1)) {
		if !s.dense() {
			if masks != nil {
				y.value = graph.Mul(y.value, graph.Slice(masks, graph.AxisRange(), graph.AxisRange(column, column+s.out)))
				column += s.out
			}
			continue
		}
		y.sum = graph.Add(graph.Dot(y.value, layers[0].kernel).Product(), graph.ExpandAxes(layers[0].bias, 0))
		y.value, layers = activations[s.activation](y.sum), layers[1:]
		if s.activityL2 != 0 {
			a := graph.MulScalar(graph.ReduceSum(graph.Square(y.value), 1), s.activityL2)
			if activity != nil {
				a = graph.Add(activity, a)
			}
			activity = a
		}
	}
	return y, activity
}

// batch are the rows of an execution inside a graph. Targets are the rows themselves in an
// autoencoder; masks are nil outside of training and without dropout.
type batch struct{ x, targets, masks *graph.Node }

// trainStep is the graph of one step: the weights and the optimizer's state after it, and the loss
// of the batch at the weights that went in.
func (c Config) trainStep(params *graph.Node, state, rates []*graph.Node, b batch) (params2 *graph.Node, state2 []*graph.Node, loss *graph.Node) {
	layers := cutWeights(params, c.Sizes(b.x.Shape().Dim(1)))
	y, activity := c.forward(layers, b.x, b.masks)
	loss = graph.ReduceAllMean(c.elements(y, b.targets))
	if activity != nil {
		sum := graph.ReduceAllSum(activity)
		if c.RegulariserPerRow {
			sum = graph.DivScalar(sum, b.x.Shape().Dim(0))
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
	params2, state2 = c.Optimizer.update(params, state, rates, graph.Concatenate(gradients, 0))
	return params2, state2, loss
}

// evalRows is the graph of a validation: the sum over the rows of share times loss, plus
// regulariser times squared activations, one weight of each kind a row (rows by 2), so that any cut
// into executions gives Keras's mean over batches.
func (c Config) evalRows(params, weights *graph.Node, b batch) *graph.Node {
	y, activity := c.forward(cutWeights(params, c.Sizes(b.x.Shape().Dim(1))), b.x, nil)
	column := func(i int) *graph.Node {
		return graph.Squeeze(graph.Slice(weights, graph.AxisRange(), graph.AxisElem(i)), 1)
	}
	loss := graph.ReduceAllSum(graph.Mul(graph.ReduceMean(c.elements(y, b.targets), 1), column(0)))
	if activity != nil {
		loss = graph.Add(loss, graph.ReduceAllSum(graph.Mul(activity, column(1))))
	}
	return loss
}
