package figure

import (
	"fmt"
	"math"
	"strings"
)

// network is the drawing of a dense network, layers from left to right.
type network struct {
	widths []int
	names  []string
}

// crowdedLayer is the number of units above which a layer is drawn with a gap.
const crowdedLayer = 12

// Network returns the drawing of a dense network: a column of units for each
// layer, the input on the left, its name and number of units under it, and the
// connections between neighbouring layers. A layer of more than 12 units is
// drawn with a gap. There must be a name and at least one unit for each layer.
func Network(size Inches, widths []int, names []string) *Figure {
	if len(widths) != len(names) {
		panic(fmt.Sprintf("figure: network of %d layers with %d names", len(widths), len(names)))
	}
	for i, w := range widths {
		if w < 1 {
			panic(fmt.Sprintf("figure: network with %d units in layer %q", w, names[i]))
		}
	}
	f := New(size)
	f.bare = true
	f.add(&network{widths, names})
	return f
}

func (n *network) filled() {}

func (n *network) style() Style { return Style{} }

func (n *network) text(*Figure) string {
	layers := make([]string, len(n.widths))
	weights := 0
	for i, w := range n.widths {
		layers[i] = fmt.Sprintf("%s %d", n.names[i], w)
		if i > 0 {
			weights += w * n.widths[i-1]
		}
	}
	return fmt.Sprintf("network: %s; %d connections", strings.Join(layers, ", "), weights)
}

// drawn returns how many units of a layer are drawn.
func drawn(width int) int { return min(width, crowdedLayer) }

// unit returns the place of the k-th drawn unit of a layer.
func (n *network) unit(layer, k int) (x, y float64) {
	d := drawn(n.widths[layer])
	y = float64(d-1)/2 - float64(k)
	if n.widths[layer] > crowdedLayer {
		// The gap for units that are not drawn is one unit high, in the middle.
		y += 0.5
		if k >= crowdedLayer/2 {
			y--
		}
	}
	return float64(layer), y
}

// reach returns half the number of units in the tallest layer as it is drawn:
// the drawing extends that far above and below its middle.
func (n *network) reach() float64 {
	most := 1
	for _, w := range n.widths {
		most = max(most, drawn(w))
		if w > crowdedLayer {
			most = crowdedLayer + 1
		}
	}
	return float64(most) / 2
}

func (n *network) limits(f *Figure) limits {
	if len(n.widths) == 0 {
		return limits{x: emptySpan, y: emptySpan}
	}
	// The names stand under the units and need the same room whatever the
	// number of units.
	r := n.reach()
	height := math.Max(f.size.Height*72-2*outerPad, 2*namesHeight)
	under := 2 * r * namesHeight / (height - namesHeight)
	return limits{x: span{-0.5, float64(len(n.widths)) - 0.5}, y: span{-r - under, r}, tight: true}
}

// Looks of the drawing: points and colours.
const (
	unitSize            = 18.0
	unitEdge            = 1.2
	wire          Color = "#B0B0B0"
	wireWidth           = 0.6
	innerUnit     Color = "#9ECAE1"
	outerUnit     Color = "#FDB462"
	unitLine      Color = "#3F3F3F"
	nameSize            = 11.0
	countSize           = 10.0
	namesHeight         = nameSize*1.2 + countSize + 6
	gapDots             = 3
	gapDotSize          = 3.0
	gapDotSpacing       = 0.22
)

func (n *network) colour(layer int) Color {
	if layer == 0 || layer == len(n.widths)-1 {
		return outerUnit
	}
	return innerUnit
}

// wires calls visit with both ends of each connection.
func (n *network) wires(visit func(x0, y0, x1, y1 float64)) {
	for layer := 1; layer < len(n.widths); layer++ {
		for i := range drawn(n.widths[layer-1]) {
			for k := range drawn(n.widths[layer]) {
				x0, y0 := n.unit(layer-1, i)
				x1, y1 := n.unit(layer, k)
				visit(x0, y0, x1, y1)
			}
		}
	}
}

// diameter returns the diameter of a unit in points where neighbours lie
// spacing points apart.
func diameter(spacing float64) float64 { return min(unitSize, 0.75*spacing) }

func (n *network) draw(p *panel) {
	c := p.c
	pen := newPen(p.pixels(), c.px(wireWidth))
	n.wires(func(x0, y0, x1, y1 float64) { pen.line([]point{p.point(x0, y0), p.point(x1, y1)}) })
	pen.ink(c.img, wire.rgba(1))
	size := c.px(diameter((p.axes.y.of(0) - p.axes.y.of(1)) * 72 / c.dpi))
	low := -n.reach()
	for layer, w := range n.widths {
		var at []point
		for k := range drawn(w) {
			at = append(at, p.point(n.unit(layer, k)))
		}
		c.discs(at, size, c.px(unitEdge), n.colour(layer).rgba(1), unitLine.rgba(1))
		if w > crowdedLayer {
			var dots []point
			for i := range gapDots {
				dots = append(dots, p.point(float64(layer), (float64(i)-1)*gapDotSpacing))
			}
			c.discs(dots, c.px(gapDotSize), 0, unitLine.rgba(1), unitLine.rgba(1))
		}
		under := p.point(float64(layer), low)
		text := p.ink(p.th.text)
		c.text(n.names[layer], point{under.x, under.y + c.px(nameSize)}, nameSize, align{0.5, 0}, 0, text)
		c.text(plural(w, "unit"), point{under.x, under.y + c.px(nameSize*1.2+countSize)}, countSize, align{0.5, 0}, 0, text)
	}
}

func (n *network) swatch(*panel, rect) {}

func (n *network) layers(s *spec) []any {
	if len(n.widths) == 0 {
		return nil
	}
	wires := newTable("x", "y", "x2", "y2")
	n.wires(func(x0, y0, x1, y1 float64) { wires.row(full(x0), full(y0), full(x1), full(y1)) })
	outer, inner := newTable("layer", "x", "y"), newTable("layer", "x", "y")
	dots, names := newTable("x", "y"), newTable("x", "y", "name", "units")
	for layer, w := range n.widths {
		units := inner
		if n.colour(layer) == outerUnit {
			units = outer
		}
		for k := range drawn(w) {
			x, y := n.unit(layer, k)
			units.row(n.names[layer], full(x), full(y))
		}
		if w > crowdedLayer {
			for i := range gapDots {
				dots.row(full(float64(layer)), full((float64(i)-1)*gapDotSpacing))
			}
		}
		names.row(full(float64(layer)), full(-n.reach()), n.names[layer], plural(w, "unit"))
	}
	place := func(more map[string]any) map[string]any {
		e := map[string]any{"x": s.x("x"), "y": s.y("y")}
		for key, v := range more {
			e[key] = v
		}
		return e
	}
	label := func(name string, size, dy float64) any {
		return s.layer(map[string]any{"type": "text", "fontSize": s.font(size), "dy": s.font(dy), "baseline": "bottom", "color": string(s.th.text)},
			names, Style{}, place(map[string]any{"text": map[string]any{"field": name, "type": "nominal"}}))
	}
	size := s.area(diameter((s.rows.of(1) - s.rows.of(0)) / s.perPoint))
	disc := func(t *table, col Color) any {
		return s.layer(map[string]any{"type": "point", "filled": true, "opacity": 1.0, "size": size, "color": string(col),
			"stroke": string(unitLine), "strokeWidth": s.px(unitEdge)}, t, Style{},
			place(map[string]any{"tooltip": map[string]any{"field": "layer", "type": "nominal"}}))
	}
	layers := []any{
		s.layer(map[string]any{"type": "rule", "color": string(wire), "strokeWidth": s.px(wireWidth)}, wires, Style{},
			place(map[string]any{"x2": field("x2"), "y2": field("y2")})),
		disc(outer, outerUnit),
	}
	if inner.rows > 0 {
		layers = append(layers, disc(inner, innerUnit))
	}
	if dots.rows > 0 {
		layers = append(layers, s.layer(map[string]any{"type": "point", "filled": true, "opacity": 1.0, "size": s.area(gapDotSize), "color": string(unitLine)},
			dots, Style{}, place(nil)))
	}
	return append(layers, label("name", nameSize, nameSize), label("units", countSize, nameSize*1.2+countSize))
}
