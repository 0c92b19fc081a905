package ml

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

// quick is a training of a few epochs, for tests that are not about its result.
func quick(epochs int) Training {
	t := splitOne(1)
	t.Config.Epochs = epochs
	return t
}

func mustTrain(t *testing.T, tr Training) *Fit {
	t.Helper()
	f, err := Train(context.Background(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSameSeedSameBytes(t *testing.T) {
	encode := func(seed uint64, procs int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		tr := quick(3)
		tr.Config.Seed = seed
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(mustTrain(t, tr)); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	first := encode(1, 1)
	if !bytes.Equal(first, encode(1, 4)) {
		t.Error("the same seed gives other bytes with another number of workers")
	}
	if bytes.Equal(first, encode(2, 4)) {
		t.Error("another seed gives the same bytes")
	}
}

func TestFitSurvivesGob(t *testing.T) {
	f := mustTrain(t, quick(2))
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(f); err != nil {
		t.Fatal(err)
	}
	var back Fit
	if err := gob.NewDecoder(&b).Decode(&back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*f, back); diff != "" {
		t.Errorf("after gob (-want +got):\n%s", diff)
	}
}

// TestOriginal trains as the original does, on rows like its own: the loss falls in every epoch as
// it fell there.
func TestOriginal(t *testing.T) {
	tr := splitOne(18)
	f := mustTrain(t, tr)
	h := f.History.ValLosses()
	if len(h) != 50 || h[0] < 0.2 || h[0] > 0.26 || h[49] > 0.005 {
		t.Errorf("%d epochs, val_loss %v to %v; want 50, from 0.20–0.26 to below 0.005", len(h), h[0], h[len(h)-1])
	}
	for i := 1; i < len(h); i++ {
		if h[i] >= h[i-1] {
			t.Errorf("epoch %d: val_loss %v after %v", i+1, h[i], h[i-1])
		}
	}
	errs := ReconstructionError(f.Predict(tr.Parts.Test), tr.Parts.Test)
	threshold, tied := Percentile(errs, 95), 0
	for _, e := range errs {
		if e == threshold {
			tied++
		}
	}
	if tied < 150 {
		t.Errorf("%d rows tie at the threshold; the one-packet flows should", tied)
	}
}

// TestBestWeightsAreRestored trains on zeros and validates on ones, so that the validation loss
// grows from the first epoch on: the weights kept must be the best epoch's, not the last's, whether
// or not the training stops early.
func TestBestWeightsAreRestored(t *testing.T) {
	for _, patience := range []int{2, 100} {
		tr := quick(6)
		tr.Config.EarlyStopping.Patience = patience
		clear(tr.Parts.Train.Data)
		for i := range tr.Parts.Test.Data {
			tr.Parts.Test.Data[i] = 1
		}
		f := mustTrain(t, tr)
		h := f.History
		if last := len(h.Epochs) - 1; h.Best == last || h.Epochs[h.Best].ValLoss >= h.Epochs[last].ValLoss {
			t.Fatalf("patience %d: the last epoch is the best; this training shows nothing", patience)
		}
		if f.History.Stopped != (patience == 2) {
			t.Errorf("patience %d: stopped early: %v", patience, f.History.Stopped)
		}
		s, err := newSession(&f.Autoencoder, false, theBackend())
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		check, err := floats(tr.Parts.Test)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.evaluate(context.Background(), f.Config.newValidation(len(check), check, nil))
		if err != nil {
			t.Fatal(err)
		}
		if want := h.Epochs[h.Best].ValLoss; got != want {
			t.Errorf("patience %d: the weights kept have val_loss %v, the best epoch had %v", patience, got, want)
		}
	}
}

// TestInfiniteValidationLoss: the first epoch's weights are kept if no epoch's loss is finite, as
// Keras keeps them.
func TestInfiniteValidationLoss(t *testing.T) {
	tr := quick(1)
	tr.Config.Layers, tr.Config.Output = []Layer{Dense(2, ReLU)}, Linear
	tr.Parts.Test.Data[0] = 1e30
	want := mustTrain(t, tr)
	tr.Config.Epochs = 4
	got := mustTrain(t, tr)
	if !math.IsInf(got.History.Epochs[3].ValLoss, 1) {
		t.Fatalf("val_loss %v; this training shows nothing", got.History.ValLosses())
	}
	if diff := cmp.Diff(want.Weights, got.Weights); diff != "" || got.History.Best != 0 {
		t.Errorf("kept epoch %d; weights (-of epoch 1 +kept):\n%s", got.History.Best+1, diff)
	}
	untrained, err := NewAutoencoder(tr.Config, 1)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(untrained.Weights, got.Weights) {
		t.Error("the weights kept are untrained")
	}
}

// TestLastWeightsWithoutRestoring is the other side: Keras keeps the last epoch's weights unless
// told otherwise.
func TestLastWeightsWithoutRestoring(t *testing.T) {
	tr := quick(4)
	tr.Config.EarlyStopping.RestoreBestWeights = false
	if f := mustTrain(t, tr); f.History.Best != 3 {
		t.Errorf("kept the weights of epoch %d, want the last", f.History.Best+1)
	}
}

func TestPlateauLowersTheRate(t *testing.T) {
	tr := quick(4)
	tr.Config.ReduceLROnPlateau = &ReduceLROnPlateau{Factor: 0.2, Patience: 1, MinDelta: 10}
	var got []float64
	for _, e := range mustTrain(t, tr).History.Epochs {
		got = append(got, math.Round(e.LearningRate*1e9)/1e9)
	}
	if diff := cmp.Diff([]float64{1e-3, 1e-3, 2e-4, 4e-5}, got); diff != "" {
		t.Errorf("learning rates (-want +got):\n%s", diff)
	}
}

func TestCancellationKeepsTheFit(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	tr := quick(50)
	ctx = WithProgress(ctx, func(h History) {
		if len(h.Epochs) == 3 {
			cancel()
		}
	})
	f, err := Train(ctx, tr)
	if !errors.Is(err, context.Canceled) || f == nil {
		t.Fatalf("got %v, %v; want a fit and context.Canceled", f, err)
	}
	if want := mustTrain(t, quick(3)); !cmp.Equal(want.Weights, f.Weights) {
		t.Error("a training stopped after 3 epochs has other weights than one of 3 epochs")
	}
	if f, err := Train(ctx, tr); f != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("ended before it began: got %v, %v", f, err)
	}
}

func TestTrainRefuses(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*Training)
	}{
		{"no epochs", "0 epochs", func(t *Training) { t.Config.Epochs = 0 }},
		{"the zero config", "no dense layer", func(t *Training) { t.Config = Config{} }},
		{"no units", "layer 1 has 0 units", func(t *Training) { t.Config.Layers[1].Units = 0 }},
		{"an unknown activation", `"swish"`, func(t *Training) { t.Config.Output = "swish" }},
		{"dropping everything", "drops a share of 1", func(t *Training) { t.Config.Layers[0].Dropout = 1 }},
		{"no batch", "batches of 0 rows", func(t *Training) { t.Config.BatchSize = 0 }},
		{"no rate", "the learning rate 0 is not", func(t *Training) { t.Config.LearningRate = 0 }},
		{"no validation rows", "early stopping watches val_loss, but there are no rows", func(t *Training) { t.Parts.Test = dataset.Matrix{} }},
		{"the output's width", "an autoencoder of 1 features has 2 outputs", func(t *Training) { t.Config.Layers, t.Config.Output = []Layer{Dense(2, ReLU)}, "" }},
		{"targets of other rows", "targets of shape (1, 1) do not fit 7000 rows", func(t *Training) { t.Targets = Parts{Train: column(1), Test: column(1)} }},
		{"an unknown loss", `"mape"`, func(t *Training) { t.Config.Loss = "mape" }},
		{"cross-entropy without a sigmoid", "wants a sigmoid", func(t *Training) { t.Config.Loss, t.Config.Output = BinaryCrossentropy, Linear }},
		{"cross-entropy of a target of 2", "row 3, column 0: binary cross-entropy wants", func(t *Training) {
			t.Config.Loss, t.Parts.Train.Data[3] = BinaryCrossentropy, 2
		}},
		{"huber without delta", "huber's delta is 0", func(t *Training) { t.Config.Loss = Huber }},
		{"delta without huber", "huber's delta is set", func(t *Training) { t.Config.HuberDelta = 1 }},
		{"an unknown optimizer", `"adagrad"`, func(t *Training) { t.Config.Algorithm = "adagrad" }},
		{"sgd with betas", "betas and epsilon are for adam", func(t *Training) { t.Config.Algorithm = "sgd" }},
		{"adam with momentum", "momentum is for sgd", func(t *Training) { t.Config.Momentum = 0.9 }},
		{"nesterov without momentum", "nesterov needs a momentum", func(t *Training) {
			t.Config.Optimizer = SGD(0.1, 0)
			t.Config.Nesterov = true
		}},
		{"adam with weight decay", "weight decay is for adamw, the optimizer is adam", func(t *Training) { t.Config.WeightDecay = 0.1 }},
		{"an unknown monitor", "early stopping: {Monitor:accuracy", func(t *Training) { t.Config.EarlyStopping.Monitor = "accuracy" }},
		{"a NaN", "training part: row 5, column 0: NaN", func(t *Training) { t.Parts.Train.Data[5] = math.NaN() }},
		{"an infinity", "validation part: row 0, column 0: +Inf", func(t *Training) { t.Parts.Test.Data[0] = math.Inf(1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := quick(1)
			c.change(&tr)
			if _, err := Train(context.Background(), tr); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestOtherShapes(t *testing.T) {
	tr := quick(2)
	tr.Config.Layers = []Layer{{Units: 5, Activation: Tanh, Dropout: 0.2}, {Units: 1, Activation: Linear, ActivityL2: 1e-4}}
	tr.Config.Output, tr.Config.RegulariserPerRow, tr.Config.EarlyStopping = Linear, true, nil
	tr.Parts.Train = dataset.Matrix{Rows: 2333, Cols: 3, Data: tr.Parts.Train.Data[:6999]}
	tr.Parts.Test = dataset.Matrix{Rows: 1000, Cols: 3, Data: tr.Parts.Test.Data}
	f := mustTrain(t, tr)
	if f.Features != 3 || f.Parameters() != 3*5+5+5+1+3+3 {
		t.Errorf("%d features, %d parameters", f.Features, f.Parameters())
	}
	if p := f.Predict(tr.Parts.Test); p.Rows != 1000 || p.Cols != 3 {
		t.Errorf("predicted (%d, %d)", p.Rows, p.Cols)
	}
}

// TestTargets learns whether a row is above the middle, without validation rows: Keras's fit(x, y)
// of a classifier.
func TestTargets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	x := dataset.Matrix{Rows: 600, Cols: 2, Data: make([]float64, 1200)}
	y := dataset.Matrix{Rows: 600, Cols: 1, Data: make([]float64, 600)}
	for r := range y.Data {
		row := x.Row(r)
		if row[0], row[1] = random.Float64(), random.Float64(); row[0]+row[1] > 1 {
			y.Data[r] = 1
		}
	}
	f := mustTrain(t, Training{
		Config: Config{
			Layers: []Layer{Dropout(0.05), Dense(8, Tanh), Dense(1, Sigmoid)},
			Loss:   BinaryCrossentropy, Optimizer: AdamW(1e-2, 1e-3), Epochs: 40, BatchSize: 32, Seed: 1,
			EarlyStopping: &EarlyStopping{Monitor: TrainLoss, Patience: 5, RestoreBestWeights: true},
		},
		Parts: Parts{Train: x}, Targets: Parts{Train: y},
	})
	right := 0
	for r, p := range f.Predict(x).Data {
		if (p > 0.5) == (y.Data[r] == 1) {
			right++
		}
	}
	if f.Outputs() != 1 || right < 580 {
		t.Errorf("%d outputs, %d of 600 right", f.Outputs(), right)
	}
	if text := f.History.String(); strings.Contains(text, "val_loss") {
		t.Errorf("a log without validation names val_loss:\n%s", text)
	}
}

// TestKerasConfigLayerByLayer: the network as a cell shows it is the one of KerasConfig, to the
// bit.
func TestKerasConfigLayerByLayer(t *testing.T) {
	tr := quick(3)
	want := mustTrain(t, tr)
	tr.Config = Config{
		Layers: []Layer{
			Dense(8, ReLU, ActivityL2(1e-5)), Dropout(0.1),
			Dense(4, ReLU, ActivityL2(1e-5)), Dropout(0.1),
			Dense(2, ReLU, ActivityL2(1e-5)),
			Dense(4, ReLU), Dropout(0.1),
			Dense(8, ReLU), Dropout(0.1),
			Dense(1, Sigmoid),
		},
		Loss: MSE, Optimizer: Adam(1e-3), Epochs: 3, BatchSize: 256, Seed: 1,
		EarlyStopping:     &EarlyStopping{Monitor: ValLoss, Patience: 5, RestoreBestWeights: true},
		ReduceLROnPlateau: &ReduceLROnPlateau{Monitor: ValLoss, Factor: 0.2, Patience: 5, MinDelta: 1e-4, MinLearningRate: 1e-6},
	}
	got := mustTrain(t, tr)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Model{}, "Config")); diff != "" {
		t.Errorf("fit (-KerasConfig +layer by layer):\n%s", diff)
	}
	if diff := cmp.Diff(want.Summary().String(), got.Summary().String()); diff != "" {
		t.Errorf("summary (-KerasConfig +layer by layer):\n%s", diff)
	}
}

// TestRegulariserCountsInValidation: the validation loss is the error plus the penalty on
// activities, as in Keras, where the regulariser is no matter of training alone.
func TestRegulariserCountsInValidation(t *testing.T) {
	const penalty = 0.05
	tr := quick(2)
	tr.Config.Layers, tr.Config.Output = []Layer{Dense(tr.Parts.Test.Cols, Sigmoid, ActivityL2(penalty))}, ""
	tr.Config.RegulariserPerRow, tr.Config.EarlyStopping = true, nil
	f := mustTrain(t, tr)
	test := tr.Parts.Test
	var mse, squares float64
	for i, y := range f.Predict(test).Data {
		mse += (y - test.Data[i]) * (y - test.Data[i]) / float64(len(test.Data))
		squares += y * y / float64(test.Rows)
	}
	if got, want := f.History.ValLosses()[1], mse+penalty*squares; math.Abs(got-want) > 1e-5*want {
		t.Errorf("validation loss %g, want %g: error %g and %g times the squared activity %g", got, want, mse, penalty, squares)
	}
}
