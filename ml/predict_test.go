package ml

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

func testNetwork(t *testing.T, features int) *Autoencoder {
	t.Helper()
	a, err := NewAutoencoder(KerasConfig(), features)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, d := range a.Weights {
		for i := range d.Bias {
			d.Bias[i] = random.Float32() - 0.3
		}
	}
	return a
}

// plain is the network in scalar float64, layer by layer.
func plain(a *Autoencoder, row []float64) []float64 {
	for i, d := range a.Weights {
		next := make([]float64, d.Out)
		for o := range next {
			sum := float64(d.Bias[o])
			for k, v := range row {
				sum += v * float64(d.Kernel[k*d.Out+o])
			}
			if next[o] = math.Max(sum, 0); i == len(a.Weights)-1 {
				next[o] = 1 / (1 + math.Exp(-sum))
			}
		}
		row = next
	}
	return row
}

func TestPredictComputesTheNetwork(t *testing.T) {
	for _, features := range []int{1, 7} {
		a := testNetwork(t, features)
		random := rand.New(rand.NewPCG(3, 4))
		m := dataset.Matrix{Rows: 9001, Cols: features, Data: make([]float64, 9001*features)}
		for i := range m.Data {
			m.Data[i] = random.Float64()
		}
		got := a.Predict(m)
		for _, r := range []int{0, 1, 1535, 1536, 8192, 9000} {
			want := plain(a, m.Row(r))
			if diff := cmp.Diff(want, got.Row(r), cmpopts.EquateApprox(1e-5, 1e-6)); diff != "" {
				t.Errorf("%d features, row %d (-want +got):\n%s", features, r, diff)
			}
		}
	}
}

// TestPredictIsRowByRow: a row's answer must not depend on the rows beside it, or a stream would
// score other than a file.
func TestPredictIsRowByRow(t *testing.T) {
	a := testNetwork(t, 3)
	random := rand.New(rand.NewPCG(5, 6))
	m := dataset.Matrix{Rows: 5000, Cols: 3, Data: make([]float64, 15000)}
	for i := range m.Data {
		m.Data[i] = float64(random.IntN(4)) / 4 // many equal rows, so that they are looked up
	}
	all := a.Predict(m)
	for _, n := range []int{1, 2, 3, 24, 25, 63, 64, 100, 1535, 1536, 1537, 4096} {
		part := a.Predict(dataset.Matrix{Rows: n, Cols: 3, Data: m.Data[:3*n]})
		if diff := cmp.Diff(all.Data[:3*n], part.Data); diff != "" {
			t.Fatalf("%d rows alone (-among all +alone):\n%s", n, diff)
		}
	}
}

// TestPredictSeesNewWeights would have caught the executors that keep the weights they were
// compiled with.
func TestPredictSeesNewWeights(t *testing.T) {
	a := testNetwork(t, 1)
	m := dataset.Matrix{Rows: 1, Cols: 1, Data: []float64{0.5}}
	before := a.Predict(m).Data[0]
	a.Weights[5].Bias[0]++
	if after := a.Predict(m).Data[0]; after <= before {
		t.Errorf("prediction %v, and %v with a larger bias", before, after)
	}
}

func TestPredictPanicsOnOtherFeatures(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for 2 features given to a network of 1")
		}
	}()
	testNetwork(t, 1).Predict(dataset.Matrix{Rows: 1, Cols: 2, Data: []float64{1, 2}})
}

func TestDistinctRows(t *testing.T) {
	for _, cols := range []int{1, 2} {
		m := dataset.Matrix{Rows: 60000, Cols: cols, Data: make([]float64, 60000*cols)}
		random := rand.New(rand.NewPCG(7, 8))
		for i := range m.Data {
			m.Data[i] = float64(random.IntN(40)) / 3
			if i >= 20000 { // more values later on, so that the table grows
				m.Data[i] = float64(random.IntN(20000/(cols*cols*50-49))) / 3
			}
		}
		distinct, which := distinctRows(m)
		seen := map[[2]float32]bool{}
		for r := range m.Rows {
			var row [2]float32
			for c, v := range m.Row(r) {
				row[c] = float32(v)
			}
			seen[row] = true
			if k := int(which[r]); !slices.Equal(distinct[cols*k:cols*k+cols], row[:cols]) {
				t.Fatalf("row %d is %v, found as %v", r, row[:cols], distinct[cols*k:cols*k+cols])
			}
		}
		if len(distinct) != cols*len(seen) || len(seen) <= firstSlots/2 {
			t.Errorf("%d columns: %d distinct rows, want %d", cols, len(distinct)/cols, len(seen))
		}
		for i := range m.Data {
			m.Data[i] = random.Float64()
		}
		if _, which := distinctRows(m); which != nil {
			t.Errorf("%d columns: looks up rows that are all distinct", cols)
		}
	}
}

func ExampleReconstructionError() {
	actual := dataset.Matrix{Rows: 2, Cols: 2, Data: []float64{0, 1, 1, 1}}
	predicted := dataset.Matrix{Rows: 2, Cols: 2, Data: []float64{0, 1, 0, 0.5}}
	fmt.Println(ReconstructionError(predicted, actual))
	// Output: [0 0.625]
}
