package figure

import (
	"fmt"
	"math"
	"strconv"
)

// Row returns the figures side by side as one figure. Its width is the sum of
// theirs, its height the largest. A figure that is itself a row or a grid
// counts as its panels.
func Row(figures ...*Figure) *Figure {
	return Grid(max(len(panelsOf(figures)), 1), figures...)
}

// Grid returns the figures as one figure of rows that have the given number of
// columns; the last row may be shorter. A column is as wide as its widest
// figure, a row as high as its highest, and the axes of a column or a row
// begin and end together. A figure that is itself a row or a grid counts as
// its panels.
func Grid(columns int, figures ...*Figure) *Figure {
	panels := panelsOf(figures)
	if len(panels) == 0 {
		panic("figure: a row of no figures")
	}
	if columns < 1 {
		panic(fmt.Sprintf("figure: a grid of %d columns", columns))
	}
	all := &Figure{}
	for from := 0; from < len(panels); from += columns {
		all.grid = append(all.grid, panels[from:min(from+columns, len(panels))])
	}
	widths, heights := all.tracks(func(f *Figure) (float64, float64) { return f.size.Width, f.size.Height })
	for _, w := range widths {
		all.size.Width += w
	}
	for _, h := range heights {
		all.size.Height += h
	}
	return all
}

func panelsOf(figures []*Figure) []*Figure {
	var all []*Figure
	for _, f := range figures {
		all = append(all, f.panels()...)
	}
	return all
}

// panels returns the figures to draw: those of a grid or the figure itself.
func (f *Figure) panels() []*Figure {
	if f.grid == nil {
		return []*Figure{f}
	}
	var all []*Figure
	for _, row := range f.grid {
		all = append(all, row...)
	}
	return all
}

// tracks returns the largest width of each column and the largest height of
// each row, of the panels' sizes as size returns them.
func (f *Figure) tracks(size func(panel *Figure) (width, height float64)) (widths, heights []float64) {
	widths, heights = make([]float64, len(f.grid[0])), make([]float64, len(f.grid))
	for r, row := range f.grid {
		for c, panel := range row {
			w, h := size(panel)
			widths[c], heights[r] = max(widths[c], w), max(heights[r], h)
		}
	}
	return widths, heights
}

// rooms calls visit for each panel with its row, its column and its room in
// inches from the upper left corner.
func (f *Figure) rooms(visit func(panel *Figure, row, column int, room rect)) {
	if f.grid == nil {
		visit(f, 0, 0, rect{0, 0, f.size.Width, f.size.Height})
		return
	}
	widths, heights := f.tracks(func(p *Figure) (float64, float64) { return p.size.Width, p.size.Height })
	y := 0.0
	for r, row := range f.grid {
		x := 0.0
		for c, panel := range row {
			visit(panel, r, c, rect{x, y, x + widths[c], y + heights[r]})
			x += widths[c]
		}
		y += heights[r]
	}
}

// drawPanels draws all panels of the figure.
func (f *Figure) drawPanels(c *canvas) {
	type placed struct {
		*panel
		row, column int
	}
	var all []placed
	bounds := c.img.Bounds()
	f.rooms(func(fig *Figure, row, column int, r rect) {
		to := func(inches float64, most int) float64 { return math.Min(math.Round(inches*c.dpi), float64(most)) }
		r = rect{to(r.x0, bounds.Max.X), to(r.y0, bounds.Max.Y), to(r.x1, bounds.Max.X), to(r.y1, bounds.Max.Y)}
		all = append(all, placed{&panel{c: c, f: fig, th: fig.theme(), axes: fig.axes(), room: r, box: r}, row, column})
	})
	for range 3 { // labels depend on the size of the box and it on them
		for _, p := range all {
			p.place()
		}
		for _, p := range all {
			for _, q := range all {
				if p.column == q.column {
					p.box.x0 = math.Max(p.box.x0, p.room.x0+q.box.x0-q.room.x0)
					p.box.x1 = math.Min(p.box.x1, p.room.x1+q.box.x1-q.room.x1)
				}
				if p.row == q.row {
					p.box.y0 = math.Max(p.box.y0, p.room.y0+q.box.y0-q.room.y0)
					p.box.y1 = math.Min(p.box.y1, p.room.y1+q.box.y1-q.room.y1)
				}
			}
			p.box.x1 = math.Max(p.box.x1, p.box.x0+10)
			p.box.y1 = math.Max(p.box.y1, p.box.y0+10)
		}
	}
	for _, p := range all {
		p.draw()
	}
}

const (
	spacing = 16 // pixels between two views of a specification
	outside = 20 // around all, with labels that reach beyond a view
)

// concatenate writes the panels into the specification top. A concatenation
// cannot be fitted to a size: room is left for labels and titles.
func (f *Figure) concatenate(top map[string]any, perPoint float64) {
	width, height := f.shown(widestVega)
	inches, rows := f.tracks(func(p *Figure) (float64, float64) { return p.size.Width, p.size.Height })
	besides, _ := f.tracks(func(p *Figure) (float64, float64) {
		return p.besides(perPoint, float64(height)*p.size.Height/f.size.Height-80*perPoint), 0
	})
	inside := float64(width - outside - spacing*(len(inches)-1))
	var views []any
	for r, row := range f.grid {
		for c, panel := range row {
			h := int(float64(height)*rows[r]/f.size.Height - 80*perPoint)
			w := int(inside*inches[c]/f.size.Width - besides[c])
			s := panel.newSpec(perPoint, max(w, 40), max(h, 40), "zoom"+strconv.Itoa(len(views)))
			view := s.view()
			view["width"], view["height"] = s.width, s.height
			views = append(views, view)
		}
	}
	if len(f.grid) == 1 {
		top["hconcat"] = views
	} else {
		top["concat"], top["columns"] = views, len(inches)
	}
	top["resolve"] = map[string]any{"scale": map[string]any{"color": "independent"}}
	top["spacing"] = spacing
	top["usermeta"] = map[string]any{"flowbook": map[string]any{"panels": f.panelRooms()}}
}

// panelRooms tells a page where the panels are in the picture, so that it can
// stack them where it is narrow: x, y, width and height in inches.
func (f *Figure) panelRooms() []any {
	var all []any
	f.rooms(func(_ *Figure, _, _ int, r rect) {
		all = append(all, []any{round3(r.x0), round3(r.y0), round3(r.width()), round3(r.height())})
	})
	return all
}

// besides returns how many pixels the y axis takes beside a view of the given
// height. A reader's font may be wider than the picture's by a sixth, as
// DejaVu Sans is.
func (f *Figure) besides(perPoint, height float64) float64 {
	th := f.theme()
	ticks, _ := f.yTicks(f.axes(), th, height*0.9/perPoint)
	labels := 0.0
	for _, t := range ticks {
		labels = math.Max(labels, textWidth(t.label, fontSize(th.tickSize, perPoint)))
	}
	room := labels*7/6 + 6
	if f.YLabel != "" {
		room += 1.3*fontSize(th.labelSize, perPoint) + 4
	}
	return room
}
