package notebooks_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"flowbook/tools/notebook"

	"github.com/google/go-cmp/cmp"
)

// TestReference compares what Anomaly_Detection prints with what pandas and Keras print on the same data, to the character.
// The expected texts in testdata/reference were written by tools/bench/reference/expected.py; versions.json beside them
// names the versions and the digest of the split. Only the threshold (cell 23) may differ, by 1e-5 of its value: both sides
// predict in float32, with another order of additions and another exponential.
func TestReference(t *testing.T) {
	const name = "Anomaly_Detection"
	cells, _ := answers(t, name)
	for _, o := range contract(t)[name] {
		if o.Golden == "" {
			continue
		}
		t.Run(strconv.Itoa(o.Cell), func(t *testing.T) {
			stem := filepath.Join("testdata", "reference", "cell_"+strconv.Itoa(o.Cell))
			want, err := os.ReadFile(stem + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			text, html := printed(cells[o.Cell])
			if o.Cell == 23 {
				near(t, string(want), text)
				return
			}
			if diff := cmp.Diff(lines(string(want)), lines(text)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			wantHTML, err := os.ReadFile(stem + ".html")
			if os.IsNotExist(err) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(string(wantHTML)), lines(html)); diff != "" {
				t.Errorf("HTML (-want +got):\n%s", diff)
			}
		})
	}
}

// near compares two lines "Threshold: <number>".
func near(t *testing.T, want, got string) {
	t.Helper()
	var a, b float64
	if _, err := fmt.Sscanf(want, "Threshold: %g", &a); err != nil {
		t.Fatalf("%q: %v", want, err)
	}
	if _, err := fmt.Sscanf(got, "Threshold: %g", &b); err != nil {
		t.Fatalf("%q: %v", got, err)
	}
	if math.Abs(a-b) > 1e-5*a {
		t.Errorf("threshold %g, want %g within 1e-5 of it", b, a)
	}
}

// printed returns a cell's standard output and plain text, and its HTML.
func printed(cell *notebook.Cell) (text, html string) {
	for _, output := range cell.Outputs {
		if output.Type == notebook.Stream {
			if output.Name == "stdout" {
				text += output.Text
			}
			continue
		}
		plain, _ := output.Data.Text("text/plain")
		text += plain
		if h, ok := output.Data.Text("text/html"); ok {
			html = h
		}
	}
	return text, html
}

// lines splits a text, its last line break dropped: Python's last expression has none, a print has one.
func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
