package detect

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// line makes rows near a line through the feature space, and one row far off it, the last.
func line(rows, features int) dataset.Matrix {
	random := rand.New(rand.NewPCG(1, 1))
	m := dataset.Matrix{Rows: rows, Cols: features, Data: make([]float64, rows*features)}
	for r := range rows {
		at := random.NormFloat64()
		for c := range features {
			m.Data[r*features+c] = at*float64(c%3+1) + 0.05*random.NormFloat64()
		}
	}
	m.Row(rows - 1)[features-1] += 20
	return m
}

func detectors(t *testing.T, m dataset.Matrix) map[string]Detector {
	t.Helper()
	c := WideConfig()
	c.Epochs = 30
	net, err := TrainReconstruction(context.Background(), c, ml.Parts{Train: m, Test: m}, 4)
	if err != nil {
		t.Fatal(err)
	}
	pca, err := TrainPCA(m, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Detector{"autoencoder": net, "pca": pca, "forest": TrainForest(m, 1), "zscore": TrainRobustZ(m)}
}

func TestDetectorsFindTheOutlier(t *testing.T) {
	m := line(forestSample, 6) // so that each tree has seen the outlier
	last := m.Rows - 1
	for name, d := range detectors(t, m) {
		t.Run(name, func(t *testing.T) {
			scores := d.Score(m)
			above := 0
			for _, s := range scores[:last] {
				if s >= scores[last] {
					above++
				}
			}
			if above > 4 { // a forest takes the ends of the line for strange, too
				t.Errorf("%d rows score as high as the outlier", above)
			}
			parts := d.Explain(m.Slice(last, last+1))
			for c, v := range parts.Row(0)[:5] {
				if v >= parts.Data[5] {
					t.Errorf("feature %d explains %v of the outlier, the one that was moved %v", c, v, parts.Data[5])
				}
			}
		})
	}
}

// TestRowsStandAlone: a row's score and its explanation are the same bits whatever rows come with it.
func TestRowsStandAlone(t *testing.T) {
	m := line(1031, 6)
	for name, d := range detectors(t, m) {
		t.Run(name, func(t *testing.T) {
			scores, parts := d.Score(m), d.Explain(m)
			for _, cut := range [][2]int{{0, 0}, {0, 1}, {3, 5}, {5, 8}, {8, 12}, {12, 17}, {100, 619}, {1, 1031}} {
				some := m.Slice(cut[0], cut[1])
				if !slices.Equal(scores[cut[0]:cut[1]], d.Score(some)) {
					t.Errorf("rows %v score otherwise than among all", cut)
				}
				if !slices.Equal(parts.Slice(cut[0], cut[1]).Data, d.Explain(some).Data) {
					t.Errorf("rows %v are explained otherwise than among all", cut)
				}
			}
		})
	}
}

func TestPCA(t *testing.T) {
	m := line(600, 6).Slice(0, 599) // without the outlier
	p, err := TrainPCA(m, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	if p.Components.Rows != 1 {
		t.Errorf("%d components for rows on a line", p.Components.Rows)
	}
	want := []float64{1, 2, 3, 1, 2, 3}
	var length float64
	for _, v := range want {
		length += v * v
	}
	for c := range want {
		want[c] *= math.Copysign(1, p.Components.Data[0]) / math.Sqrt(length)
	}
	if diff := cmp.Diff(want, p.Components.Data, cmpopts.EquateApprox(0, 0.02)); diff != "" {
		t.Errorf("direction (-want +got):\n%s", diff)
	}
	full, err := TrainPCA(m, 1)
	if err != nil {
		t.Fatal(err)
	}
	for r, s := range full.Score(m) {
		if s > 1e-12 {
			t.Fatalf("row %d lies %v off the space of all components", r, s)
		}
	}
}

// TestForestDepth checks the paper's normaliser, c(n) = 2H(n-1) - 2(n-1)/n with H(i) = ln(i) + 0.5772156649: c(256) = 10.244770920…
// (Liu, Ting, Zhou: Isolation-Based Anomaly Detection, 2012, equation 1), and that all rows alike score 0.5.
func TestForestDepth(t *testing.T) {
	if got := expectedDepth(256); math.Abs(got-10.244770920116851) > 1e-9 {
		t.Errorf("c(256) = %v", got)
	}
	alike := dataset.Matrix{Rows: 300, Cols: 2, Data: make([]float64, 600)}
	for r, s := range TrainForest(alike, 1).Score(alike) {
		if math.Abs(s-0.5) > 1e-12 {
			t.Fatalf("row %d of equal rows scores %v, want 0.5", r, s)
		}
	}
}

func TestRobustZ(t *testing.T) {
	// Median 3, absolute deviations 2 1 0 1 97: their median is 1, so 5.9652 (4 × 1.4826) lies 2 deviations off.
	d := TrainRobustZ(dataset.Matrix{Rows: 5, Cols: 1, Data: []float64{1, 2, 3, 4, 100}})
	got := d.Score(dataset.Matrix{Rows: 3, Cols: 1, Data: []float64{3, 3 + 2*1.4826, 1e6}})
	if diff := cmp.Diff([]float64{0, 2, maxZ}, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
}

func TestDetectorsPanicOnOtherFeatures(t *testing.T) {
	m := line(100, 6)
	for name, d := range detectors(t, m) {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic for 2 features instead of 6", name)
				}
			}()
			d.Score(dataset.Matrix{Rows: 1, Cols: 2, Data: []float64{1, 2}})
		}()
	}
}
