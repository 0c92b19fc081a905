package figure

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
)

// maxPixels bounds the memory of a picture: 400 MB.
const maxPixels = 100e6

// PNG returns the figure as a PNG file of the given resolution in pixels an
// inch, which the file states. The same figure gives the same bytes.
func (f *Figure) PNG(dpi int) ([]byte, error) {
	img, err := f.image(dpi)
	if err != nil {
		return nil, err
	}
	return encodePNG(img, dpi)
}

// image draws the figure.
func (f *Figure) image(dpi int) (*image.RGBA, error) {
	if dpi < 10 || dpi > 2400 {
		return nil, fmt.Errorf("figure: %d pixels an inch are not between 10 and 2400", dpi)
	}
	if n := f.size.Width * f.size.Height * float64(dpi) * float64(dpi); n > maxPixels {
		return nil, fmt.Errorf("figure: %g x %g in at %d pixels an inch are %.0f million pixels, more than 100", f.size.Width, f.size.Height, dpi, n/1e6)
	}
	c := newCanvas(f.size, dpi)
	f.drawPanels(c)
	return c.img, nil
}

// encodePNG writes a picture with a pHYs chunk that states its resolution. A canvas begins white, so
// all of it is opaque.
func encodePNG(img *image.RGBA, dpi int) ([]byte, error) {
	var buf bytes.Buffer
	if err := encodeRGB(&buf, img, uint32(math.Round(float64(dpi)/0.0254))); err != nil {
		return nil, fmt.Errorf("figure: %w", err)
	}
	return buf.Bytes(), nil
}

// SavePNG writes the figure to a PNG file of the given resolution, making its
// folder if need be. The file is replaced as a whole or not at all.
func (f *Figure) SavePNG(path string, dpi int) error {
	file, err := f.PNG(dpi)
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	if err := atomicfile.Write(path, file, 0o666); err != nil {
		return fmt.Errorf("save %s: %w", path, atomicfile.Reason(err))
	}
	return nil
}
