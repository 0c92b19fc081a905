package figure

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a file of testdata with got, or writes it with -update.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is missing: run go test -run %s -update", path, t.Name())
	}
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// Every mark looks as in its golden picture. Rounding differs between
// processors, so a few pixels may differ a little.
func TestGoldenPNG(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			file, err := s.fig.PNG(screenDPI)
			if err != nil {
				t.Fatal(err)
			}
			want, err := png.Decode(bytes.NewReader(golden(t, s.name+".png", file)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := png.Decode(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if err := alike(want, got); err != nil {
				path := filepath.Join(t.ArtifactDir(), s.name+".png")
				if e := os.WriteFile(path, file, 0o644); e != nil {
					t.Error(e)
				}
				t.Errorf("%v; the new picture is %s", err, path)
			}
		})
	}
}

// alike returns an error if more than one pixel in a thousand differs by more
// than a tenth, or any size differs.
func alike(want, got image.Image) error {
	if want.Bounds() != got.Bounds() {
		return fmt.Errorf("the picture is %v, want %v", got.Bounds(), want.Bounds())
	}
	const tolerance, share = 26, 0.001
	b := want.Bounds()
	different := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			p := color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
			if far(p.R, q.R, tolerance) || far(p.G, q.G, tolerance) || far(p.B, q.B, tolerance) {
				different++
			}
		}
	}
	if float64(different) > share*float64(b.Dx()*b.Dy()) {
		return fmt.Errorf("%d of %d pixels differ", different, b.Dx()*b.Dy())
	}
	return nil
}

func far(a, b uint8, tolerance int) bool {
	d := int(a) - int(b)
	return d > tolerance || -d > tolerance
}

// A shifted line or a missing marker must be seen by alike.
func TestAlikeSees(t *testing.T) {
	draw := func(y float64) image.Image {
		f := New(Size(4, 2.5))
		f.Line(nil, []float64{0, y, 10}, Style{Marker: 6})
		img, err := f.image(screenDPI)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	if err := alike(draw(5), draw(5)); err != nil {
		t.Error("the same figure twice:", err)
	}
	if alike(draw(5), draw(5.4)) == nil {
		t.Error("a marker that moved is not seen")
	}
}

// Every mark's specification and text are as in the golden files.
func TestGoldenSpec(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			file, err := json.MarshalIndent(s.fig.Spec(), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			got := append(file, '\n')
			if diff := cmp.Diff(string(golden(t, s.name+".json", got)), string(got)); diff != "" {
				t.Error("specification (-want +got)\n" + diff)
			}
			text := []byte(s.fig.String() + "\n")
			if diff := cmp.Diff(string(golden(t, s.name+".txt", text)), string(text)); diff != "" {
				t.Error("text (-want +got)\n" + diff)
			}
		})
	}
}
