package ml

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// lcg is the generator of tools/bench/reference/autoencoder_float64.py.
type lcg uint64

func (l *lcg) next() int {
	*l = *l*6364136223846793005 + 1442695040888963407
	return int(*l >> 33)
}

func (l *lcg) rows(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		kind, size := l.next()%100, l.next()
		switch {
		case kind < 78:
			size %= 12
		case kind < 99:
			size %= 2000
		default:
			size %= 227664
		}
		out[i] = float64(size) / 227663
	}
	return out
}

// reference is what the script stored: weights before and after, and the losses of every epoch.
type reference struct {
	Initial, Final, Losses []float64
	ValLosses              []float64 `json:"val_losses"`
}

func readReference(t *testing.T, name string) (want reference) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// replay takes the batches of the reference's training, one after the other, and calls epoch after
// each pass.
func replay(epochs, dropped int, step func(x, masks []float64) (loss float64), epoch func(epoch int, loss float64, check []float64)) {
	source := lcg(1)
	train := source.rows(7000)
	check := source.rows(3000)
	order := make([]int, len(train))
	for i := range order {
		order[i] = i
	}
	for e := range epochs {
		for i := len(order) - 1; i > 0; i-- {
			j := source.next() % (i + 1)
			order[i], order[j] = order[j], order[i]
		}
		var sum float64
		for at := 0; at < len(order); at += 256 {
			batch := order[at:min(at+256, len(order))]
			x, masks := make([]float64, len(batch)), make([]float64, len(batch)*dropped)
			for i, r := range batch {
				x[i] = train[r]
			}
			for i := range masks {
				if source.next()%10 > 0 {
					masks[i] = 1 / 0.9
				}
			}
			sum += step(x, masks) * float64(len(batch))
		}
		epoch(e, sum/float64(len(order)), check)
	}
}

// TestParity trains 280 steps from the stored initial weights and compares every weight and every
// loss with a float64 numpy training. It fails by 0.1 and more if ReLU's derivative at 0 is 1, by
// 0.01 if Adam's epsilon sits inside the bias correction, and in val_losses if an evaluation sees
// older weights than the step before it left.
func TestParity(t *testing.T) {
	want := readReference(t, "autoencoder_float64.json")
	a, err := NewAutoencoder(KerasConfig(), 1)
	if err != nil {
		t.Fatal(err)
	}
	a.setFlat(singles(want.Initial))
	t.Run("graph", func(t *testing.T) {
		parity(t, want, mustSession(newGraphSession(a, false, theBackend().compute)))
	})
	t.Run("as Train does", func(t *testing.T) {
		parity(t, want, mustSession(newSession(a, false, theBackend())))
	})
}

func mustSession[S session](s S, err error) session {
	if err != nil {
		panic(err)
	}
	return s
}

func parity(t *testing.T, want reference, s session) {
	defer s.close()
	c, steps := KerasConfig(), 0
	replay(len(want.Losses), 24, func(x, masks []float64) float64 {
		loss, err := s.trainBatch(hostBatch{rows: len(x), x: singles(x), masks: singles(masks)}, 1e-3)
		if err != nil {
			t.Fatal(err)
		}
		steps++
		return loss
	}, func(epoch int, loss float64, check []float64) {
		val, err := s.evaluate(t.Context(), c.newValidation(len(check), singles(check), nil))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "loss", epoch, loss, want.Losses[epoch], 1e-6)
		near(t, "val_loss", epoch, val, want.ValLosses[epoch], 1e-6)
	})
	got, err := s.weights()
	if err != nil {
		t.Fatal(err)
	}
	var worst float64
	for i, w := range want.Final {
		near(t, "weight", i, float64(got[i]), w, 1e-5)
		worst = math.Max(worst, math.Abs(float64(got[i])-w))
	}
	t.Logf("%s: largest difference of %d weights after %d steps: %.2g", ChosenBackend().Config, len(got), steps, worst)
}

// TestParityDouble runs the same graph on float64 numbers, where only the formulas can differ: also
// from initial weights from which a float32 training drifts away.
func TestParityDouble(t *testing.T) {
	for _, name := range []string{"autoencoder_float64.json", "autoencoder_float64_drift.json"} {
		want := readReference(t, name)
		c := KerasConfig()
		exec, err := graph.NewExec(theBackend().compute, func(in []*graph.Node) []*graph.Node {
			p, state, loss := c.trainStep(in[0], in[1:3], in[3:4], batch{x: in[4], targets: in[4], masks: in[5]})
			return []*graph.Node{p, state[0], state[1], loss}
		})
		if err != nil {
			t.Fatal(err)
		}
		zeros := make([]float64, len(want.Initial))
		state := []any{want.Initial, zeros, zeros}
		step := 0.0
		replay(len(want.Losses), 24, func(x, masks []float64) float64 {
			step++
			rate := 1e-3 * math.Sqrt(1-math.Pow(c.Beta2, step)) / (1 - math.Pow(c.Beta1, step))
			out, err := exec.Call(append(state, rate, tensors.FromFlatDataAndDimensions(x, len(x), 1),
				tensors.FromFlatDataAndDimensions(masks, len(x), 24))...)
			if err != nil {
				t.Fatal(err)
			}
			state = []any{out[0], out[1], out[2]}
			return tensors.ToScalar[float64](out[3])
		}, func(epoch int, loss float64, _ []float64) {
			near(t, "loss", epoch, loss, want.Losses[epoch], 1e-12)
		})
		var worst float64
		for i, got := range tensors.MustCopyFlatData[float64](state[0].(*tensors.Tensor)) {
			near(t, name+": weight", i, got, want.Final[i], 1e-9)
			worst = math.Max(worst, math.Abs(got-want.Final[i]))
		}
		t.Logf("%s: largest difference of a weight after %v steps: %.2g", name, step, worst)
	}
}

func singles(v []float64) []float32 {
	out := make([]float32, len(v))
	for i := range v {
		out[i] = float32(v[i])
	}
	return out
}

func near(t *testing.T, what string, i int, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s %d: got %v, want %v within %v", what, i, got, want, tolerance)
	}
}

// TestReLUGradientAtZero: Keras and PyTorch have 0 there.
func TestReLUGradientAtZero(t *testing.T) {
	exec, err := graph.NewExec(theBackend().compute, func(x *graph.Node) *graph.Node {
		return graph.Gradient(graph.ReduceAllSum(relu(x)), x)[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call([]float32{-1, 0, 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 0, 1} {
		near(t, "gradient", i, float64(tensors.MustCopyFlatData[float32](out[0])[i]), want, 0)
	}
}

// TestAdamEpsilon does one step with a gradient of 1e-6, where the two forms of Adam are far apart:
// Keras's moves the weight by rate*g/(g + eps/sqrt(1-beta2)) = 2.40e-4, the paper's by
// rate*g/(g+eps) = 9.09e-4.
func TestAdamEpsilon(t *testing.T) {
	c := KerasConfig()
	exec, err := graph.NewExec(theBackend().compute, func(params, gradient, rate *graph.Node) *graph.Node {
		zero := graph.ZerosLike(params)
		p, _, _ := c.adam(params, zero, zero, rate, gradient)
		return p
	})
	if err != nil {
		t.Fatal(err)
	}
	rate := float32(c.LearningRate * math.Sqrt(1-c.Beta2) / (1 - c.Beta1))
	out, err := exec.Call([]float32{0}, []float32{1e-6}, rate)
	if err != nil {
		t.Fatal(err)
	}
	want := -1e-3 * 1e-6 / (1e-6 + 1e-7/math.Sqrt(1-0.999))
	near(t, "weight", 0, float64(tensors.MustCopyFlatData[float32](out[0])[0]), want, 1e-9)
}
