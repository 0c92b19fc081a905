package ml

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// session is a training under way.
type session interface {
	// trainBatch does one step and returns the loss of the batch before it.
	trainBatch(b hostBatch, learningRate float64) (loss float64, err error)
	// evaluate is the validation loss at the present weights, NaN without any rows.
	evaluate(ctx context.Context, v validation) (loss float64, err error)
	// weights copies the present weights, in the order of Model.flat.
	weights() ([]float32, error)
	close()
}

// newSession prepares to train m from its present weights. With targets, each row has target values
// beside its inputs; without, a row is its own target.
func newSession(m *Model, targets bool, b backend) (session, error) {
	if s := newFusedSession(m, b.Config); s != nil {
		return s, nil
	}
	return newGraphSession(m, targets, b.compute)
}

// graphSession trains by a graph of GoMLX: the weights and the optimizer's state stay on the
// backend from step to step.
type graphSession struct {
	config  Config
	backend compute.Backend

	params *tensors.Tensor
	state  []*tensors.Tensor // the optimizer's slots, each as long as params
	step   int               // steps done

	train, eval *graph.Exec
	dropped     int // columns of the dropout masks
}

func newGraphSession(m *Model, targets bool, backend compute.Backend) (s *graphSession, err error) {
	defer catch(&err)
	c := m.Config
	s = &graphSession{config: c, backend: backend}
	s.setWeights(m.flat())
	for range c.slots() {
		s.state = append(s.state, tensors.FromFlatDataAndDimensions(make([]float32, m.Parameters()), m.Parameters()))
	}
	for _, l := range c.stages(m.Features) {
		if !l.dense() {
			s.dropped += l.out
		}
	}
	rates := len(c.rates(1, c.LearningRate))
	s.train, err = graph.NewExec(backend, func(in []*graph.Node) []*graph.Node {
		take := func(n int) (taken []*graph.Node) {
			taken, in = in[:n], in[n:]
			return taken
		}
		params, state, rates := take(1)[0], take(c.slots()), take(rates)
		b := batch{x: take(1)[0]}
		if s.dropped > 0 {
			b.masks = take(1)[0]
		}
		if b.targets = b.x; targets {
			b.targets = take(1)[0]
		}
		params, state, loss := c.trainStep(params, state, rates, b)
		return slices.Concat([]*graph.Node{params}, state, []*graph.Node{loss})
	})
	if err != nil {
		return nil, err
	}
	s.eval, err = graph.NewExec(backend, func(in []*graph.Node) *graph.Node {
		b := batch{x: in[2], targets: in[2]}
		if targets {
			b.targets = in[3]
		}
		return c.evalRows(in[0], in[1], b)
	})
	return s, err
}

// close frees the session's memory on the backend.
func (s *graphSession) close() {
	for _, t := range append(s.state, s.params) {
		if t != nil {
			t.MustFinalizeAll()
		}
	}
	s.train.Finalize()
	s.eval.Finalize()
}

// hostBatch are the rows of one step, each part row-major.
type hostBatch struct {
	rows    int
	x       []float32 // rows by features
	masks   []float32 // rows by dropped units
	targets []float32 // rows by outputs; nil in an autoencoder
}

func (s *graphSession) trainBatch(b hostBatch, learningRate float64) (loss float64, err error) {
	defer catch(&err)
	matrix := func(data []float32) *tensors.Tensor { return tensor(data, b.rows) }
	in := append([]*tensors.Tensor{s.params}, s.state...)
	for _, rate := range s.config.rates(s.step+1, learningRate) {
		in = append(in, tensors.FromScalar(rate))
	}
	in = append(in, matrix(b.x))
	if s.dropped > 0 {
		in = append(in, matrix(b.masks))
	}
	if b.targets != nil {
		in = append(in, matrix(b.targets))
	}
	slots := len(s.state)
	s.params, s.state = nil, nil
	args := make([]any, len(in))
	for i, t := range in { // each is used up by the step, so the backend may write over it
		if args[i], err = graph.DonateTensorBuffer(t, s.backend, 0); err != nil {
			return 0, err
		}
	}
	out, err := s.train.Call(args...)
	if err != nil {
		return 0, fmt.Errorf("training step %d: %w", s.step+1, err)
	}
	s.params, s.state = out[0], out[1:1+slots]
	s.step++
	loss = float64(tensors.ToScalar[float32](out[1+slots]))
	out[1+slots].MustFinalizeAll()
	return loss, nil
}

func (s *graphSession) evaluate(ctx context.Context, v validation) (loss float64, err error) {
	defer catch(&err)
	if len(v) == 0 {
		return math.NaN(), nil
	}
	for _, part := range v {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		in := []any{s.params, tensor(part.weights, part.rows), tensor(part.x, part.rows)}
		if part.targets != nil {
			in = append(in, tensor(part.targets, part.rows))
		}
		out, err := s.eval.Call(in...)
		if err != nil {
			return 0, fmt.Errorf("validation: %w", err)
		}
		loss += float64(tensors.ToScalar[float32](out[0]))
		out[0].MustFinalizeAll()
	}
	return loss, nil
}

func (s *graphSession) weights() (w []float32, err error) {
	defer catch(&err)
	return tensors.CopyFlatData[float32](s.params)
}

// tensor is a matrix of that many rows.
func tensor(data []float32, rows int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(data, rows, len(data)/rows)
}

func (s *graphSession) setWeights(w []float32) {
	s.params = tensors.FromFlatDataAndDimensions(w, len(w))
}
