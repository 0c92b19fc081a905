package notebook

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRepair reads what is not quite a notebook. What it becomes is valid (written checks it); here
// is what the user is told, and what Faults finds before.
func TestRepair(t *testing.T) {
	const code = `{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": "x"}`
	cells := func(cells ...string) string {
		return `{"cells": [` + strings.Join(cells, ", ") + `], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`
	}
	metadata := func(metadata string) string {
		return `{"cells": [], "metadata": ` + metadata + `, "nbformat": 4, "nbformat_minor": 5}`
	}
	output := func(output string) string { return cells(strings.Replace(code, "[]", "["+output+"]", 1)) }
	for _, tt := range []struct {
		name, text    string
		faults        []string
		want, contain string // the repairs; a part of what is written
	}{
		{"valid", cells(code), nil, "", ""},
		{"no display_name", metadata(`{"kernelspec": {"name": "gonb", "language": "go"}}`), []string{"line 0: metadata.kernelspec: missing property 'display_name'"}, "no display_name in the kernelspec", `"display_name": "gonb"`},
		{"empty kernelspec", metadata(`{"kernelspec": {}}`), []string{"metadata.kernelspec: missing properties 'name', 'display_name'"}, "a kernelspec without name", `"metadata": {}`},
		{"language kept", metadata(`{"kernelspec": {"language": "go"}}`), []string{"metadata.kernelspec: missing properties 'name', 'display_name'"}, "a kernelspec without name", `"name": "go"`},
		{"no language name", metadata(`{"language_info": {"version": "1"}}`), []string{"metadata.language_info: missing property 'name'"}, "no name in the language_info", `"metadata": {}`},
		{"metadata of the wrong shape", metadata(`{"authors": "me", "title": "t"}`), []string{"metadata.authors: got string, want array"}, "metadata authors of the wrong shape", `"title": "t"`},
		{"no id", cells(code, strings.Replace(code, `"id": "a", `, "", 1)), []string{"line 1: cells[1]: missing property 'id'"}, "1 cell with no id", ""},
		{"id twice", cells(code, code, code), []string{`line 1: cells[1].id: "a" is the id of cells[0] too`, `line 1: cells[2].id: "a" is the id of cells[0] too`}, "2 cells with the id of another", `"id": "a"`},
		{"bad id", cells(strings.Replace(code, `"a"`, `"a b"`, 1)), []string{"line 1: cells[0].id: 'a b' does not match pattern '^[a-zA-Z0-9-_]+$'"}, "1 cell with an id that is none", ""},
		{"id in 4.4", strings.Replace(cells(code), `_minor": 5`, `_minor": 4`, 1), []string{"line 1: cells[0]: additional properties 'id' not allowed"}, "1 cell with an id, which format 4.5 brought", `"id": "a"`},
		{"no fields", cells(`{"cell_type": "code", "id": "a"}`, `{"cell_type": "raw", "id": "b"}`), []string{
			"line 1: cells[0]: missing properties 'source', 'outputs', 'execution_count'", "line 1: cells[1]: missing property 'source'",
			"line 1: cells[0]: missing property 'metadata'", "line 1: cells[1]: missing property 'metadata'"},
			"2 cells with no source; 2 cells with no metadata; 1 cell with no outputs; 1 cell with no execution_count", `"outputs": []`},
		{"unknown fields", strings.Replace(cells(strings.Replace(code, "{", `{"colour": "red", `, 1)), "{", `{"top": 1, `, 1),
			[]string{"additional properties 'top' not allowed", "line 1: cells[0]: additional properties 'colour' not allowed"},
			"unknown field top of the notebook, now in its metadata; unknown field colour of a cell, now in its metadata", `"colour": "red"`},
		{"attachments of code", cells(strings.Replace(code, "{", `{"attachments": {"a.png": {"image/png": "AA"}}, `, 1)), []string{"line 1: cells[0]: additional properties 'attachments' not allowed"},
			"unknown field attachments of a cell, now in its metadata", `"a.png": {`},
		{"stream", output(`{"output_type": "stream", "text": "hi"}`), []string{"line 1: cells[0].outputs[0]: missing property 'name'"}, "1 cell with a stream without name", `"name": "stdout"`},
		{"display", output(`{"output_type": "display_data", "data": {"text/plain": "hi"}, "x": 1}`),
			[]string{"line 1: cells[0].outputs[0]: additional properties 'x' not allowed", "line 1: cells[0].outputs[0]: missing property 'metadata'"},
			"1 cell with an output without metadata; unknown field x of an output, now in its metadata", `"x": 1`},
		{"tags twice", cells(strings.Replace(code, `{}`, `{"tags": ["t", "u", "t"]}`, 1)), []string{"line 1: cells[0].metadata.tags: items at 0 and 2 are equal"}, "1 cell with a tag that is there twice", `"tags": [`},
		{"tags no list", cells(strings.Replace(code, `{}`, `{"tags": "t", "k": 1}`, 1)), []string{"line 1: cells[0].metadata.tags: got string, want array"}, "metadata tags of a cell of the wrong shape", `"k": 1`},
		{"no minor", `{"cells": [], "metadata": {}, "nbformat": 4}`, []string{"missing property 'nbformat_minor'"}, "no nbformat_minor", ""},
		{"no metadata", `{"cells": [], "nbformat": 4, "nbformat_minor": 5}`, []string{"line 1: missing property 'metadata'"}, "no metadata", ""},
		{"format 3", `{"nbformat": 3, "worksheets": []}`, []string{"line 1: nbformat: format 3, upgraded to 4.5 in memory", "line 1: missing property 'metadata'"}, "format 3 upgraded to 4.5; no metadata", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			nb, err := Read(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			faults, err := Faults(nb)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range faults {
				got = append(got, f.Error())
			}
			for i := range tt.faults {
				tt.faults[i] = strings.TrimPrefix(tt.faults[i], "line 0: ")
			}
			if diff := cmp.Diff(tt.faults, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			text, repairs := written(t, tt.text)
			if diff := cmp.Diff(tt.want, strings.Join(repairs, "; ")); diff != "" {
				t.Errorf("repairs (-want +got):\n%s", diff)
			}
			if !bytes.Contains(text, []byte(tt.contain)) {
				t.Errorf("no %s in\n%s", tt.contain, text)
			}
			if want := []byte(`"nbformat_minor": 5`); !bytes.Contains(text, want) {
				t.Errorf("no %s in\n%s", want, text)
			}
		})
	}
}

// TestRepairLeavesAlone: what no one can repair stays for Validate, and versions to come keep their
// fields.
func TestRepairLeavesAlone(t *testing.T) {
	later := `{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": "x", "later": 1}], "metadata": {}, "nbformat": 4, "nbformat_minor": 6, "top": 1}`
	nb, err := Read(strings.NewReader(later))
	if err != nil {
		t.Fatal(err)
	}
	if got := nb.Repair(); got != nil {
		t.Errorf("repairs of a valid 4.6: %q", got)
	}
	nb.Cells = append(nb.Cells, nb.Cells[0].Clone())
	if diff := cmp.Diff([]string{"1 cell with the id of another"}, nb.Repair()); diff != "" {
		t.Errorf("repairs of 4.6 (-want +got):\n%s", diff)
	}
	if nb.Minor != 6 || !nb.Extra.Has("top") || !nb.Cells[1].Extra.Has("later") {
		t.Errorf("4.%d, top %v, later %v: want all kept", nb.Minor, nb.Extra.Has("top"), nb.Cells[1].Extra.Has("later"))
	}
	nb = New()
	nb.Cells = []*Cell{{Type: "sql", ID: "a", Line: 7}}
	nb.Repair()
	if err := Validate(nb); err == nil {
		t.Error("an unknown type of cell is valid after the repair")
	}
}
