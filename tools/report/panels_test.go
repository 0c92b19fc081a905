package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"flowbook/ml/figure"
	"flowbook/tools/notebook"
)

// shownFigure is a notebook whose one cell shows a figure as package display does.
func shownFigure(t *testing.T, fig *figure.Figure) *notebook.Notebook {
	t.Helper()
	bundle := fig.Bundle()
	bundle["image/png"] = base64.StdEncoding.EncodeToString(bundle["image/png"].([]byte))
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{},
		"cells": []any{map[string]any{"id": "a", "cell_type": "code", "metadata": map[string]any{}, "execution_count": 1,
			"source": "%%\ndisplay.Show(fig)", "outputs": []any{map[string]any{
				"output_type": "display_data", "data": bundle, "metadata": fig.Metadata(),
			}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	nb, err := notebook.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// TestPanels: a figure of panels is cut into them, each row of them in a row of the page, without
// losing a pixel.
func TestPanels(t *testing.T) {
	var all []*figure.Figure
	for i := range 3 {
		f := figure.New(figure.Size(4, 3))
		f.Title = string(rune('a' + i))
		f.Line(nil, []float64{1, float64(i), 2}, figure.Style{})
		all = append(all, f)
	}
	fig := figure.Grid(2, all...)
	nb := shownFigure(t, fig)
	dir := t.TempDir()
	if err := Site(dir, Run{Pages: []Page{{Name: "x", Path: "x.ipynb", Notebook: nb}}}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "x.html"))
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`<span class="row">(.*?)</span>`).FindAllStringSubmatch(string(page), -1)
	if len(rows) != 2 || strings.Count(rows[0][1], "<img ") != 2 || strings.Count(rows[1][1], "<img ") != 1 {
		t.Fatalf("%d rows of panels, want one of two and one of one", len(rows))
	}
	file, err := fig.PNG(100)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	img := regexp.MustCompile(`<img src="data:image/png;base64,([^"]*)" width="(\d+)" height="(\d+)" alt="([^"]*)"`)
	at := []image.Point{{0, 0}, {400, 0}, {0, 300}}
	for i, found := range img.FindAllStringSubmatch(rows[0][1]+rows[1][1], -1) {
		file, err := base64.StdEncoding.DecodeString(found[1])
		if err != nil {
			t.Fatal(err)
		}
		part, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := part.Bounds().Size(); got != image.Pt(400, 300) || found[2] != "400" || found[3] != "300" {
			t.Errorf("panel %d has %v pixels, shown as %s x %s", i, got, found[2], found[3])
		}
		for y := range 300 {
			for x := range 400 {
				if part.At(part.Bounds().Min.X+x, part.Bounds().Min.Y+y) != whole.At(at[i].X+x, at[i].Y+y) {
					t.Fatalf("panel %d differs from the figure at %d, %d", i, x, y)
				}
			}
		}
		if want := []string{"3 panels in 2 rows", "Panel 2 of 3", "Panel 3 of 3"}[i]; !strings.Contains(found[4], want) {
			t.Errorf("panel %d is described as %q, want %q in it", i, found[4], want)
		}
	}
}

// A picture that is not what its specification says stays whole.
func TestPanelsOfOthers(t *testing.T) {
	f := figure.New(figure.Size(4, 3))
	one, row := shownFigure(t, f), shownFigure(t, figure.Row(f, f))
	output := func(nb *notebook.Notebook) *notebook.Output { return nb.Cells[0].Outputs[0] }
	data, _ := output(row).Data.Text("image/png")
	if panels(output(row), data, 1) == nil {
		t.Fatal("a row is not cut")
	}
	if panels(output(one), data, 1) != nil {
		t.Error("a single figure is cut")
	}
	for _, bad := range []string{"", "no base64!", base64.StdEncoding.EncodeToString([]byte("no png"))} {
		if panels(output(row), bad, 1) != nil {
			t.Errorf("%q is cut", bad)
		}
	}
}
