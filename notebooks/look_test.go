package notebooks_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/tools/notebook"

	"github.com/google/go-cmp/cmp"
)

// A look is what an original sets around its figure: points of text, the label of the y axis, the
// width of bars.
type look struct {
	Inches float64 `yaml:"inches"`
	Title  float64 `yaml:"title"`
	Labels float64 `yaml:"labels"`
	Ticks  float64 `yaml:"ticks"`
	Y      string  `yaml:"y"`
	Bars   float64 `yaml:"bars"`
}

// A drawn figure is what a specification of Vega-Lite says about the look of it.
type drawn struct {
	Config struct {
		Axis struct {
			GridDash                     []float64
			LabelFontSize, TitleFontSize float64
		}
	}
	panel
	HConcat []panel
}

type panel struct {
	Title struct{ FontSize float64 }
	Layer []struct {
		Data struct{ Values string }
	}
}

// TestLooks: the stored figures of the cells that answer the originals have their sizes of text,
// grids and widths of bars.
func TestLooks(t *testing.T) {
	for name, originals := range contract(t) {
		cells, _ := answers(t, name)
		for _, o := range originals {
			if o.Look == (look{}) {
				continue
			}
			t.Run(fmt.Sprint(name, "/", o.Cell), func(t *testing.T) {
				got, y := lookOf(t, cells[o.Cell])
				// The width of the page is 800 px, whatever the figure's, and sizes are whole
				// pixels.
				px := func(points float64) float64 { return math.Round(points / 72 * 800 / o.Look.Inches) }
				axis := got.Config.Axis
				panels := append(got.HConcat, got.panel)
				want := []float64{px(o.Look.Title), px(o.Look.Labels), px(o.Look.Ticks)}
				if o.Look.Inches == 20 { // of panels side by side, which are small, ours are no smaller than 9 px
					for i := range want {
						want[i] = max(want[i], 9)
					}
				}
				have := []float64{panels[0].Title.FontSize, axis.TitleFontSize, axis.LabelFontSize}
				if diff := cmp.Diff(want, have); diff != "" {
					t.Errorf("pixels of title, labels and ticks (-want +got)\n%s", diff)
				}
				if len(axis.GridDash) == 0 {
					t.Error("the grid is not dashed")
				}
				if o.Look.Y != "" && (len(y) == 0 || slices.ContainsFunc(y, func(s string) bool { return s != o.Look.Y })) {
					t.Errorf("the y axes are labelled %q, want %q", y, o.Look.Y)
				}
				if o.Look.Bars != 0 {
					lines := strings.Split(panels[0].Layer[0].Data.Values, "\n")
					var name string
					var from, to float64
					if _, err := fmt.Sscanf(strings.ReplaceAll(lines[1], ",", " "), "%s %g %g", &name, &from, &to); err != nil {
						t.Fatalf("%q: %v", lines[:2], err)
					}
					if to-from != o.Look.Bars {
						t.Errorf("bars from %g to %g, want them %g wide", from, to, o.Look.Bars)
					}
				}
			})
		}
	}
}

// lookOf returns a cell's figure as it is drawn and the labels of its y axes, as its text says
// them.
func lookOf(t *testing.T, cell *notebook.Cell) (d drawn, y []string) {
	t.Helper()
	for _, output := range cell.Outputs {
		spec := output.Data.Get("application/vnd.vegalite.v5+json")
		if spec == nil {
			continue
		}
		if err := json.Unmarshal(spec, &d); err != nil {
			t.Fatal(err)
		}
		text, _ := output.Data.Text("text/plain")
		for _, line := range strings.Split(text, "\n") {
			if _, label, ok := strings.Cut(line, `, y "`); ok && strings.Contains(line, "axes:") {
				y = append(y, strings.TrimSuffix(label, `"`))
			}
		}
		return d, y
	}
	t.Fatal("the cell stores no figure")
	return d, y
}
