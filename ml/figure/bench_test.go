package figure

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The shapes of data that cost differently: flat with peaks, like packet
// counts; noise; and noise over times that are not in order.
func benchData(kind string, n int) (x, y []float64) {
	r := rand.New(rand.NewPCG(1, 2))
	x, y = make([]float64, n), make([]float64, n)
	for i := range y {
		x[i], y[i] = float64(i), r.NormFloat64()
		switch kind {
		case "peaks":
			y[i] = r.ExpFloat64()
			if i%97 == 0 {
				y[i] *= 1000 * r.Float64()
			}
		case "unsorted":
			x[i] = r.Float64() * float64(n)
		}
	}
	return x, y
}

// draw draws the figure without encoding it, what matplotlib's
// canvas.draw() does.
func benchDraw(b *testing.B, f *Figure) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.image(100); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for _, kind := range []string{"peaks", "noise", "unsorted"} {
		for _, n := range []int{10_000, 1_000_000} {
			b.Run(fmt.Sprintf("data=%s/n=%d", kind, n), func(b *testing.B) {
				f := New(Size(18, 8))
				x, y := benchData(kind, n)
				f.Line(x, y, Style{Color: RoyalBlue, Width: 2, Label: "line"})
				benchDraw(b, f)
			})
		}
	}
}

func BenchmarkMarkers(b *testing.B) {
	for _, kind := range []string{"peaks", "noise"} {
		for _, n := range []int{10_000, 1_000_000} {
			b.Run(fmt.Sprintf("data=%s/n=%d", kind, n), func(b *testing.B) {
				f := New(Size(18, 8))
				x, y := benchData(kind, n)
				f.Line(x, y, Style{Color: RoyalBlue, Width: 2, Marker: 8, Label: "line"})
				benchDraw(b, f)
			})
		}
	}
}

func BenchmarkHist(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			_, y := benchData("noise", n)
			b.ReportAllocs()
			for b.Loop() {
				f := New(Size(12, 8))
				f.Hist(y, 100, Style{Color: RoyalBlue, Edge: White})
				if _, err := f.image(100); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBox(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			_, y := benchData("peaks", n)
			b.ReportAllocs()
			for b.Loop() {
				f := New(Size(12, 6))
				f.Box(y, Style{})
				if _, err := f.image(100); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBundle(b *testing.B) {
	x, y := benchData("peaks", 10_000)
	f := New(Size(18, 8))
	f.Line(x, y, Style{Color: RoyalBlue, Width: 2, Marker: 8, Label: "line"})
	b.ReportAllocs()
	for b.Loop() {
		if len(f.Bundle()) != 3 {
			b.Fatal("a form is missing")
		}
	}
}
