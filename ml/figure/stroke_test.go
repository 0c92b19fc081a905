package figure

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// A line of many points a pixel is as solid as one of few. Its bends lie over its pieces: were they
// to turn the other way round, the two would cancel and leave holes.
func TestDenseLineHasNoHoles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, noise := range []float64{0.05, 0.2, 0.5, 1, 3} { // pixels
		p := newPen(image.Rect(0, 0, 200, 21), 2)
		var points []point
		for i := range 3600 {
			points = append(points, point{10 + float64(i)/20, 10.5 + noise*(r.Float64()-0.5)})
		}
		p.line(points)
		img := image.NewRGBA(image.Rect(0, 0, 200, 21))
		p.ink(img, color.NRGBA{255, 255, 255, 255})
		for x := 12; x < 188; x++ {
			if got := img.RGBAAt(x, 10).R; got < 250 {
				t.Fatalf("noise of %v pixels: the middle of the line has coverage %d of 255 at x = %d", noise, got, x)
			}
		}
	}
}
