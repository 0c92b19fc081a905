package ml

import (
	"context"
	"math"
	"slices"
	"strings"
)

// fusedSession trains a small network without a graph, four rows at a time through all layers and
// back: the same operations in the same order as graphSession on the Go backend of GoMLX, and so
// the same bits, several times as fast.
type fusedSession struct {
	config           Config
	stages           []fusedStage
	params, gradient []float32
	state            [][]float32 // the optimizer's slots, each as long as params
	step             int         // steps done
	x, v, w          []four      // the input; derivatives on their way back
}

// fusedStage is a layer with the values of four rows.
type fusedStage struct {
	stage
	Weights                // views of params; none for a dropout layer
	turned, dKernel, dBias []float32
	trains                 bool // a dense layer stands before this one
	column                 int  // of the masks, where this stage's begin
	x, y                   []four
}

const (
	// The Go backend computes a matrix product of more than largestProduct multiplications in
	// another way: it begins a new sum after deepestProduct products.
	largestProduct, deepestProduct = 4 << 20, 512
)

// newFusedSession is nil where m must be trained by a graph: on another backend, or with an
// activation, a loss or a width that has no fused form.
func newFusedSession(m *Model, backend string) *fusedSession {
	c := m.Config
	if backend != "go" && !strings.HasPrefix(backend, "go:") || c.Loss != "" && c.Loss != MSE {
		return nil
	}
	s := &fusedSession{config: c, params: m.flat(), x: make([]four, m.Features)}
	s.gradient = make([]float32, len(s.params))
	for range c.slots() {
		s.state = append(s.state, make([]float32, len(s.params)))
	}
	at, column, trains, x, widest := 0, 0, false, s.x, 0
	for _, l := range c.stages(m.Features) {
		f := fusedStage{stage: l, column: column, trains: trains, x: x, y: make([]four, l.out)}
		if !l.dense() {
			column += l.out
		} else {
			switch l.activation {
			case Linear, ReLU, Sigmoid, Tanh:
			default:
				return nil
			}
			if l.in*l.out*c.BatchSize >= largestProduct || l.in > deepestProduct {
				return nil
			}
			n := l.in * l.out
			f.turned, trains = make([]float32, n), true
			f.Kernel, f.dKernel = s.params[at:at+n], s.gradient[at:at+n]
			f.Bias, f.dBias = s.params[at+n:at+n+l.out], s.gradient[at+n:at+n+l.out]
			at += n + l.out
		}
		x, widest = f.y, max(widest, l.in, l.out)
		s.stages = append(s.stages, f)
	}
	s.v, s.w = make([]four, widest), make([]four, widest)
	s.turn()
	return s
}

// turn keeps each kernel also with its columns as rows.
func (s *fusedSession) turn() {
	for _, f := range s.stages {
		for i := range f.Kernel {
			f.turned[i%f.out*f.in+i/f.out] = f.Kernel[i]
		}
	}
}

func (s *fusedSession) weights() ([]float32, error) { return slices.Clone(s.params), nil }

func (s *fusedSession) close() {}

func (s *fusedSession) trainBatch(b hostBatch, learningRate float64) (loss float64, err error) {
	clear(s.gradient)
	if b.targets == nil {
		b.targets = b.x
	}
	outputs := len(b.targets) / b.rows
	mean, share := float32(1/float64(len(b.targets))), float32(1)
	if s.config.RegulariserPerRow {
		share = float32(1 / float64(b.rows))
	}
	var squares, activity float32
	for from := 0; from < b.rows; from += 4 {
		n := min(4, b.rows-from)
		sums := s.forward(b, from, n)
		v, y := s.v[:outputs], s.stages[len(s.stages)-1].y
		for r := range n {
			for o := range v {
				d := y[o][r] - b.targets[(from+r)*outputs+o]
				squares += float32(d * d)
				half := float32(mean * d)
				v[o][r] = half + half
			}
			activity += sums[r]
		}
		s.backward(v, b, from, n, share)
	}
	total := float32(squares * mean)
	if s.regularised() {
		total += float32(activity * share)
	}
	s.step++
	s.config.change(s.params, s.state, s.gradient, s.config.rates(s.step, learningRate))
	s.turn()
	return float64(total), nil
}

func (s *fusedSession) regularised() bool {
	return slices.ContainsFunc(s.stages, func(f fusedStage) bool { return f.activityL2 != 0 })
}

// forward runs n rows of b from that one on through the network and returns the weighted squares
// of their activations. Without masks, nothing is dropped.
func (s *fusedSession) forward(b hostBatch, from, n int) (activity four) {
	features := len(s.x)
	for r := range n {
		for i, v := range b.x[(from+r)*features : (from+r+1)*features] {
			s.x[i][r] = v
		}
	}
	dropped := len(b.masks) / b.rows
	for i := range s.stages {
		f := &s.stages[i]
		if f.dense() {
			f.forward(b.rows, from)
			if f.activityL2 != 0 {
				f.addActivity(&activity)
			}
			continue
		}
		copy(f.y, f.x)
		if dropped == 0 {
			continue
		}
		for r := range n {
			for o, m := range b.masks[(from+r)*dropped+f.column:][:f.out] {
				f.y[o][r] *= m
			}
		}
	}
	return activity
}

// forward runs four rows through a dense layer, from that one on of all rows.
func (f *fusedStage) forward(rows, from int) {
	product(f.y, f.x, f.turned)
	threes := rows
	if f.in*f.out*rows < largestProduct {
		threes -= rows % 3
	}
	for r := max(0, threes-from); r < 4; r++ {
		for o := range f.y {
			f.y[o][r] = sumByFours(f.x, f.turned[o*f.in:(o+1)*f.in])[r]
		}
	}
	for o := range f.y {
		y, bias := &f.y[o], f.Bias[o]
		for r := range y {
			y[r] += bias
		}
		switch f.activation {
		case ReLU:
			for r, v := range y {
				if !(v > 0) {
					y[r] = 0
				}
			}
		case Sigmoid, Tanh:
			fusedLayer{activation: f.activation}.activate(y[:])
		}
	}
}

// addActivity adds each row's squared activations, weighted.
func (f *fusedStage) addActivity(sums *four) {
	var squares four
	for o := range f.y {
		for r, v := range f.y[o] {
			squares[r] += float32(v * v)
		}
	}
	for r, v := range squares {
		sums[r] += float32(v * float32(f.activityL2))
	}
}

// backward takes the derivatives of the loss by the outputs of n rows to the weights, and adds
// them to the gradient. share is the weight of a row's activity in the loss.
func (s *fusedSession) backward(v []four, b hostBatch, from, n int, share float32) {
	spare := s.w
	for i := range slices.Backward(s.stages) {
		f := &s.stages[i]
		if !f.dense() {
			if f.trains {
				f.mask(v, b, from, n)
			}
			continue
		}
		f.backActivation(v, share)
		for o := range v {
			for r := range n {
				f.dBias[o] += v[o][r]
			}
		}
		addOuter(f.dKernel, f.x, v, n)
		if !f.trains {
			return
		}
		dx := spare[:f.in]
		productByFours(dx, v, f.Kernel)
		v, spare = dx, v[:cap(v)]
	}
}

// mask propagates derivatives back through a dropout layer.
func (f *fusedStage) mask(v []four, b hostBatch, from, n int) {
	dropped := len(b.masks) / b.rows
	for r := range n {
		for o, m := range b.masks[(from+r)*dropped+f.column:][:f.out] {
			v[o][r] *= m
		}
	}
}

// backActivation takes derivatives back through the activity regulariser and the activation.
func (f *fusedStage) backActivation(v []four, share float32) {
	weight := float32(share * float32(f.activityL2))
	for o := range v {
		d, y := &v[o], &f.y[o]
		for r, a := range y {
			if f.activityL2 != 0 {
				t := float32(weight * a)
				d[r] = d[r] + t + t
			}
			switch f.activation {
			case ReLU:
				if !(a > 0) {
					d[r] = 0
				}
			case Sigmoid:
				d[r] *= float32(a * (1 - a))
			case Tanh:
				d[r] *= 1 - float32(a*a)
			}
		}
	}
}

func (s *fusedSession) evaluate(ctx context.Context, v validation) (loss float64, err error) {
	if len(v) == 0 {
		return math.NaN(), nil
	}
	for _, part := range v {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		loss += float64(s.check(part))
	}
	return loss, nil
}

// check is the weighted sum of the losses of the rows.
func (s *fusedSession) check(c check) float32 {
	if c.targets == nil {
		c.targets = c.x
	}
	y := s.stages[len(s.stages)-1].y
	mean := float32(1 / float64(len(y)))
	var loss, activity float32
	b := hostBatch{rows: c.rows, x: c.x}
	for from := 0; from < c.rows; from += 4 {
		n := min(4, c.rows-from)
		sums := s.forward(b, from, n)
		for r := range n {
			var squares float32
			for o := range y {
				d := y[o][r] - c.targets[(from+r)*len(y)+o]
				squares += float32(d * d)
			}
			loss += float32(float32(squares*mean) * c.weights[2*(from+r)])
			activity += float32(sums[r] * c.weights[2*(from+r)+1])
		}
	}
	if s.regularised() {
		loss += activity
	}
	return loss
}
