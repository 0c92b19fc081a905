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

// session is a training under way: the weights and the optimizer's state stay on the backend from step to step.
type session struct {
	config  Config
	backend compute.Backend

	params *tensors.Tensor
	state  []*tensors.Tensor // the optimizer's slots, each as long as params
	step   int               // steps done

	train, eval *graph.Exec
	dropped     int // columns of the dropout masks
}

// newSession prepares to train m from its present weights. With targets, rows have some beside what goes in; without, a
// row is its own target.
func newSession(m *Model, targets bool, backend compute.Backend) (s *session, err error) {
	defer catch(&err)
	c := m.Config
	s = &session{config: c, backend: backend}
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

// close frees what the session holds on the backend.
func (s *session) close() {
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

// trainBatch does one step and returns the loss of the batch before it.
func (s *session) trainBatch(b hostBatch, learningRate float64) (loss float64, err error) {
	defer catch(&err)
	matrix := func(data []float32) *tensors.Tensor {
		return tensors.FromFlatDataAndDimensions(data, b.rows, len(data)/b.rows)
	}
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

// validation is data to take the validation loss of, cut into executions: each execution's weights, rows and, if there
// are any, targets.
type validation [][]any

// evalRows is how many rows one execution of a validation takes at most.
const evalRows = 1 << 14

// newValidation prepares rows, x and targets (nil in an autoencoder) row-major, for losses as Keras computes them in
// batches of c.BatchSize: the mean over batches, weighted by their rows, of the loss plus the activity regulariser of
// the batch.
func (c Config) newValidation(rows int, x, targets []float32) validation {
	var v validation
	for from := 0; from < rows; from += evalRows {
		n := min(evalRows, rows-from)
		weights := make([]float32, 0, 2*n)
		for r := from; r < from+n; r++ {
			share := 1 / float64(rows)
			activity := share
			if !c.RegulariserPerRow {
				activity *= float64(min(c.BatchSize, rows-r/c.BatchSize*c.BatchSize))
			}
			weights = append(weights, float32(share), float32(activity))
		}
		part := []any{tensors.FromFlatDataAndDimensions(weights, n, 2)}
		for _, data := range [][]float32{x, targets} {
			if data != nil {
				cols := len(data) / rows
				part = append(part, tensors.FromFlatDataAndDimensions(data[from*cols:(from+n)*cols], n, cols))
			}
		}
		v = append(v, part)
	}
	return v
}

// evaluate is the validation loss at the present weights, NaN without any rows.
func (s *session) evaluate(ctx context.Context, v validation) (loss float64, err error) {
	defer catch(&err)
	if len(v) == 0 {
		return math.NaN(), nil
	}
	for _, part := range v {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		out, err := s.eval.Call(append([]any{s.params}, part...)...)
		if err != nil {
			return 0, fmt.Errorf("validation: %w", err)
		}
		loss += float64(tensors.ToScalar[float32](out[0]))
		out[0].MustFinalizeAll()
	}
	return loss, nil
}

// weights copies the present weights from the backend.
func (s *session) weights() (w []float32, err error) {
	defer catch(&err)
	return tensors.CopyFlatData[float32](s.params)
}

func (s *session) setWeights(w []float32) {
	s.params = tensors.FromFlatDataAndDimensions(w, len(w))
}
