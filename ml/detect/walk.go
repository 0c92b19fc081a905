package detect

import (
	"math"
	"sync"

	"flowbook/ml/dataset"
)

// walk is a forest laid out for many rows, which go through it two by two: the processor need not
// wait for one while the other's next cut is loaded, and there is no branch that it could guess
// wrong. A leaf leads to itself, so that every row may take as many steps as the deepest leaf
// needs.
type walk struct {
	cuts     []cut
	depth    []float64 // by leaf: its depth and the one to expect of its rows
	trees    []walkTree
	expected float64 // of the sample that a tree was grown from
}

// cut sends rows that are below at to cut number left of the walk, others to the next one.
type cut struct {
	at      float64 // NaN at a leaf: no row is at or above it
	feature int32
	left    int32
}

type walkTree struct {
	root  int32
	steps int // to the deepest leaf
}

func (f *Forest) walk() *walk {
	nodes := 0
	for _, tree := range f.Trees {
		nodes += len(tree)
	}
	w := &walk{cuts: make([]cut, 0, nodes), depth: make([]float64, 0, nodes), expected: expectedDepth(int32(f.Sample))}
	expected := theDepths()
	for _, nodes := range f.Trees {
		root := int32(len(w.cuts))
		tree := walkTree{root: root}
		steps := make([]int, len(nodes))
		for i, n := range nodes {
			if n.Left == 0 {
				w.cuts = append(w.cuts, cut{at: math.NaN(), left: root + int32(i)})
				w.depth = append(w.depth, float64(steps[i])+expected.of(n.Rows))
				tree.steps = max(tree.steps, steps[i])
				continue
			}
			w.cuts = append(w.cuts, cut{at: n.Cut, feature: n.Feature, left: root + n.Left})
			w.depth = append(w.depth, 0)
			steps[n.Left], steps[n.Left+1] = steps[i]+1, steps[i]+1
		}
		w.trees = append(w.trees, tree)
	}
	return w
}

// depths writes into dst the sum of each row's depths in all trees, in the trees' order.
func (w *walk) depths(dst []float64, m dataset.Matrix) {
	for from := 0; from < m.Rows; from += walkChunk {
		to := min(from+walkChunk, m.Rows)
		for _, t := range w.trees {
			r := from
			for ; r+4 <= to; r += 4 {
				ends := w.four(t, m.Data[r*m.Cols:], m.Cols)
				for i, end := range ends {
					dst[r+i] += w.depth[end]
				}
			}
			for ; r < to; r++ {
				i, row := t.root, m.Row(r)
				for range t.steps {
					i = w.cuts[i].next(row)
				}
				dst[r] += w.depth[i]
			}
		}
	}
}

// walkChunk is how many rows go through one tree after the other while they stay in the innermost
// cache.
const walkChunk = 32

// four leads the first four rows of data down a tree.
func (w *walk) four(t walkTree, data []float64, cols int) [4]int32 {
	cuts := w.cuts
	i, j, k, l := t.root, t.root, t.root, t.root
	a, b, c, d := data[:cols:cols], data[cols:2*cols:2*cols], data[2*cols:3*cols:3*cols], data[3*cols:4*cols:4*cols]
	for range t.steps {
		i, j, k, l = cuts[i].next(a), cuts[j].next(b), cuts[k].next(c), cuts[l].next(d)
	}
	return [4]int32{i, j, k, l}
}

func (c *cut) next(row []float64) int32 {
	var right int32
	if row[c.feature] >= c.at {
		right = 1
	}
	return c.left + right
}

// depths holds the expected depths of as many rows as a tree is grown from.
type depths []float64

var theDepths = sync.OnceValue(func() depths {
	d := make(depths, forestSample+1)
	for n := range d {
		d[n] = expectedDepth(int32(n))
	}
	return d
})

func (d depths) of(rows int32) float64 {
	if int(rows) < len(d) {
		return d[rows]
	}
	return expectedDepth(rows)
}
