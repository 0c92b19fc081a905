package detect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

var forestKind = kind{name: "forest",
	train: func(_ context.Context, t Training, parts ml.Parts) (Detector, error) {
		return TrainForest(parts.Train, t.Seed), nil
	},
	check: func(d Detector, width int) error {
		f := d.(*Forest)
		return cmp.Or(fits("forest", f.Features, width), f.check())
	},
	save: saveForest,
	load: loadForest,
}

// Forest is an isolation forest (Liu, Ting and Zhou, 2008): trees that cut samples of the training
// rows at random; what a few cuts set apart is strange. Scores lie between 0 and 1, those of
// ordinary rows mostly below 0.5.
type Forest struct {
	Features int
	Sample   int      // rows a tree was grown from
	Trees    [][]Node // each tree's nodes; the first is its root

	once sync.Once
	laid *walk
}

// Node cuts at Feature < Cut: rows below go to node Left, others to node Left+1. A leaf has Left 0
// and holds Rows rows.
type Node struct {
	Feature, Left, Rows int32
	Cut                 float64
}

// The paper's numbers: beyond them results hardly change.
const (
	forestTrees  = 100
	forestSample = 256
)

// TrainForest grows a forest; the seed decides samples and cuts.
func TrainForest(m dataset.Matrix, seed uint64) *Forest {
	random := rand.New(rand.NewPCG(seed, 0x666f72657374))
	f := &Forest{Features: m.Cols, Sample: min(forestSample, m.Rows)}
	depth := int(math.Ceil(math.Log2(float64(f.Sample))))
	all := make([]int, m.Rows)
	for i := range all {
		all[i] = i
	}
	for range forestTrees {
		for i := range f.Sample { // the first rows of a shuffle are a sample without repetition
			j := i + random.IntN(len(all)-i)
			all[i], all[j] = all[j], all[i]
		}
		nodes := []Node{{}}
		grow(m, random, &nodes, 0, all[:f.Sample], depth)
		f.Trees = append(f.Trees, nodes)
	}
	return f
}

// grow makes node at of the rows; it reorders them.
func grow(m dataset.Matrix, random *rand.Rand, nodes *[]Node, at int, rows []int, depth int) {
	(*nodes)[at].Rows = int32(len(rows))
	if depth == 0 || len(rows) < 2 {
		return
	}
	var low, high float64
	feature := -1
	for tries := 0; tries < 4*m.Cols && feature < 0; tries++ { // a feature that is constant here cannot cut
		c := random.IntN(m.Cols)
		low, high = math.Inf(1), math.Inf(-1)
		for _, r := range rows {
			v := m.Data[r*m.Cols+c]
			low, high = min(low, v), max(high, v)
		}
		if low < high {
			feature = c
		}
	}
	if feature < 0 {
		return
	}
	cut := low + (high-low)*random.Float64()
	if cut <= low { // rounding; nothing would go left
		cut = high
	}
	k := 0
	for i, r := range rows {
		if m.Data[r*m.Cols+feature] < cut {
			rows[i], rows[k] = rows[k], rows[i]
			k++
		}
	}
	left := len(*nodes)
	*nodes = append(*nodes, Node{}, Node{})
	n := &(*nodes)[at]
	n.Feature, n.Cut, n.Left = int32(feature), cut, int32(left)
	grow(m, random, nodes, left, rows[:k], depth-1)
	grow(m, random, nodes, left+1, rows[k:], depth-1)
}

// Score is 2 to the power of minus the mean depth of each row over the depth to expect.
func (f *Forest) Score(m dataset.Matrix) []float64 {
	f.fits(m)
	out := make([]float64, m.Rows)
	w := f.layOut()
	eachPart(m.Rows, func(from, to int) {
		w.depths(out[from:to], m.Slice(from, to))
		for r, sum := range out[from:to] {
			out[from+r] = math.Pow(2, -sum/float64(len(f.Trees))/w.expected)
		}
	})
	return out
}

// layOut makes the walk when it is first asked for.
func (f *Forest) layOut() *walk {
	f.once.Do(func() { f.laid = f.walk() })
	return f.laid
}

func (f *Forest) fits(m dataset.Matrix) {
	if m.Cols != f.Features {
		panic(fmt.Errorf("detect: %d features given to a detector of %d", m.Cols, f.Features))
	}
}

// Explain is, for each feature, by how many cuts those on it brought the row to its end sooner than
// an ordinary cut would, per tree.
func (f *Forest) Explain(m dataset.Matrix) dataset.Matrix {
	f.fits(m)
	expected := theDepths()
	out := dataset.Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]float64, len(m.Data))}
	for r := range m.Rows {
		row, parts := m.Row(r), out.Row(r)
		for _, nodes := range f.Trees {
			for n := &nodes[0]; n.Left != 0; {
				next := &nodes[n.Left]
				if row[n.Feature] >= n.Cut {
					next = &nodes[n.Left+1]
				}
				parts[n.Feature] += expected.of(n.Rows) - expected.of(next.Rows) - 1
				n = next
			}
		}
	}
	for i := range out.Data {
		out.Data[i] /= float64(len(f.Trees))
	}
	return out
}

// expectedDepth is the mean depth at which a search among n rows fails in a binary search tree.
func expectedDepth(n int32) float64 {
	switch {
	case n < 2:
		return 0
	case n == 2:
		return 1
	}
	return 2*(math.Log(float64(n-1))+0.5772156649015329) - 2*float64(n-1)/float64(n)
}

// check reports the faults of a forest that came from a file: nodes must lead
// downwards, to existing ones, and no two to the same.
func (f *Forest) check() error {
	if f.Sample < 2 || len(f.Trees) == 0 {
		return fmt.Errorf("forest of %d trees from samples of %d", len(f.Trees), f.Sample)
	}
	for t, nodes := range f.Trees {
		led := make([]bool, len(nodes))
		for i, n := range nodes {
			if n.Left != 0 && (int(n.Left) <= i || int(n.Left)+1 >= len(nodes) || led[n.Left] || led[n.Left+1]) ||
				n.Feature < 0 || int(n.Feature) >= f.Features || n.Rows < 0 {
				return fmt.Errorf("forest: tree %d, node %d: %+v", t, i, n)
			}
			if n.Left != 0 {
				led[n.Left], led[n.Left+1] = true, true
			}
		}
		if len(nodes) == 0 {
			return fmt.Errorf("forest: tree %d is empty", t)
		}
	}
	return nil
}

func saveForest(d Detector, to *document) {
	f := d.(*Forest)
	to.Sample = f.Sample
	var nodes []float64
	for _, tree := range f.Trees {
		to.Trees = append(to.Trees, len(tree))
		for _, n := range tree {
			nodes = append(nodes, float64(n.Feature), float64(n.Left), float64(n.Rows), n.Cut)
		}
	}
	to.add("nodes", "<f8", nodes, len(nodes)/4, 4)
}

func loadForest(from *document, width int, read readArray) (Detector, error) {
	total := 0
	for _, n := range from.Trees {
		if n < 1 || n > 1<<20 || total > 1<<24 {
			return nil, fmt.Errorf("a forest cannot have trees of %d nodes", from.Trees)
		}
		total += n
	}
	values, err := read("nodes", "<f8", total, 4)
	if err != nil {
		return nil, err
	}
	f := &Forest{Features: width, Sample: from.Sample}
	for _, n := range from.Trees {
		tree := make([]Node, n)
		for i := range tree {
			for _, v := range values[:3] {
				if v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
					return nil, fmt.Errorf("nodes: %v is not a whole number", v)
				}
			}
			tree[i] = Node{Feature: int32(values[0]), Left: int32(values[1]), Rows: int32(values[2]), Cut: values[3]}
			values = values[4:]
		}
		f.Trees = append(f.Trees, tree)
	}
	return f, nil
}
