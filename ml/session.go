package ml

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// session is a training under way: the weights and Adam's moments stay on the backend from step to step.
type session struct {
	config  Config
	backend compute.Backend

	params, m, v *tensors.Tensor
	step         int // steps done

	train, eval *graph.Exec
	dropped     int // columns of the dropout masks
}

func newSession(a *Autoencoder, backend compute.Backend) (s *session, err error) {
	defer catch(&err)
	c, sizes := a.Config, a.Config.Sizes(a.Features)
	s = &session{config: c, backend: backend}
	s.setWeights(a.flat())
	zeros := make([]float32, a.Parameters())
	s.m = tensors.FromFlatDataAndDimensions(zeros, len(zeros))
	s.v = tensors.FromFlatDataAndDimensions(zeros, len(zeros))
	for _, l := range c.Layers {
		if l.Dropout != 0 {
			s.dropped += l.Units
		}
	}
	s.train, err = graph.NewExec(backend, func(in []*graph.Node) []*graph.Node {
		var masks *graph.Node
		if s.dropped > 0 {
			masks = in[5]
		}
		p, m, v, loss := c.trainStep(sizes, in[0], in[1], in[2], in[3], in[4], masks)
		return []*graph.Node{p, m, v, loss}
	})
	if err != nil {
		return nil, err
	}
	s.eval, err = graph.NewExec(backend, func(params, x, weights *graph.Node) *graph.Node {
		return c.evalRows(sizes, params, x, weights)
	})
	return s, err
}

// close frees what the session holds on the backend.
func (s *session) close() {
	for _, t := range []*tensors.Tensor{s.params, s.m, s.v} {
		if t != nil {
			t.MustFinalizeAll()
		}
	}
	s.train.Finalize()
	s.eval.Finalize()
}

// trainBatch does one step on x (rows by features, row-major) with the given dropout masks (rows by dropped units), and
// returns the loss of the batch before the step.
func (s *session) trainBatch(x, masks []float32, rows int, learningRate float64) (loss float64, err error) {
	defer catch(&err)
	c := s.config
	t := float64(s.step + 1)
	rate := learningRate * math.Sqrt(1-math.Pow(c.Beta2, t)) / (1 - math.Pow(c.Beta1, t))
	in := []*tensors.Tensor{s.params, s.m, s.v, tensors.FromScalar(float32(rate)),
		tensors.FromFlatDataAndDimensions(x, rows, len(x)/rows)}
	if s.dropped > 0 {
		in = append(in, tensors.FromFlatDataAndDimensions(masks, rows, s.dropped))
	}
	s.params, s.m, s.v = nil, nil, nil
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
	s.params, s.m, s.v = out[0], out[1], out[2]
	s.step++
	loss = float64(tensors.ToScalar[float32](out[3]))
	out[3].MustFinalizeAll()
	return loss, nil
}

// validation is data to take the validation loss of, cut into executions.
type validation struct {
	rows, weights []*tensors.Tensor
}

// evalRows is how many rows one execution of a validation takes at most.
const evalRows = 1 << 14

// newValidation prepares x (rows by features) for losses as Keras computes them in batches of c.BatchSize: the mean over
// batches, weighted by their rows, of mean squared error plus the activity regulariser of the batch.
func (c Config) newValidation(x []float32, features int) *validation {
	v, rows := &validation{}, len(x)/features
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
		v.rows = append(v.rows, tensors.FromFlatDataAndDimensions(x[from*features:(from+n)*features], n, features))
		v.weights = append(v.weights, tensors.FromFlatDataAndDimensions(weights, n, 2))
	}
	return v
}

// evaluate is the validation loss at the present weights.
func (s *session) evaluate(ctx context.Context, v *validation) (loss float64, err error) {
	defer catch(&err)
	for i := range v.rows {
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		out, err := s.eval.Call(s.params, v.rows[i], v.weights[i])
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
