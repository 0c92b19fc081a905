package ml

import (
	"fmt"
	"math"
	"math/rand"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/janpfeifer/must"

	frames "flowbook/ml/dataset"
)

// An autoencoder with a shortcut around its middle, which no Config can describe, as a graph of
// GoMLX's own layers.
func ExampleCompute() {
	backend := must.M1(Compute())
	parts := TrainTestSplit(new(MinMaxScaler).FitTransform(packets(1000, 1)), 0.3)

	store := model.NewStore()
	must.M(store.SetRNGStateFromSeed(1))
	network := func(scope *model.Scope, x *graph.Node) *graph.Node {
		wide := graph.Tanh(layers.Dense(scope.In("wide"), x, true, 8))
		middle := layers.Dense(scope.In("middle"), wide, true, 2)
		back := layers.Dense(scope.In("back"), middle, true, 8)
		return layers.Dense(scope.In("out"), graph.Add(wide, back), true, 1)
	}
	rows := must.M1(Tensor(parts.Train))
	batches := must.M1(dataset.InMemoryFromData(backend, "packets", []any{rows}, []any{rows})).
		Shuffle().BatchSize(100, false).WithRand(rand.New(rand.NewSource(1)))
	trainer := train.NewTrainer(backend, store, network, loss.MeanSquaredError, optimizer.Adam().Done(), nil, nil)
	must.M1(train.NewLoop(trainer).RunEpochs(batches, 20))

	answer := must.M1(must.M1(model.NewExec(backend, store, network)).Call(must.M1(Tensor(parts.Test))))
	errs := ReconstructionError(must.M1(Matrix(answer[0])), parts.Test)
	fmt.Println(len(errs), "errors; the largest flow has the largest:", errs[50] > Percentile(errs, 99))
	// Output: 300 errors; the largest flow has the largest: true
}

func TestMatrixAndTensor(t *testing.T) {
	m := frames.Matrix{Rows: 2, Cols: 3, Data: []float64{1, 2, 3, 4, 5, 6.5}}
	there := must.M1(Tensor(m))
	if back := must.M1(Matrix(there)); fmt.Sprint(back) != fmt.Sprint(m) {
		t.Errorf("got %v, want %v", back, m)
	}
	m.Data[4] = math.Inf(1)
	if _, err := Tensor(m); err == nil {
		t.Error("an infinity became a tensor")
	}
	for _, wrong := range []*tensors.Tensor{tensors.FromValue([]float32{1}), tensors.FromValue([][]float64{{1}})} {
		if _, err := Matrix(wrong); err == nil {
			t.Errorf("a tensor of shape %s became a matrix", wrong.Shape())
		}
	}
}
