package figure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ExampleFigure_String() {
	fig := New(Size(12, 7))
	fig.Title, fig.XLabel, fig.YLabel = "Training", "Epoch", "Loss"
	fig.Line(nil, []float64{0.24, 0.11, 0.05, math.NaN()}, Style{Color: RoyalBlue, Label: "Training error"})
	fig.VLine(2, Style{Color: Tomato, Dash: true, Label: "best"})
	fmt.Println(fig)
	// Output:
	// Figure 12 x 7 in: Training
	//   axes: x "Epoch", y "Loss"
	//   line "Training error": 4 points, x 0 to 2, y 0.05 to 0.24, 1 left out (not finite, or not above zero on a log axis)
	//   rule "best": x 2
}

func ExampleRow() {
	left, right := New(Size(10, 6)), New(Size(10, 6))
	left.Title, right.Title = "Left", "Right"
	left.Scatter([]float64{1, 2}, []float64{3, 4}, Style{})
	right.Bars([]string{"TLS", "DNS"}, []float64{5, 2}, Style{})
	fmt.Println(Row(left, right))
	// Output:
	// Figure 20 x 6 in: 2 panels
	//   Figure 10 x 6 in: Left
	//     scatter: 2 points, x 1 to 2, y 3 to 4
	//   Figure 10 x 6 in: Right
	//     bars: 2 categories, 2 to 5, highest "TLS"
}

func ExampleGrid() {
	var panels []*Figure
	for _, title := range []string{"a", "b", "c", "d"} {
		panel := New(Size(5, 4))
		panel.Title = title
		panels = append(panels, panel)
	}
	fmt.Println(strings.SplitN(Grid(2, panels...).String(), "\n", 2)[0])
	// Output: Figure 10 x 8 in: 4 panels in 2 rows
}

func ExampleGroups() {
	applications := []string{"TLS", "DNS", "TLS"}
	packets, bytes := []float64{10, 2, 12}, []float64{900, 120, 1100}
	fig := New(Size(8, 5))
	for _, g := range Groups(applications) {
		fig.Scatter(g.Of(packets), g.Of(bytes), Style{Label: g.Name})
	}
	fmt.Println(fig)
	// Output:
	// Figure 8 x 5 in
	//   scatter "TLS": 2 points, x 10 to 12, y 900 to 1100
	//   scatter "DNS": 1 point, x 2, y 120
}

func ExampleFigure_Annotate() {
	fig := New(Size(8, 5))
	fig.Line(nil, []float64{1, 227664, 3}, Style{})
	fig.Annotate(1, 227664, "largest flow", Callout{Right: 30, Up: -10, Arrow: true})
	fmt.Println(fig)
	// Output:
	// Figure 8 x 5 in
	//   line: 3 points, x 0 to 2, y 1 to 227664
	//   annotation "largest flow": x 1, y 227664
}

func ExampleMeanByX() {
	// Two flows share the second 3: the line goes through their mean.
	fmt.Println(MeanByX([]float64{3, 1, 3}, []float64{10, 5, 20}))
	// Output: [1 3] [5 15]
}

func ExampleNetwork() {
	fig := Network(Size(10, 5), []int{1, 8, 4, 2, 4, 8, 1},
		[]string{"input", "dense", "dense", "code", "dense", "dense", "output"})
	fmt.Println(fig)
	// Output:
	// Figure 10 x 5 in
	//   network: input 1, dense 8, dense 4, code 2, dense 4, dense 8, output 1; 96 connections
}

func ExampleFigure_SavePNG() {
	fig := New(Size(10, 8))
	fig.Look = Matplotlib
	fig.XSlant = 45
	fig.Bars([]string{"TLS.Telegram", "ICMP"}, []float64{2710, 1234}, Style{})
	dir, err := os.MkdirTemp("", "figure")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "figures", "protocols.png")
	if err := fig.SavePNG(path, 300); err != nil {
		fmt.Println(err)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	c, err := png.DecodeConfig(file)
	fmt.Println(c.Width, c.Height, err)
	// Output: 3000 2400 <nil>
}

func TestBundle(t *testing.T) {
	for _, s := range samples() {
		b := s.fig.Bundle()
		var kinds []string
		for kind := range b {
			kinds = append(kinds, kind)
		}
		slices.Sort(kinds)
		want := []string{"application/vnd.vegalite.v5+json", "image/png", "text/plain"}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("%s: MIME types (-want +got)\n%s", s.name, diff)
		}
	}
	wide := New(Size(18, 8))
	want := map[string]any{"image/png": map[string]any{"width": 900, "height": 400}}
	if diff := cmp.Diff(want, wide.Metadata()); diff != "" {
		t.Error("metadata (-want +got)\n" + diff)
	}
}

// A notebook run twice must not change: the same figure gives the same bytes.
func TestDeterministic(t *testing.T) {
	a, b := samples(), samples()
	for i := range a {
		if diff := cmp.Diff(a[i].fig.Bundle(), b[i].fig.Bundle()); diff != "" {
			t.Errorf("%s differs from its second drawing", a[i].name)
		}
	}
}

func TestPNGStatesResolution(t *testing.T) {
	fig := New(Size(4, 3))
	for _, dpi := range []int{72, 100, 300} {
		file, err := fig.PNG(dpi)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(file, []byte("pHYs"))
		if at < 0 || at > bytes.Index(file, []byte("IDAT")) {
			t.Fatalf("%d: no pHYs chunk before the pixels", dpi)
		}
		perMetre := binary.BigEndian.Uint32(file[at+4:])
		if got := float64(perMetre) * 0.0254; math.Abs(got-float64(dpi)) > 0.02 || file[at+12] != 1 {
			t.Errorf("the file says %g pixels an inch, want %d", got, dpi)
		}
		img, err := png.Decode(bytes.NewReader(file)) // also checks the chunk's checksum
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); got.X != 4*dpi || got.Y != 3*dpi {
			t.Errorf("%d pixels an inch: the picture is %v", dpi, got)
		}
	}
}

func TestSavePNGFails(t *testing.T) {
	fig := New(Size(4, 3))
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := fig.SavePNG(filepath.Join(file, "x.png"), 100); err == nil || !strings.Contains(err.Error(), "save "+file) {
		t.Errorf("a folder that is a file: %v", err)
	}
	if err := fig.SavePNG(filepath.Join(dir, "x.png"), 0); err == nil || !strings.Contains(err.Error(), "0 pixels an inch") {
		t.Errorf("no resolution: %v", err)
	}
	if err := New(Size(100, 100)).SavePNG(filepath.Join(dir, "x.png"), 300); err == nil || !strings.Contains(err.Error(), "more than 100") {
		t.Errorf("a picture of 900 million pixels: %v", err)
	}
	// A failed save leaves the old file and no temporary one.
	old := filepath.Join(dir, "old.png")
	if err := os.Mkdir(old, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := fig.SavePNG(old, 100); err == nil {
		t.Error("a folder is replaced by a picture")
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 {
		t.Errorf("the folder holds %v", left)
	}
	if runtime.GOOS != "windows" && os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if err := fig.SavePNG(filepath.Join(dir, "x.png"), 100); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("a folder that cannot be written to: %v", err)
		}
	}
}

// hard are values that break drawing code.
var hard = []float64{
	0, 1, -1, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, 1e-300, 1e300, 1e18, 1658902704700, math.Copysign(0, -1),
}

// No data makes any mark panic, in any form, on any kind of axis.
func TestHardDataNeverPanics(t *testing.T) {
	var cases [][]float64
	cases = append(cases, nil, hard)
	for _, v := range hard {
		cases = append(cases, []float64{v}, []float64{v, v, v})
		for _, w := range []float64{0, 1, math.MaxFloat64, math.SmallestNonzeroFloat64} {
			cases = append(cases, []float64{v, w})
		}
	}
	if testing.Short() {
		cases = cases[:20]
	}
	names := func(n int) []string { return make([]string, n) }
	for _, y := range cases {
		for axis := range 4 {
			marks := map[string]func(f *Figure){
				"line":    func(f *Figure) { f.Line(nil, y, Style{Marker: 4, Label: "l"}) },
				"self":    func(f *Figure) { f.Line(y, y, Style{Dash: true}) },
				"scatter": func(f *Figure) { f.Scatter(y, y, Style{}) },
				"area":    func(f *Figure) { f.Area(y, nil, y, Style{}) },
				"hist":    func(f *Figure) { f.Hist(y, 7, Style{Edge: White}) },
				"density": func(f *Figure) { f.HistDensity(y, 3, Style{}) },
				"box":     func(f *Figure) { f.Box(y, Style{}) },
				"upright": func(f *Figure) { f.Upright = true; f.Box(y, Style{Label: "b"}); f.Violin(y, Style{Label: "v"}) },
				"kde":     func(f *Figure) { f.KDE(y, Style{Label: "k"}) },
				"violin":  func(f *Figure) { f.Violin(y, Style{}) },
				"callout": func(f *Figure) {
					for _, v := range y {
						f.Annotate(v, v, "text", Callout{Right: v, Up: 3, Arrow: true})
					}
				},
				"bars": func(f *Figure) { f.Bars(names(len(y)), y, Style{}) },
				"heat": func(f *Figure) { f.Heat(names(1), names(len(y)), y, Diverging) },
				"ramp": func(f *Figure) { f.Heat(names(len(y)), names(1), y, Sequential) },
				"rules": func(f *Figure) {
					for _, v := range y {
						f.VLine(v, Style{})
						f.HLine(v, Style{Dash: true})
					}
				},
			}
			for name, build := range marks {
				f := New(Size(1, 0.6))
				f.Title, f.XLabel = "t", "x"
				f.LogX, f.LogY = axis&1 != 0, axis&2 != 0
				if len(y)%2 == 1 && axis == 0 {
					f.TimeAxis("")
				}
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Fatalf("%s of %v on axes %d: %v", name, y, axis, r)
						}
					}()
					start := time.Now()
					defer func() {
						if d := time.Since(start); d > time.Second {
							t.Errorf("%s of %v on axes %d takes %v", name, y, axis, d)
						}
					}()
					build(f)
					if _, err := f.image(40); err != nil {
						t.Fatal(err)
					}
					plain(t, name, f.Spec())
					if f.String() == "" {
						t.Error("no text")
					}
				}()
			}
		}
	}
}

func TestMistakesPanic(t *testing.T) {
	f := New(Size(4, 3))
	for want, mistake := range map[string]func(){
		"figure: line with 1 x values and 2 y values":        func() { f.Line([]float64{1}, []float64{1, 2}, Style{}) },
		"figure: bars with 1 names and 2 values":             func() { f.Bars([]string{"a"}, []float64{1, 2}, Style{}) },
		"figure: heat map of 1 x 1 cells with 2 values":      func() { f.Heat([]string{"a"}, []string{"b"}, []float64{1, 2}, Diverging) },
		"figure: histogram of 0 bins":                        func() { f.Hist(nil, 0, Style{}) },
		`figure: colour "red" is not of the form #RRGGBB`:    func() { f.HLine(0, Style{Color: "red"}) },
		"figure: size 0 x 3 in is not between 0.5 and 100":   func() { New(Size(0, 3)) },
		"figure: a row of no figures":                        func() { Row() },
		"figure: a grid of 0 columns":                        func() { Grid(0, New(Size(4, 3))) },
		"figure: network of 1 layers with 2 names":           func() { Network(Size(4, 3), []int{1}, []string{"a", "b"}) },
		`figure: network with 0 units in layer "a"`:          func() { Network(Size(4, 3), []int{0}, []string{"a"}) },
		"figure: area with 2 x values and 1 y values":        func() { f.Area([]float64{1, 2}, nil, []float64{1}, Style{}) },
		`figure: colour "#12345" is not of the form #RRGGBB`: func() { f.Scatter(nil, nil, Style{Edge: "#12345", Color: Red}) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panics with %v, want %s", got, want)
				}
			}()
			mistake()
		}()
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2022, 7, 27, 8, 18, 24, 700e6, time.FixedZone("", 7200))
	if diff := cmp.Diff([]float64{1658902704700}, Times([]time.Time{at})); diff != "" {
		t.Error("milliseconds (-want +got)\n" + diff)
	}
}

// The font has every letter of the Slovak alphabet.
func TestSlovakLetters(t *testing.T) {
	const letters = "aáäbcčdďeéfghiíjklĺľmnňoóôpqrŕsštťuúvwxyýzž"
	seen := map[string]rune{}
	for _, r := range letters + strings.ToUpper(letters) + "−–…×" {
		runs(string(r), func(g glyph, _, _, _ float64) {
			if g.index == 0 {
				t.Errorf("no glyph for %q", r)
			}
			shape := fmt.Sprint(g.segments)
			if other, ok := seen[shape]; ok && r != '–' && other != '–' && r != '−' {
				t.Errorf("%q looks like %q", r, other)
			}
			seen[shape] = r
		})
	}
}

// TestTextSaysWhatIsLost: finite values beyond an axis and letters without a glyph are named, and
// an axis of times is not logarithmic.
func TestTextSaysWhatIsLost(t *testing.T) {
	f := New(Size(5, 3))
	f.Title, f.LogX = "日本 and 日", true
	f.TimeAxis("")
	f.Line([]float64{0, 1000, 2000}, []float64{1, 1e308, 2}, Style{})
	got := f.String()
	for _, want := range []string{"1 value beyond ±1e+300, where axes end", "drawn as boxes: 日本"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %q in it", got, want)
		}
	}
	if strings.Contains(got, "(log)") || f.axes().x.log {
		t.Error("an axis of times is logarithmic")
	}
}
