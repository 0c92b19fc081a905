package notebooks_test

import (
	"regexp"
	"testing"
	"time"

	"flowbook/tools/notebook"
)

// TestSpanOfCapture: the text of the figure of packets over time says how long the capture lasts,
// which is no day, and no sentence of the notebooks about it says so.
func TestSpanOfCapture(t *testing.T) {
	cells, _ := answers(t, "Anomaly_Detection")
	var text string
	for _, o := range cells[11].Outputs {
		if plain, ok := o.Data.Text("text/plain"); ok {
			text += plain
		}
	}
	found := regexp.MustCompile(`x (\S+Z) to (\S+Z)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("the figure's text names no times:\n%s", text)
	}
	var ends [2]time.Time
	for i := range ends {
		var err error
		if ends[i], err = time.Parse(time.RFC3339, found[1+i]); err != nil {
			t.Fatal(err)
		}
	}
	if span := ends[1].Sub(ends[0]); span > 12*time.Hour {
		t.Skipf("the stored outputs are of a capture of %v", span)
	}
	day := regexp.MustCompile(`(?i)\b(one|a|the|whole)( whole)? day('s)? (of )?(capture|traffic|data)`)
	for _, name := range []string{"Dataset_Processing", "Anomaly_Detection", "Visualisation_Dataset", "Visualization_Top10_Protocol"} {
		nb, err := notebook.ReadFile(name + ".ipynb")
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range nb.Cells {
			if said := day.FindString(cell.Source); said != "" {
				t.Errorf("%s, cell %d says %q of a capture from %s to %s", name, i+1, said, found[1], found[2])
			}
		}
	}
}
