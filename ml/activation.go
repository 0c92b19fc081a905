package ml

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// Activation names the function that a dense layer applies to its sums, as Keras does.
type Activation string

// The activations a layer may have.
const (
	Linear  Activation = "linear"
	ReLU    Activation = "relu" // its derivative at exactly 0 is 0, as in Keras
	Sigmoid Activation = "sigmoid"
	Tanh    Activation = "tanh"
	ELU     Activation = "elu"
	SELU    Activation = "selu"
	SiLU    Activation = "silu" // also called swish
	GELU    Activation = "gelu" // by the error function, Keras's default
)

// activations are the functions; those of GoMLX stand where they give Keras's numbers.
var activations = map[Activation]func(x *graph.Node) *graph.Node{
	Linear:  func(x *graph.Node) *graph.Node { return x },
	ReLU:    relu,
	Sigmoid: graph.Sigmoid,
	Tanh:    graph.Tanh,
	ELU:     elu(1),
	SELU:    selu,
	SiLU:    activation.Swish,
	GELU:    activation.Gelu,
}

func (a Activation) known() bool { return activations[a] != nil }

// relu has derivative 0 at exactly 0, as Keras's and PyTorch's have; activation.Relu of GoMLX
// v0.28.8 has 1. Rows that min-max scaling made 0 meet zero biases in the first step, so the
// difference decides what is learnt.
func relu(x *graph.Node) *graph.Node {
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Where(graph.GreaterThan(x, zero), x, graph.BroadcastToShape(zero, x.Shape()))
}

// elu is x from 0 up, alpha(e^x-1) below; its derivative at exactly 0 is 1, as in TensorFlow. The
// exponent is not computed above 0, where it overflows: the gradient would be NaN there, as that of
// GoMLX's activation.Selu is.
func elu(alpha float64) func(x *graph.Node) *graph.Node {
	return func(x *graph.Node) *graph.Node {
		zero := graph.ScalarZero(x.Graph(), x.DType())
		above := graph.GreaterOrEqual(x, zero)
		below := graph.Where(above, graph.BroadcastToShape(zero, x.Shape()), x)
		return graph.Where(above, x, graph.MulScalar(graph.MinusOne(graph.Exp(below)), alpha))
	}
}

// selu is a scaled elu, by the constants of Klambauer et al. (2017).
func selu(x *graph.Node) *graph.Node {
	return graph.MulScalar(elu(activation.SeluAlpha)(x), activation.SeluScale)
}
