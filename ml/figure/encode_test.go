package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

// withoutResolution takes the pHYs chunk, which package png does not write, from after the header.
func withoutResolution(t *testing.T, file []byte) []byte {
	t.Helper()
	const header, chunk = 8 + 25, 12 + 9
	if len(file) < header+chunk || string(file[header+4:header+8]) != "pHYs" {
		t.Fatal("no pHYs chunk after the header")
	}
	return append(bytes.Clone(file[:header]), file[header+chunk:]...)
}

// The files are those of package png, to the byte: each filter is taken where it takes it, and the
// compressed stream is cut where it cuts it.
func TestEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := map[string]func(x, y int) color.RGBA{
		"white": func(int, int) color.RGBA { return color.RGBA{255, 255, 255, 255} },
		"noise": func(int, int) color.RGBA {
			return color.RGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		},
		"slope":    func(x, y int) color.RGBA { return color.RGBA{byte(3 * x), byte(2*x + 5*y), byte(y * y), 255} },
		"columns":  func(x, _ int) color.RGBA { return color.RGBA{byte(x * x * 7), byte(x * 91), byte(x), 255} },
		"rows":     func(_, y int) color.RGBA { return color.RGBA{byte(y * 57), byte(y), byte(y * y), 255} },
		"diagonal": func(x, y int) color.RGBA { return color.RGBA{byte((x + y) * 31), byte((x - y) * 77), byte(x ^ y), 255} },
		"faint": func(x, y int) color.RGBA {
			return color.RGBA{byte(128 + r.IntN(3)), byte(x/9 + r.IntN(2)), byte(y / 7), 255}
		},
	}
	taken := map[byte]bool{}
	for kind, at := range kinds {
		for _, size := range []image.Point{{1, 1}, {1, 9}, {7, 1}, {64, 33}, {301, 257}} {
			img := image.NewRGBA(image.Rectangle{Max: size})
			for y := range size.Y {
				for x := range size.X {
					img.SetRGBA(x, y, at(x, y))
				}
			}
			var want bytes.Buffer
			if err := png.Encode(&want, img); err != nil {
				t.Fatal(err)
			}
			got, err := encodePNG(img, 100)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(withoutResolution(t, got), want.Bytes()) {
				t.Errorf("%s, %v: the file is not that of package png", kind, size)
			}
			free, rows := make(chan []byte, 1), make(chan []byte)
			free <- nil
			go filterRows(img, free, rows)
			for row := range rows {
				taken[row[0]] = true
				free <- row
			}
		}
	}
	for filter := range byte(5) {
		if !taken[filter] {
			t.Errorf("no row takes filter %d: the pictures are too alike", filter)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, kind := range []string{"peaks", "noise"} {
		f := New(Size(18, 8))
		x, y := benchData(kind, 10_000)
		f.Line(x, y, Style{Color: RoyalBlue, Width: 2, Marker: 8, Label: "line"})
		img, err := f.image(100)
		if err != nil {
			b.Fatal(err)
		}
		for name, encode := range map[string]func() error{
			"ours": func() error { _, err := encodePNG(img, 100); return err },
			"png":  func() error { return png.Encode(new(bytes.Buffer), img) },
		} {
			b.Run(fmt.Sprintf("data=%s/by=%s", kind, name), func(b *testing.B) {
				for b.Loop() {
					if err := encode(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
