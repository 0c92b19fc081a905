package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math"
	"strings"

	"flowbook/tools/notebook"
)

// Bounds of a picture that is cut into its panels; a larger one stays whole.
const (
	mostPanels = 16
	mostPixels = 40e6
)

// panels cuts a figure of several panels into them, row by row, so that a narrow page can stack
// them. Package figure says in the Vega-Lite form where they are. It returns nil for any other
// picture.
func panels(o *notebook.Output, data string, n int) []string {
	var spec struct {
		Usermeta struct {
			Flowbook struct{ Panels [][]float64 }
		}
	}
	raw := o.Data.Get("application/vnd.vegalite.v5+json")
	if raw == nil || json.Unmarshal(raw, &spec) != nil {
		return nil
	}
	rooms := spec.Usermeta.Flowbook.Panels // x, y, width, height in inches
	if len(rooms) < 2 || len(rooms) > mostPanels {
		return nil
	}
	img, width, height := decodePanels(data, rooms)
	if img == nil {
		return nil
	}
	alt, _ := o.Data.Text("text/plain")
	if alt = oneLine(alt); alt == "" {
		alt = fmt.Sprintf("Output %d", n)
	}
	shown := shownWidth(o, img.Bounds().Dx())
	var rows []string
	top := math.Inf(-1)
	for i, room := range rooms {
		edge := func(inches, of float64, most int) int { return int(math.Round(inches / of * float64(most))) }
		b := img.Bounds()
		r := image.Rect(edge(room[0], width, b.Dx()), edge(room[1], height, b.Dy()),
			edge(room[0]+room[2], width, b.Dx()), edge(room[1]+room[3], height, b.Dy()))
		var file bytes.Buffer
		if r.Empty() || png.Encode(&file, img.SubImage(r)) != nil {
			return nil
		}
		text := fmt.Sprintf(`<img src="data:image/png;base64,%s" width="%.0f" height="%.0f" alt="%s">`,
			base64.StdEncoding.EncodeToString(file.Bytes()), shown*float64(r.Dx()), shown*float64(r.Dy()), escape(shorten(alt, 300)))
		alt = fmt.Sprintf("Panel %d of %d", i+2, len(rooms)) // of the next one
		if room[1] > top {
			rows, top = append(rows, ""), room[1]
		}
		rows[len(rows)-1] += text
	}
	return rows
}

// decodePanels returns the picture and its size in inches, nil if the rooms are none of its parts.
func decodePanels(data string, rooms [][]float64) (img interface {
	image.Image
	SubImage(image.Rectangle) image.Image
}, width, height float64) {
	for _, r := range rooms {
		if len(r) != 4 || !(r[0] >= 0 && r[1] >= 0 && r[2] > 0 && r[3] > 0 && r[0]+r[2] < 1e4 && r[1]+r[3] < 1e4) {
			return nil, 0, 0
		}
		width, height = max(width, r[0]+r[2]), max(height, r[1]+r[3])
	}
	file, err := base64.StdEncoding.DecodeString(unspaced(data))
	if err != nil {
		return nil, 0, 0
	}
	c, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || float64(c.Width)*float64(c.Height) > mostPixels {
		return nil, 0, 0
	}
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, 0, 0
	}
	img, _ = decoded.(interface {
		image.Image
		SubImage(image.Rectangle) image.Image
	})
	return img, width, height
}

// shownWidth is how many pixels of the page a pixel of the picture takes.
func shownWidth(o *notebook.Output, width int) float64 {
	var metadata map[string]struct{ Width float64 }
	if json.Unmarshal(o.Metadata, &metadata) == nil {
		if w := metadata["image/png"].Width; w >= 1 && w < 1e5 {
			return w / float64(width)
		}
	}
	return 1
}

// panelFigure is figure for a picture cut into panels.
func (m *markdown) panelFigure(rows []string, n int) string {
	id := fmt.Sprintf("%s-figure-%d", m.cell, n)
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="figure panels" id="%s"><a class="open" href="#%s" title="Full size">`, id, id)
	for _, row := range rows {
		b.WriteString(`<span class="row">` + row + `</span>`)
	}
	fmt.Fprintf(&b, `</a><a class="close" href="#%s" aria-label="Back to the page">×</a></div>`, m.cell)
	return b.String()
}
