package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// point is a place on the canvas: pixels from the upper left corner.
type point struct{ x, y float64 }

// rect is a rectangle on the canvas, y0 above y1.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) width() float64  { return r.x1 - r.x0 }
func (r rect) height() float64 { return r.y1 - r.y0 }

// canvas draws on an image through gonum's vg layer, in pixels with y down.
// Text, frames, bars and boxes are vg paths; long lines and clouds of markers
// go straight to the pixels (stroke.go, disc.go).
type canvas struct {
	vg  *vgimg.Canvas
	img *image.RGBA
	dpi float64
	h   float64 // height in pixels

	window *rect // the part that may be drawn on, nil for all
}

func newCanvas(size Inches, dpi int) *canvas {
	c := vgimg.NewWith(
		vgimg.UseWH(vg.Length(size.Width)*vg.Inch, vg.Length(size.Height)*vg.Inch),
		vgimg.UseDPI(dpi))
	img := c.Image().(*image.RGBA)
	return &canvas{vg: c, img: img, dpi: float64(dpi), h: float64(img.Bounds().Dy())}
}

// px converts points to pixels.
func (c *canvas) px(pt float64) float64 { return pt * c.dpi / 72 }

// at converts a place to vg's, which counts from the lower left.
func (c *canvas) at(p point) vg.Point {
	return vg.Point{
		X: vg.Length(p.x * 72 / c.dpi),
		Y: vg.Length((c.h - p.y) * 72 / c.dpi),
	}
}

func (c *canvas) polygon(points []point) vg.Path {
	var path vg.Path
	for i, p := range points {
		if i == 0 {
			path.Move(c.at(p))
		} else {
			path.Line(c.at(p))
		}
	}
	path.Close()
	return path
}

func (c *canvas) fill(points []point, col color.Color) {
	c.vg.SetColor(col)
	c.vg.Fill(c.polygon(points))
}

func (c *canvas) fillRect(r rect, col color.Color) {
	r, ok := c.clip(r)
	if !ok {
		return
	}
	c.fill([]point{{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}}, col)
}

// strokeRect draws the outline of a rectangle, a line of width px pixels
// centred on it.
func (c *canvas) strokeRect(r rect, width float64, col color.Color) {
	r, ok := c.clip(r)
	if !ok {
		return
	}
	c.vg.SetColor(col)
	c.vg.SetLineWidth(vg.Length(width * 72 / c.dpi))
	c.vg.SetLineDash(nil, 0)
	c.vg.Stroke(c.polygon([]point{{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}}))
}

// clip returns the parts that lie on the canvas or close beside it: gonum's
// rasterizer visits every pixel of a path, even outside the canvas.
func (c *canvas) clip(r rect) (rect, bool) {
	const beside = 64
	b := c.img.Bounds()
	if w := c.window; w != nil {
		r.x0, r.x1 = math.Max(r.x0, w.x0), math.Min(r.x1, w.x1)
		r.y0, r.y1 = math.Max(r.y0, w.y0), math.Min(r.y1, w.y1)
	}
	r.x0, r.x1 = math.Max(r.x0, -beside), math.Min(r.x1, float64(b.Dx())+beside)
	r.y0, r.y1 = math.Max(r.y0, -beside), math.Min(r.y1, float64(b.Dy())+beside)
	return r, r.x0 < r.x1 && r.y0 < r.y1 // false also for values that are no numbers
}

// roundRect returns the path of a rectangle with corners of the given radius.
func (c *canvas) roundRect(r rect, radius float64) vg.Path {
	const steps = 6
	corners := []struct{ x, y, from float64 }{
		{r.x1 - radius, r.y0 + radius, -math.Pi / 2},
		{r.x1 - radius, r.y1 - radius, 0},
		{r.x0 + radius, r.y1 - radius, math.Pi / 2},
		{r.x0 + radius, r.y0 + radius, math.Pi},
	}
	var points []point
	for _, corner := range corners {
		for i := range steps + 1 {
			sin, cos := math.Sincos(corner.from + float64(i)*math.Pi/2/steps)
			points = append(points, point{corner.x + radius*cos, corner.y + radius*sin})
		}
	}
	return c.polygon(points)
}

// hline draws a horizontal line snapped to pixels, as matplotlib does, so that
// grids and frames are not blurred. dash, if any, is in pixels.
func (c *canvas) hline(x0, x1, y, width float64, dash []float64, col color.NRGBA) {
	w := math.Max(1, math.Round(width))
	top := snap(y, w)
	c.dashed(x0, x1, dash, func(a, b float64) { c.fillRect(rect{a, top, b, top + w}, col) })
}

// vline is hline for a vertical line.
func (c *canvas) vline(x, y0, y1, width float64, dash []float64, col color.NRGBA) {
	w := math.Max(1, math.Round(width))
	left := snap(x, w)
	// Dashes start at the lower end.
	c.dashed(0, y1-y0, dash, func(a, b float64) { c.fillRect(rect{left, y1 - b, left + w, y1 - a}, col) })
}

// snap returns the edge of a line of w whole pixels around v that lies on a
// pixel border.
func snap(v, w float64) float64 { return math.Round(v - w/2) }

func (c *canvas) dashed(from, to float64, dash []float64, stroke func(a, b float64)) {
	if len(dash) == 0 {
		stroke(from, to)
		return
	}
	for a, i := from, 0; a < to; i++ {
		b := math.Min(a+dash[i%len(dash)], to)
		if i%2 == 0 {
			stroke(a, b)
		}
		a = b
	}
}

// dashOf returns the dash pattern in pixels of a line width px pixels wide:
// matplotlib's "--", 3.7 and 1.6 widths.
func dashOf(on bool, width float64) []float64 {
	if !on {
		return nil
	}
	return []float64{3.7 * width, 1.6 * width}
}

// pixels returns the whole pixels around r with some room for line widths.
func (r rect) pixels() image.Rectangle {
	const away = 8
	return image.Rect(int(r.x0)-away, int(r.y0)-away, int(r.x1)+away, int(r.y1)+away)
}
