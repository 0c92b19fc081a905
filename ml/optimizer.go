package ml

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Optimizer says how a step changes the weights. Adam, AdamW and SGD make one with Keras's values
// for all that is not their argument; a zero field means zero.
type Optimizer struct {
	Algorithm string // "adam" (also if empty), "adamw" or "sgd"

	LearningRate          float64
	Beta1, Beta2, Epsilon float64 // of adam and adamw

	WeightDecay float64 // of adamw: share of a weight, times the learning rate, that a step takes away
	Momentum    float64 // of sgd
	Nesterov    bool    // of sgd with momentum
}

// Adam is Keras's Adam: betas 0.9 and 0.999, epsilon 1e-7.
func Adam(learningRate float64) Optimizer {
	return Optimizer{Algorithm: "adam", LearningRate: learningRate, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}
}

// AdamW is Adam with decoupled weight decay; Keras's own decay is 0.004.
func AdamW(learningRate, weightDecay float64) Optimizer {
	o := Adam(learningRate)
	o.Algorithm, o.WeightDecay = "adamw", weightDecay
	return o
}

// SGD is gradient descent with momentum, 0 for none.
func SGD(learningRate, momentum float64) Optimizer {
	return Optimizer{Algorithm: "sgd", LearningRate: learningRate, Momentum: momentum}
}

func (o Optimizer) check() error {
	adam := o.Algorithm != "sgd"
	switch {
	case o.Algorithm != "" && o.Algorithm != "adam" && o.Algorithm != "adamw" && adam:
		return fmt.Errorf("the optimizer %q is unknown: use adam, adamw or sgd", o.Algorithm)
	case !finite(o.LearningRate) || o.LearningRate == 0:
		return fmt.Errorf("the learning rate %v is not a positive number", o.LearningRate)
	case adam && (!share(o.Beta1) || !share(o.Beta2)):
		return fmt.Errorf("adam's betas %v, %v are not in [0, 1)", o.Beta1, o.Beta2)
	case adam && (!finite(o.Epsilon) || o.Epsilon == 0):
		return fmt.Errorf("adam's epsilon %v is not a positive number", o.Epsilon)
	case adam && (o.Momentum != 0 || o.Nesterov):
		return fmt.Errorf("momentum is for sgd, the optimizer is adam")
	case !adam && (o.Beta1 != 0 || o.Beta2 != 0 || o.Epsilon != 0):
		return fmt.Errorf("betas and epsilon are for adam, the optimizer is sgd")
	case !share(o.Momentum):
		return fmt.Errorf("momentum %v is not in [0, 1)", o.Momentum)
	case o.Nesterov && o.Momentum == 0:
		return fmt.Errorf("nesterov needs a momentum above 0")
	case o.Algorithm != "adamw" && o.WeightDecay != 0:
		return fmt.Errorf("weight decay is for adamw, the optimizer is %s", o.name())
	case !finite(o.WeightDecay):
		return fmt.Errorf("the weight decay %v is negative or not a number", o.WeightDecay)
	}
	return nil
}

// name is the algorithm's.
func (o Optimizer) name() string {
	if o.Algorithm == "" {
		return "adam"
	}
	return o.Algorithm
}

// slots is the number of values that the optimizer keeps for each weight.
func (o Optimizer) slots() int {
	switch {
	case o.Algorithm != "sgd":
		return 2
	case o.Momentum != 0:
		return 1
	}
	return 0
}

// rates returns the numbers that a step, counted from 1, needs: the step size including Adam's bias
// correction, and for AdamW the share by which each weight decays.
func (o Optimizer) rates(step int, learningRate float64) []float32 {
	if o.Algorithm == "sgd" {
		return []float32{float32(learningRate)}
	}
	t := float64(step)
	rate := float32(learningRate * math.Sqrt(1-math.Pow(o.Beta2, t)) / (1 - math.Pow(o.Beta1, t)))
	if o.Algorithm == "adamw" {
		return []float32{rate, float32(learningRate * o.WeightDecay)}
	}
	return []float32{rate}
}

// update is the graph of one change of the weights, given the step's rates and the gradient, all in
// one vector; state are the optimizer's slots. GoMLX's own optimizers differ from Keras's in each:
// Adam in where epsilon stands, AdamW with it, and SGD has no momentum.
func (o Optimizer) update(params *graph.Node, state, rates []*graph.Node, gradient *graph.Node) (*graph.Node, []*graph.Node) {
	switch {
	case o.Algorithm == "sgd" && o.Momentum == 0:
		return graph.Sub(params, graph.Mul(gradient, rates[0])), nil
	case o.Algorithm == "sgd":
		slide := func(m *graph.Node) *graph.Node {
			return graph.Sub(graph.MulScalar(m, o.Momentum), graph.Mul(gradient, rates[0]))
		}
		m := slide(state[0])
		if o.Nesterov {
			return graph.Add(params, slide(m)), []*graph.Node{m}
		}
		return graph.Add(params, m), []*graph.Node{m}
	case o.Algorithm == "adamw":
		params = graph.Sub(params, graph.Mul(params, rates[1]))
	}
	params, m, v := o.adam(params, state[0], state[1], rates[0], gradient)
	return params, []*graph.Node{m, v}
}

// adam is one update in Keras's form: epsilon is added to the root of the uncorrected second
// moment. The paper's form, which GoMLX and PyTorch use, adds it to the corrected one; after 280
// steps the weights differ in the second decimal.
func (o Optimizer) adam(params, m, v, rate, gradient *graph.Node) (params2, m2, v2 *graph.Node) {
	m = graph.Add(m, graph.MulScalar(graph.Sub(gradient, m), 1-o.Beta1))
	v = graph.Add(v, graph.MulScalar(graph.Sub(graph.Square(gradient), v), 1-o.Beta2))
	step := graph.Div(graph.Mul(m, rate), graph.AddScalar(graph.Sqrt(v), o.Epsilon))
	return graph.Sub(params, step), m, v
}

// change is update without a graph, in place: the same operations on the same numbers.
func (o Optimizer) change(params []float32, state [][]float32, gradient, rates []float32) {
	rate := rates[0]
	if o.Algorithm == "sgd" {
		momentum := float32(o.Momentum)
		for i, g := range gradient {
			move := float32(g * rate)
			if o.Momentum == 0 {
				params[i] -= move
				continue
			}
			m := &state[0][i]
			*m = float32(*m*momentum) - move
			if o.Nesterov {
				params[i] += float32(*m*momentum) - move
			} else {
				params[i] += *m
			}
		}
		return
	}
	if o.Algorithm == "adamw" {
		for i, p := range params {
			params[i] = p - float32(p*rates[1])
		}
	}
	b1, b2, epsilon := float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon)
	for i, g := range gradient {
		m, v := &state[0][i], &state[1][i]
		*m += float32((g - *m) * b1)
		*v += float32((float32(g*g) - *v) * b2)
		params[i] -= float32(*m*rate) / (float32(math.Sqrt(float64(*v))) + epsilon)
	}
}
