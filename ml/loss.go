package ml

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"flowbook/ml/dataset"
)

// Loss names the quantity that the training minimises, as Keras does. Each is a mean over the
// outputs of a row and over the rows.
type Loss string

// The losses.
const (
	MSE                Loss = "mse"   // squared error
	MAE                Loss = "mae"   // absolute error
	Huber              Loss = "huber" // squared error/2 up to Config.HuberDelta, linear beyond
	BinaryCrossentropy Loss = "binary_crossentropy"
)

// elements are the losses of each output of each row. GoMLX's package loss only gives their mean,
// so that the rows of a validation could not be weighted as Keras weights its batches.
func (c Config) elements(y output, target *graph.Node) *graph.Node {
	difference := func() *graph.Node { return graph.Sub(y.value, target) }
	switch c.Loss {
	case MAE:
		return absolute(difference())
	case Huber:
		d := difference()
		size := absolute(d)
		inside := graph.LessOrEqual(size, graph.Scalar(d.Graph(), d.DType(), c.HuberDelta))
		line := graph.AddScalar(graph.MulScalar(size, c.HuberDelta), -c.HuberDelta*c.HuberDelta/2)
		return graph.Where(inside, graph.MulScalar(graph.Square(d), 0.5), line)
	case BinaryCrossentropy:
		return crossentropy(y.sum, target)
	}
	return graph.Square(difference())
}

// absolute has derivative 0 at exactly 0, where that of graph.Abs is 1: rows of zeros meet zero
// biases in the first step.
func absolute(x *graph.Node) *graph.Node {
	return graph.Mul(x, graph.StopGradient(graph.Sign(x)))
}

// crossentropy takes the sums that the sigmoid gets, for no logarithm of 0 is met that way;
// TensorFlow does so too. The derivative at a sum of exactly 0 is ½-target, where that of GoMLX's
// BinaryCrossentropyLogits is 1-target.
func crossentropy(sum, target *graph.Node) *graph.Node {
	zero := graph.ScalarZero(sum.Graph(), sum.DType())
	// -|sum|, with derivative 1 at 0
	below := graph.Where(graph.GreaterThan(sum, zero), graph.Neg(sum), sum)
	return graph.Add(graph.Sub(relu(sum), graph.Mul(sum, target)), graph.Log1p(graph.Exp(below)))
}

// checkTargets reports targets that do not suit this loss.
func (l Loss) checkTargets(m dataset.Matrix) error {
	if l != BinaryCrossentropy {
		return nil
	}
	for i, v := range m.Data {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("row %d, column %d: binary cross-entropy wants a target between 0 and 1, not %v", i/m.Cols, i%m.Cols, v)
		}
	}
	return nil
}

func (l Loss) known() bool {
	return l == "" || l == MSE || l == MAE || l == Huber || l == BinaryCrossentropy
}
