package figure

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// phases is into how many steps a pixel is divided, in each direction, for the
// place of a disc: a quarter of a pixel is the least that an eye can see.
const phases = 4

// crowd is the number of discs above which those that would lie on one
// another within a quarter of their diameter are drawn once.
const crowd = 20000

// discs draws a disc of the given diameter at each point, with an edge around
// it. Each phase is rasterized once and then stamped.
func (c *canvas) discs(points []point, diameter, edgeWidth float64, face, edge color.NRGBA) {
	outer := diameter/2 + edgeWidth/2
	side := int(math.Ceil(2*outer)) + 2
	var stamps [phases * phases]*image.RGBA

	bounds := c.img.Bounds()
	cell := 1.0 / phases
	if len(points) > crowd {
		cell = math.Max(1, diameter/4)
	}
	columns := int(float64(bounds.Dx())/cell) + 1
	rows := int(float64(bounds.Dy())/cell) + 1
	taken := make([]uint64, columns*rows/64+1)

	for _, p := range points {
		if w := c.window; w != nil && (p.x < w.x0 || p.x > w.x1 || p.y < w.y0 || p.y > w.y1) {
			continue
		}
		if !(p.x >= 0 && p.x < float64(bounds.Dx()) && p.y >= 0 && p.y < float64(bounds.Dy())) {
			continue
		}
		col, row := int(p.x/cell), int(p.y/cell)
		bit := row*columns + col
		if taken[bit/64]&(1<<(bit%64)) != 0 {
			continue
		}
		taken[bit/64] |= 1 << (bit % 64)

		fx, fy := math.Floor(p.x), math.Floor(p.y)
		px, py := int((p.x-fx)*phases), int((p.y-fy)*phases)
		stamp := stamps[py*phases+px]
		if stamp == nil {
			middle := point{float64(side/2) + (float64(px)+0.5)/phases, float64(side/2) + (float64(py)+0.5)/phases}
			stamp = discStamp(side+1, middle, diameter/2, edgeWidth, face, edge)
			stamps[py*phases+px] = stamp
		}
		at := image.Pt(int(fx)-side/2, int(fy)-side/2)
		draw.Draw(c.img, stamp.Bounds().Add(at), stamp, image.Point{}, draw.Over)
	}
}

// discStamp returns an image of side x side pixels with a disc.
func discStamp(side int, middle point, radius, edgeWidth float64, face, edge color.NRGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	ras := vector.NewRasterizer(side, side)
	ring := func(r float64, clockwise bool) {
		const steps = 48
		for i := range steps {
			a := 2 * math.Pi * float64(i) / steps
			if !clockwise {
				a = -a
			}
			sin, cos := math.Sincos(a)
			x, y := float32(middle.x+r*cos), float32(middle.y+r*sin)
			if i == 0 {
				ras.MoveTo(x, y)
			} else {
				ras.LineTo(x, y)
			}
		}
		ras.ClosePath()
	}
	if face.A > 0 {
		ring(radius, true)
		ras.Draw(img, img.Bounds(), image.NewUniform(face), image.Point{})
	}
	if edgeWidth > 0 && edge.A > 0 {
		ras.Reset(side, side)
		ring(radius+edgeWidth/2, true)
		if inner := radius - edgeWidth/2; inner > 0 {
			ring(inner, false)
		}
		ras.Draw(img, img.Bounds(), image.NewUniform(edge), image.Point{})
	}
	return img
}
