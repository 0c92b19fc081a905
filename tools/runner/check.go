package runner

import (
	"fmt"

	"flowbook/tools/compare"
	"flowbook/tools/notebook"
)

// Comparison says which cells a check compares, and how.
type Comparison struct {
	compare.Rules
	Lax     bool // compare only cells tagged nbval-check-output
	Storing bool // the outputs are stored afterwards, so cells without stored ones need no warning
}

// Check compares a run's outputs with the stored notebook's and marks cells as Mismatched. Of cells
// tagged exact-output every character is compared (see compare.Rules.Exact). Check skips
// cells that failed, that are excluded from comparison, or that were never executed before; the
// latter are counted in the warnings. stored must have the run notebook's cells.
func Check(stored, run *notebook.Notebook, res *Result, c Comparison) error {
	if len(stored.Cells) != len(run.Cells) {
		return fmt.Errorf("compare %s: the stored notebook has %d cells, the executed one %d", res.Path, len(stored.Cells), len(run.Cells))
	}
	unrun := 0
	for i := range res.Cells {
		r := &res.Cells[i]
		was, is := stored.Cells[r.Index], run.Cells[r.Index]
		m := readMarkers(is)
		if r.Status != OK || m.ignoreOutput || c.Lax && !m.compareOutput {
			continue
		}
		if was.ExecutionCount == nil {
			if len(was.Outputs) == 0 {
				unrun++
				continue
			}
			r.Status, r.Error = Mismatched, &CellError{Value: "the stored cell has outputs, but was never executed: its execution_count is null"}
			res.Status = res.Status.Worst(r.Status)
			continue
		}
		rules := c.Rules
		rules.Exact = rules.Exact || m.exactOutput
		if diff := rules.Diff(was.Outputs, is.Outputs); diff != "" {
			r.Status, r.Error = Mismatched, &CellError{Value: "the outputs are not the stored ones", Diff: diff}
		}
		res.Status = res.Status.Worst(r.Status)
	}
	if unrun > 0 && !c.Storing {
		res.Warnings = append(res.Warnings, fmt.Sprintf("cells never executed before, with nothing to compare with: %d (flowbook check --update stores their outputs)", unrun))
	}
	return nil
}
