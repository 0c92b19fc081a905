package runner

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, source, tag string
		unrun             bool
		lax               bool
		want              Status
	}{
		{"differs", "x", "", false, false, Mismatched},
		{"ignored by tag", "x", "nbval-ignore-output", false, false, OK},
		{"ignored by comment", "x\n// NBVAL_IGNORE_OUTPUT\n", "", false, false, OK},
		{"ignored by nbval's comment", "# NBVAL_IGNORE_OUTPUT\nx", "", false, false, OK},
		{"a comment beats a tag", "# NBVAL_CHECK_OUTPUT\nx", "nbval-ignore-output", false, false, Mismatched},
		{"lax", "x", "", false, true, OK},
		{"lax, marked", "x", "nbval-check-output", false, true, Mismatched},
		{"a duration", "took 2s", "", false, false, OK},
		{"a duration, exact", "took 2s", "exact-output", false, false, Mismatched},
		{"outputs without execution", "x", "", true, false, Mismatched},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cell := notebook.NewCode(tt.source)
			if tt.tag != "" {
				if err := cell.Metadata.Put("tags", []string{tt.tag}); err != nil {
					t.Fatal(err)
				}
			}
			one := 1
			cell.ExecutionCount, cell.Outputs = &one, []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "a"}}
			was := notebook.New()
			was.Cells = []*notebook.Cell{cell}
			is := was.Clone()
			is.Cells[0].Outputs[0].Text = "b"
			if tt.source == "took 2s" {
				cell.Outputs[0].Text, is.Cells[0].Outputs[0].Text = "took 1s", tt.source
			}
			if tt.unrun {
				cell.ExecutionCount = nil
			}
			res := &Result{Status: OK, Cells: []CellResult{{Number: 1, Status: OK}}}
			if err := Check(was, is, res, Comparison{Lax: tt.lax}); err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(res.Cells[0].Status, " ", res.Status)
			if diff := cmp.Diff(fmt.Sprint(tt.want, " ", tt.want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
