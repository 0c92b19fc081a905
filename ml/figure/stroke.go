package figure

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"
)

// pen strokes polylines onto the pixels of a rectangle.
//
// It exists because of speed. gonum's raster backend walks a list of cells for
// every step of a path, so a dense line costs the square of its points: 6.6 s
// for 10,000 points of noise, 270 s for a million. The rasterizer below adds
// up signed areas in one pass over the pixels, whatever the number of points.
// The whole line is one coverage mask, so a translucent line has no darker
// spots where it crosses itself.
//
// Each segment is a quadrangle of its own and each outer side of a bend a
// wedge, all turning the same way: signed areas never cancel, and the mask is
// the union of the pieces.
type pen struct {
	ras    vector.Rasterizer
	bounds image.Rectangle
	half   float64
}

// fixedPointLimit is the largest size at which package vector counts in 23.9
// fixed point, which overflows when thousands of pieces lie over each other.
const fixedPointLimit = 512

func newPen(bounds image.Rectangle, width float64) *pen {
	p := &pen{bounds: bounds, half: width / 2}
	p.ras.Reset(max(bounds.Dx(), fixedPointLimit+1), bounds.Dy())
	return p
}

// ink draws the stroked lines. Most pixels of a mask are empty: passing over
// them costs a tenth of blending them.
func (p *pen) ink(dst *image.RGBA, col color.NRGBA) {
	mask := image.NewAlpha(p.ras.Bounds())
	p.ras.DrawOp = draw.Src
	p.ras.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	clip := p.bounds.Intersect(dst.Bounds())
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		row := mask.Pix[(y-p.bounds.Min.Y)*mask.Stride:][:clip.Max.X-p.bounds.Min.X]
		row = row[clip.Min.X-p.bounds.Min.X:]
		out := dst.Pix[dst.PixOffset(clip.Min.X, y):]
		for x := range row {
			m := uint32(row[x])
			if m == 0 {
				continue
			}
			m = m * uint32(col.A) // of 255²
			pix := out[4*x : 4*x+4]
			pix[0] = blend(pix[0], col.R, m)
			pix[1] = blend(pix[1], col.G, m)
			pix[2] = blend(pix[2], col.B, m)
		}
	}
}

// blend mixes m/255² of b into a. The canvas is opaque and stays so.
func blend(a, b uint8, m uint32) uint8 {
	const one = 255 * 255
	return uint8((uint32(a)*(one-m) + uint32(b)*m + one/2) / one)
}

func (p *pen) poly(points ...point) {
	ox, oy := float64(p.bounds.Min.X), float64(p.bounds.Min.Y)
	for i, q := range points {
		x, y := float32(q.x-ox), float32(q.y-oy)
		if i == 0 {
			p.ras.MoveTo(x, y)
		} else {
			p.ras.LineTo(x, y)
		}
	}
	p.ras.ClosePath()
}

// segment adds the quadrangle from a to b and returns the unit vector along
// it; ok is false for a segment too short to have a direction.
func (p *pen) segment(a, b point) (dir point, ok bool) {
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	if length < 1e-3 {
		return point{}, false
	}
	dir = point{dx / length, dy / length}
	nx, ny := -dir.y*p.half, dir.x*p.half
	p.poly(point{a.x + nx, a.y + ny}, point{a.x - nx, a.y - ny}, point{b.x - nx, b.y - ny}, point{b.x + nx, b.y + ny})
	return dir, true
}

// join fills the outer side of the bend at q between directions d and e with
// a round wedge.
func (p *pen) join(q, d, e point) {
	cross := d.x*e.y - d.y*e.x
	angle := math.Atan2(cross, d.x*e.x+d.y*e.y)
	if math.Abs(angle) < 0.05 {
		return // the gap is thinner than a hundredth of the line
	}
	// The outer side is left of a turn to the right and the other way round.
	side := -p.half
	if angle < 0 {
		side = p.half
	}
	from := math.Atan2(d.x*side, -d.y*side)
	steps := int(math.Ceil(math.Abs(angle) * math.Sqrt(p.half) / 0.8))
	wedge := []point{q}
	for i := range steps + 1 {
		sin, cos := math.Sincos(from + angle*float64(i)/float64(steps))
		wedge = append(wedge, point{q.x + p.half*cos, q.y + p.half*sin})
	}
	if angle < 0 {
		// Quadrangles and wedges must turn the same way on the screen.
		for i, j := 1, len(wedge)-1; i < j; i, j = i+1, j-1 {
			wedge[i], wedge[j] = wedge[j], wedge[i]
		}
	}
	p.poly(wedge...)
}

// line strokes an open line with projecting ends, matplotlib's default.
func (p *pen) line(points []point) {
	var last point // direction of the segment before
	started := false
	tail := point{}
	for i := 1; i < len(points); i++ {
		dir, ok := p.segment(points[i-1], points[i])
		if !ok {
			continue
		}
		if started {
			p.join(points[i-1], last, dir)
		} else {
			p.end(points[i-1], point{-dir.x, -dir.y})
		}
		last, started, tail = dir, true, points[i]
	}
	if started {
		p.end(tail, last)
	} else if len(points) > 0 {
		p.end(points[0], point{1, 0})
		p.end(points[0], point{-1, 0})
	}
}

// end projects the line half its width beyond q.
func (p *pen) end(q, dir point) {
	p.segment(q, point{q.x + dir.x*p.half, q.y + dir.y*p.half})
}

// dashes strokes the line in dashes and gaps of the given lengths, flat at
// their ends.
func (p *pen) dashes(points []point, dash []float64) {
	left, on, k := dash[0], true, 0
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length < 1e-3 {
			continue
		}
		for at := 0.0; at < length; {
			step := math.Min(left, length-at)
			if on {
				f, t := at/length, (at+step)/length
				p.segment(point{a.x + (b.x-a.x)*f, a.y + (b.y-a.y)*f}, point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t})
			}
			at += step
			if left -= step; left <= 1e-9 {
				k++
				left, on = dash[k%len(dash)], !on
			}
		}
	}
}
