package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	code := func(id string, outputs ...*Output) *Cell { return &Cell{ID: id, Type: Code, Outputs: outputs, Line: 7} }
	for _, tt := range []struct {
		name string
		edit func(nb *Notebook)
		want string // "" is valid
	}{
		{"empty", func(nb *Notebook) {}, ""},
		{"all outputs", func(nb *Notebook) {
			nb.Cells = []*Cell{code("a", &Output{Type: Stream, Name: "stdout"}, &Output{Type: DisplayData}, &Output{Type: ExecuteResult}, &Output{Type: ErrorOutput})}
		}, ""},
		{"no id in 4.5", func(nb *Notebook) { nb.Cells = []*Cell{code("a"), code("")} }, "line 7: cells[1]: missing property 'id'"},
		{"no id in 4.4", func(nb *Notebook) { nb.Minor, nb.Cells = 4, []*Cell{code("")} }, ""},
		{"an id in 4.4", func(nb *Notebook) { nb.Minor, nb.Cells = 4, []*Cell{code("a")} }, "line 7: cells[0]: additional properties 'id' not allowed"},
		{"bad id", func(nb *Notebook) { nb.Cells = []*Cell{code("a b")} }, "line 7: cells[0].id: 'a b' does not match pattern '^[a-zA-Z0-9-_]+$'"},
		{"id twice", func(nb *Notebook) { nb.Cells = []*Cell{code("a"), code("b"), code("a")} }, `line 7: cells[2].id: "a" is the id of cells[0] too`},
		{"unknown output", func(nb *Notebook) { nb.Cells = []*Cell{code("a", &Output{Type: "hologram"})} }, `line 7: cells[0].outputs[0].output_type: "hologram" is no type of output`},
		{"bad metadata", func(nb *Notebook) { nb.Metadata.Set("kernelspec", []byte(`{"name": "x"}`)) }, "metadata.kernelspec: missing property 'display_name'"},
		{"unknown field", func(nb *Notebook) { nb.Extra.Set("x", []byte("NaN")) }, "additional properties 'x' not allowed"},
		{"unknown field in 4.6", func(nb *Notebook) { nb.Minor = 6; nb.Extra.Set("x", []byte("NaN")) }, ""},
		{"unknown cell", func(nb *Notebook) { nb.Cells = []*Cell{{ID: "a", Type: "sql", Line: 7}} }, `line 7: cells[0].cell_type: "sql" is no type of cell`},
		{"unknown cell and output in 4.6", func(nb *Notebook) {
			nb.Minor = 6
			nb.Cells = []*Cell{{ID: "a", Type: "sql"}, code("b", &Output{Type: "hologram"})}
		}, ""},
		{"duplicate tags", func(nb *Notebook) {
			nb.Cells = []*Cell{code("a")}
			nb.Cells[0].Metadata.Set("tags", []byte(`["t", "t"]`))
		}, "line 7: cells[0].metadata.tags: items at 0 and 1 are equal"},
		{"stream data", func(nb *Notebook) {
			o := &Output{Type: Stream, Name: "stdout"}
			o.Extra.Set("data", []byte("{}"))
			nb.Cells = []*Cell{code("a", &Output{Type: DisplayData}, o)}
		}, "line 7: cells[0].outputs[1]: additional properties 'data' not allowed"},
		{"negative count", func(nb *Notebook) {
			n := -1
			nb.Cells = []*Cell{code("a")}
			nb.Cells[0].ExecutionCount = &n
		}, "line 7: cells[0].execution_count: minimum: got -1, want 0"},
		{"not json", func(nb *Notebook) { nb.Metadata.Set("x", []byte("nul")) }, "validate notebook: metadata: x: byte 0: 'n' begins no value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			nb := New()
			tt.edit(nb)
			err := Validate(nb)
			switch {
			case err == nil && tt.want != "":
				t.Errorf("valid, want %s", tt.want)
			case err != nil && (tt.want == "" || !strings.HasPrefix(err.Error(), tt.want)):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestValidateAnywhere: the schemas do not depend on the working folder. Schemas are compiled once
// a process, so the test compiles one itself in each folder.
func TestValidateAnywhere(t *testing.T) {
	for _, name := range []string{"a b", "%20", `"`, "'", `\`, "^", "#", "?", "[", "\n", "ž", "日本", "-dash", "a\xff"} {
		dir := filepath.Join(t.TempDir(), "in", name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Logf("%q: the file system does not take it: %v", name, err)
			continue
		}
		t.Chdir(dir)
		for _, definition := range []string{"", "code_cell"} {
			if _, err := compile(formatMinor, definition); err != nil {
				t.Errorf("in a folder %q: %v", name, err)
			}
		}
	}
}
