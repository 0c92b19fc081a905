package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

// TestForestScoreIsAsDefined compares, bit for bit, with each row led down each tree by itself, also rows that hold what
// no flow does.
func TestForestScoreIsAsDefined(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	for _, n := range []int{1, 2, 63, 64, 65, 600} {
		m := dataset.Matrix{Rows: n, Cols: 5, Data: make([]float64, 5*n)}
		for i := range m.Data {
			m.Data[i] = math.Floor(8*random.NormFloat64()) / 4 // values tie, so that leaves hold several rows
		}
		f := TrainForest(m, uint64(n))
		for i := range m.Data {
			if odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}; random.IntN(20) == 0 {
				m.Data[i] = odd[random.IntN(3)]
			}
		}
		got := f.Score(m)
		for r := range m.Rows {
			var sum float64
			for _, nodes := range f.Trees {
				at, depth := nodes[0], 0.0
				for at.Left != 0 {
					if m.At(r, int(at.Feature)) >= at.Cut {
						at = nodes[at.Left+1]
					} else {
						at = nodes[at.Left]
					}
					depth++
				}
				sum += depth + expectedDepth(at.Rows)
			}
			want := math.Pow(2, -sum/float64(len(f.Trees))/expectedDepth(int32(f.Sample)))
			if math.Float64bits(got[r]) != math.Float64bits(want) {
				t.Fatalf("%d rows: row %d scores %v, want %v", n, r, got[r], want)
			}
		}
	}
}

// TestForestRefusesWhatIsNoTree: two nodes that lead to the same would make a leaf's depth depend on the way to it.
func TestForestRefusesWhatIsNoTree(t *testing.T) {
	f := &Forest{Features: 1, Sample: 2, Trees: [][]Node{{{Left: 1}, {Left: 3}, {Left: 3}, {}, {}}}}
	if err := f.check(); err == nil {
		t.Error("nodes 1 and 2 both lead to node 3, and the forest is taken")
	}
	f.Trees[0] = []Node{{Left: 1}, {Left: 3}, {Left: 5}, {}, {}, {}, {}}
	if err := f.check(); err != nil {
		t.Errorf("a tree of 7 nodes is refused: %v", err)
	}
}
