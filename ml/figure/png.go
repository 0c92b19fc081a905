package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
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

// encodePNG writes the picture with a pHYs chunk that states its resolution.
func encodePNG(img image.Image, dpi int) ([]byte, error) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("figure: %w", err)
	}
	file := buf.Bytes()
	// The pHYs chunk comes after the signature (8 bytes) and the header chunk
	// (25).
	const header = 8 + 25
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	out := make([]byte, 0, len(file)+len(chunk))
	out = append(out, file[:header]...)
	out = append(out, chunk...)
	return append(out, file[header:]...), nil
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
