package figure

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// keeps checks what m4 promises: of every stretch of points in one pixel
// column the first, lowest, highest and last are kept, in order, and the
// column's lowest and highest point over all stretches too.
func keeps(t *testing.T, s series, columns scale) {
	t.Helper()
	if s.len() == 0 {
		return
	}
	kept := s.m4(0, s.len(), columns)
	if !slices.IsSorted(kept) || len(slices.Compact(slices.Clone(kept))) != len(kept) {
		t.Fatalf("kept points are not in order: %v", kept)
	}
	if kept[0] != 0 || kept[len(kept)-1] != s.len()-1 {
		t.Fatalf("an end of the line is lost: %v of %d", kept, s.len())
	}
	column := func(i int) int { x, _ := s.at(i); return int(columns.of(x)) }
	all, some := map[int]span{}, map[int]span{}
	widen := func(m map[int]span, i int) {
		r, ok := m[column(i)]
		if !ok {
			r = emptySpan
		}
		r.include(s.y[i])
		m[column(i)] = r
	}
	for i := range s.y {
		widen(all, i)
	}
	for _, i := range kept {
		widen(some, i)
	}
	for c, r := range all {
		if some[c] != r {
			t.Fatalf("column %d spans %v, the kept points %v", c, r, some[c])
		}
	}
	// Between stretches the line leaves and enters at the same points.
	in := map[int]bool{}
	for _, i := range kept {
		in[i] = true
	}
	for i := 1; i < s.len(); i++ {
		if column(i) != column(i-1) && (!in[i] || !in[i-1]) {
			t.Fatalf("the step from column %d to %d at point %d is lost", column(i-1), column(i), i)
		}
	}
	stretches := 1
	for i := 1; i < s.len(); i++ {
		if column(i) != column(i-1) {
			stretches++
		}
	}
	if len(kept) > max(4*stretches, 4) {
		t.Fatalf("%d points kept of %d stretches", len(kept), stretches)
	}
}

func TestM4KeepsExtremes(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		n := 1 + r.IntN(3000)
		s := series{make([]float64, n), make([]float64, n)}
		width := 1 + r.IntN(300)
		unsorted := r.IntN(2) == 0
		for i := range n {
			s.x[i], s.y[i] = float64(i), r.NormFloat64()
			if r.IntN(50) == 0 {
				s.y[i] *= 1e6
			}
			if r.IntN(4) == 0 && i > 0 {
				s.y[i] = s.y[i-1] // equal values
			}
			if unsorted {
				s.x[i] = r.Float64() * float64(n)
			}
		}
		keeps(t, s, scale{lo: 0, hi: float64(n), p1: float64(width)})
		keeps(t, series{y: s.y}, scale{lo: -1, hi: float64(n), p1: float64(width)})
	}
}

func FuzzM4(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, uint16(3))
	f.Add([]byte{255, 255, 0, 0, 255, 255, 0, 0, 1, 1, 1, 1}, uint16(1))
	f.Fuzz(func(t *testing.T, data []byte, width uint16) {
		var s series
		for len(data) >= 4 {
			s.x = append(s.x, float64(binary.LittleEndian.Uint16(data)))
			s.y = append(s.y, float64(int16(binary.LittleEndian.Uint16(data[2:]))))
			data = data[4:]
		}
		keeps(t, s, scale{lo: 0, hi: math.MaxUint16, p1: float64(width)})
	})
}

// The reduced line looks like the whole one. Of the pixels inked by noise the
// two differ in about one of a hundred, of those inked by lone peaks in seven.
func TestM4LooksTheSame(t *testing.T) {
	for _, kind := range []string{"noise", "peaks"} {
		x, y := benchData(kind, 100_000)
		s := series{x, y}
		f := New(Size(9, 4))
		f.Line(x, y, Style{})
		a := f.axes()
		a.x.p0, a.x.p1, a.y.p0, a.y.p1 = 0, 900, 400, 0
		draw := func(which func(visit func(i int))) *canvas {
			c := newCanvas(f.size, screenDPI)
			pen := newPen(c.img.Bounds(), 2)
			var points []point
			which(func(i int) {
				x, y := s.at(i)
				points = append(points, point{a.x.of(x), a.y.of(y)})
			})
			pen.line(points)
			pen.ink(c.img, Black.rgba(1))
			return c
		}
		full := draw(func(visit func(int)) {
			for i := range s.len() {
				visit(i)
			}
		})
		thin := draw(func(visit func(int)) {
			for _, i := range s.m4(0, s.len(), a.x) {
				visit(i)
			}
		})
		inked, different := 0, 0
		for i := 0; i < len(full.img.Pix); i += 4 {
			if full.img.Pix[i] < 255 {
				inked++
			}
			if far(full.img.Pix[i], thin.img.Pix[i], 32) {
				different++
			}
		}
		t.Logf("%s: %d of %d inked pixels differ", kind, different, inked)
		if inked < 10_000 || float64(different) > 0.08*float64(inked) {
			t.Errorf("%s: %d of %d inked pixels differ by more than 32", kind, different, inked)
		}
	}
}

// The specification of a long line keeps its highest point and stays small,
// in whatever order the points come.
func TestSpecIsThinned(t *testing.T) {
	for _, kind := range []string{"peaks", "noise", "unsorted"} {
		x, y := benchData(kind, 200_000)
		y[123_457] = 1e9
		f := New(Size(18, 8))
		f.Line(x, y, Style{})
		s := f.newSpec(0.7, 900, 400, "zoom")
		kept := f.marks[0].(*line).thinned(s)
		if !slices.Contains(kept, 123_457) {
			t.Errorf("%s: the peak is not in the specification", kind)
		}
		if len(kept) > dense {
			t.Errorf("%s: %d points in the specification", kind, len(kept))
		}
	}
}
