package figure

import (
	"fmt"
	"image/color"
	"math"
	"sort"
	"strings"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
)

// Liberation Sans has the metrics of Arial, which the originals use, and all
// Slovak letters. It is parsed at the first text.
var typeface = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(liberationsansregular.TTF)
	if err != nil {
		panic(fmt.Sprintf("figure: the embedded font: %v", err))
	}
	return f
})

// Proportions of Liberation Sans in sizes: capitals and digits reach up
// capHeight, the longest letters hang down descent.
const (
	capHeight = 0.729
	descent   = 0.212
)

// super switches the rest of a text to superscript. The font has no glyphs for
// superscript 0, 9 and minus, which the labels of a logarithmic axis need.
const super = '\ue000'

const (
	superSize = 0.7
	superRise = 0.38
)

// glyph is the outline of a letter in units of the font size, y down.
type glyph struct {
	index    sfnt.GlyphIndex
	advance  float64
	segments []sfnt.Segment
}

var glyphs = struct {
	sync.Mutex
	buf    sfnt.Buffer
	byRune map[rune]glyph
}{byRune: map[rune]glyph{}}

// runs calls visit for each letter with its offset along the baseline and its
// scale and rise in font sizes, and returns the advance of the whole text.
func runs(text string, visit func(g glyph, x, scale, rise float64)) float64 {
	glyphs.Lock()
	defer glyphs.Unlock()
	f := typeface()
	em := fixed.Int26_6(f.UnitsPerEm())
	unit := 1 / float64(em)
	x, scale, rise := 0.0, 1.0, 0.0
	previous := sfnt.GlyphIndex(0)
	for _, r := range text {
		if r == super {
			scale, rise, previous = superSize, superRise, 0
			continue
		}
		g, ok := glyphs.byRune[r]
		if !ok {
			g.index, _ = f.GlyphIndex(&glyphs.buf, r) // 0, the empty box, for letters that the font lacks
			if advance, err := f.GlyphAdvance(&glyphs.buf, g.index, em, font.HintingNone); err == nil {
				g.advance = float64(advance) * unit
			}
			if segments, err := f.LoadGlyph(&glyphs.buf, g.index, em, nil); err == nil {
				g.segments = append(g.segments, segments...)
			}
			glyphs.byRune[r] = g
		}
		if previous != 0 {
			if kern, err := f.Kern(&glyphs.buf, previous, g.index, em, font.HintingNone); err == nil {
				x += float64(kern) * unit * scale
			}
		}
		if visit != nil {
			visit(g, x, scale, rise)
		}
		x += g.advance * scale
		previous = g.index
	}
	return x
}

// textWidth returns the width in points of a line of the given size.
func textWidth(text string, size float64) float64 { return runs(text, nil) * size }

// align says which point of a text is placed: 0 is its left or baseline, 0.5
// the middle, 1 the right or the top of capitals.
type align struct{ h, v float64 }

// text draws a line of the given size in points, turned by angle degrees
// counter-clockwise around p.
func (c *canvas) text(s string, p point, size float64, a align, angle float64, col color.Color) {
	if _, ok := c.clip(rect{p.x, p.y, p.x + 1, p.y + 1}); !ok || strings.TrimSpace(s) == "" {
		return
	}
	em := c.px(size)
	sin, cos := math.Sincos(angle * math.Pi / 180)
	dx, dy := -a.h*runs(s, nil)*em, a.v*capHeight*em
	place := func(x, y float64) vg.Point { // x to the right of the anchor, y below it, before the rotation
		x, y = x+dx, y+dy
		return c.at(point{p.x + x*cos + y*sin, p.y - x*sin + y*cos})
	}
	var path vg.Path
	unit := 1 / float64(typeface().UnitsPerEm())
	runs(s, func(g glyph, x, scale, rise float64) {
		to := func(q fixed.Point26_6) vg.Point {
			return place((x+float64(q.X)*unit*scale)*em, (float64(q.Y)*unit*scale-rise)*em)
		}
		for _, seg := range g.segments {
			switch seg.Op {
			case sfnt.SegmentOpMoveTo:
				path.Move(to(seg.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(to(seg.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(to(seg.Args[0]), to(seg.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(to(seg.Args[0]), to(seg.Args[1]), to(seg.Args[2]))
			}
		}
	})
	c.vg.SetColor(col)
	c.vg.Fill(path)
}

// shorten cuts a text to the given width in points and ends it with an
// ellipsis; a text that fits stays as it is.
func shorten(text string, size, width float64) string {
	if textWidth(text, size) <= width {
		return text
	}
	letters := []rune(text)
	n := sort.Search(len(letters), func(n int) bool { return textWidth(string(letters[:n])+"…", size) > width })
	return strings.TrimSpace(string(letters[:max(n-1, 0)])) + "…"
}

// oneLine is a text without line ends: only titles and annotations have room
// for several lines.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// withoutGlyph returns the letters of the figure's texts that the font lacks,
// each once.
func (f *Figure) withoutGlyph() string {
	texts := []string{f.Title, f.XLabel, f.YLabel, f.Note}
	for _, m := range f.marks {
		l := m.limits(f)
		texts = append(append(append(texts, m.style().Label), l.xNames...), l.yNames...)
		if a, ok := m.(*callout); ok {
			texts = append(texts, a.lines...)
		}
	}
	glyphs.Lock()
	defer glyphs.Unlock()
	seen := map[rune]bool{}
	var lost []rune
	for _, r := range strings.Join(texts, "") {
		if index, err := typeface().GlyphIndex(&glyphs.buf, r); err == nil && index == 0 && !seen[r] && r >= ' ' && r != super {
			seen[r] = true
			lost = append(lost, r)
		}
	}
	return string(lost)
}
