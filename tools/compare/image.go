package compare

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"strings"

	"flowbook/tools/notebook"
)

// seen is the difference of a colour channel, of 65535, from which on a pixel differs for the eye:
// another version of a font renderer or another processor's rounding stays below.
const seen = 65535 / 12

// usualPixels is the size from which on a picture is not decoded: a file of a few kB can claim any
// size.
const usualPixels = 50_000_000

// image compares two PNGs by their pixels.
func (c Rules) image(name string, was, is *notebook.Output) []string {
	if one, _ := was.Data.Text("image/png"); one != "" {
		if other, ok := is.Data.Text("image/png"); ok && one == other {
			return nil
		}
	}
	a, err := c.decodePNG(was)
	if err != nil {
		return []string{fmt.Sprintf("%s: the stored one: %v\n", name, err)}
	}
	b, err := c.decodePNG(is)
	if err != nil {
		return []string{fmt.Sprintf("%s: the new one: %v\n", name, err)}
	}
	if a.Bounds().Size() != b.Bounds().Size() {
		return []string{fmt.Sprintf("%s: was %s, is %s pixels\n", name, size(a), size(b))}
	}
	if share := differing(a, b); share > c.Pixels {
		return []string{fmt.Sprintf("%s: %.2f %% of %s pixels differ, %.2f %% may\n", name, 100*share, size(a), 100*c.Pixels)}
	}
	return nil
}

func (c Rules) decodePNG(o *notebook.Output) (image.Image, error) {
	text, ok := o.Data.Text("image/png")
	if !ok {
		return nil, fmt.Errorf("the image/png data is not text")
	}
	text = strings.NewReplacer("\n", "", "\r", "").Replace(text)
	head, err := png.DecodeConfig(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		return nil, err
	}
	most := cmp.Or(c.MostPixels, usualPixels)
	if pixels := int64(head.Width) * int64(head.Height); pixels > most {
		return nil, fmt.Errorf("%d x %d pixels are more than the %d million that are compared", head.Width, head.Height, most/1_000_000)
	}
	return png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
}

func size(img image.Image) string {
	return fmt.Sprintf("%d x %d", img.Bounds().Dx(), img.Bounds().Dy())
}

// differing is the share of pixels that differ visibly in two images of the same size.
func differing(a, b image.Image) float64 {
	ab, bb := a.Bounds(), b.Bounds()
	n := 0
	for y := range ab.Dy() {
		for x := range ab.Dx() {
			r1, g1, b1, a1 := a.At(ab.Min.X+x, ab.Min.Y+y).RGBA()
			r2, g2, b2, a2 := b.At(bb.Min.X+x, bb.Min.Y+y).RGBA()
			if apart(r1, r2) || apart(g1, g2) || apart(b1, b2) || apart(a1, a2) {
				n++
			}
		}
	}
	if total := ab.Dx() * ab.Dy(); total > 0 {
		return float64(n) / float64(total)
	}
	return 0
}

func apart(a, b uint32) bool { return max(a, b)-min(a, b) > seen }
