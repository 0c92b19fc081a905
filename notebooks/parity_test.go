// Package notebooks_test holds the notebooks to their contracts: that every cell of the originals is answered, that what
// they print is what pandas and Keras print, and that executing them again gives what is committed.
package notebooks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/notebook"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// An original is one cell of an original notebook, as testdata/parity.yaml states it.
type original struct {
	Cell   int    `yaml:"cell"`
	Kind   string `yaml:"kind"`
	Does   string `yaml:"does"`
	Shows  string `yaml:"shows"`
	Golden string `yaml:"golden"`
	Look   look   `yaml:"look"`
	Live   bool   `yaml:"live"` // before it, our cell shows a figure that it updates in place while it runs
}

func contract(t *testing.T) map[string][]original {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "parity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var c map[string][]original
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// parityTag returns the number after parity:<name>/ among the cell's tags, and whether there is one.
func parityTag(name string, cell *notebook.Cell) (int, bool) {
	for _, tag := range cell.Tags() {
		var n int
		if rest, ok := strings.CutPrefix(tag, "parity:"+name+"/"); ok {
			if _, err := fmt.Sscanf(rest, "%d", &n); err == nil {
				return n, true
			}
		}
	}
	return 0, false
}

// answers returns the cells of notebooks/<name>.ipynb that answer the original, by its cell numbers, and those numbers in order.
func answers(t *testing.T, name string) (map[int]*notebook.Cell, []int) {
	t.Helper()
	nb, err := notebook.ReadFile(name + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	cells := make(map[int]*notebook.Cell)
	var order []int
	for _, cell := range nb.Cells {
		if n, ok := parityTag(name, cell); ok {
			cells[n] = cell
			order = append(order, n)
		}
	}
	return cells, order
}

// TestParity fails when a cell of an original is missing, answered twice, out of order, of another kind, or shows another
// kind of thing.
func TestParity(t *testing.T) {
	for name, originals := range contract(t) {
		t.Run(name, func(t *testing.T) {
			cells, order := answers(t, name)
			var want []int
			for _, o := range originals {
				want = append(want, o.Cell)
			}
			if diff := cmp.Diff(want, order); diff != "" {
				t.Fatalf("cells answered (-want +got):\n%s", diff)
			}
			for _, o := range originals {
				cell := cells[o.Cell]
				if cell.Type != o.Kind {
					t.Errorf("cell %d is %s, want %s", o.Cell, cell.Type, o.Kind)
				}
				if o.Kind == "code" {
					outputs := cell.Outputs
					if o.Live {
						if len(outputs) == 0 || shown(outputs[:1]) != "figure" {
							t.Fatalf("cell %d (%s) has no live figure before what it shows", o.Cell, o.Does)
						}
						outputs = outputs[1:]
					}
					got := shown(outputs)
					if got == "stream" && o.Shows == "text" {
						got = "text" // what Python shows as a last expression, Go prints
					}
					if o.Shows != "any" && got != o.Shows {
						t.Errorf("cell %d (%s) shows %s, want %s", o.Cell, o.Does, got, o.Shows)
					}
				}
			}
		})
	}
}

// shown names the kind of outputs: nothing, stream, text, table, figure, or error.
func shown(outputs []*notebook.Output) string {
	kind := "nothing"
	for _, output := range outputs {
		switch {
		case output.Type == "error":
			return "error"
		case output.Type == "stream":
			if kind == "nothing" {
				kind = "stream"
			}
		case has(output, "image/png"):
			kind = "figure"
		case has(output, "text/html"):
			kind = "table"
		case kind == "nothing":
			kind = "text"
		}
	}
	return kind
}

func has(o *notebook.Output, mime string) bool {
	_, ok := o.Data.Text(mime)
	return ok
}
