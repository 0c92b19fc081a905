package parameter

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"flowbook/tools/notebook"
)

// An Injection sets parameters in a notebook.
type Injection struct {
	Assignments []Assignment
	Dir         string // where packages are looked up that the parameters cell imports
	Language    string // instead of the notebook's own
	Undeclared  bool   // sets names that the notebook does not declare, too, as papermill does
}

// Inject sets parameters that the notebook declares.
func Inject(nb *notebook.Notebook, as []Assignment, dir string) error {
	_, err := Injection{Assignments: as, Dir: dir}.Into(nb)
	return err
}

// Into puts a cell tagged injected-parameters after the first cell tagged parameters, on top of a
// notebook that has none, or in place of the one that an earlier run has put there. Without
// assignments nothing changes. The warnings are about names that the notebook does not declare.
func (in Injection) Into(nb *notebook.Notebook) (warnings []string, err error) {
	as := in.Assignments
	if len(as) == 0 {
		return nil, nil
	}
	at, old := parameterCells(nb)
	if at < 0 {
		for _, a := range as {
			if !in.Undeclared && !a.Free {
				return nil, &Error{a.Origin, errors.New("the notebook has no cell tagged parameters (--papermill puts the parameters on top)")}
			}
		}
		if in.Undeclared {
			warnings = append(warnings, "no cell is tagged parameters: the parameters are set on top")
		}
	}
	source := ""
	if at >= 0 {
		source = nb.Cells[at].Source
	}
	d, err := declare(cmp.Or(in.Language, nb.Language()), source, in.Dir)
	if err != nil {
		return nil, &Error{as[0].Origin, err}
	}
	source, unknown, err := injected(d, as, in.Undeclared)
	if err != nil {
		return nil, err
	}
	if at >= 0 && len(unknown) > 0 {
		warnings = append(warnings, "parameters that the notebook does not declare: "+strings.Join(unknown, ", "))
	}
	cell := notebook.NewCode(source)
	if err := cell.Metadata.Put("tags", []string{"injected-parameters"}); err != nil {
		return nil, fmt.Errorf("inject parameters: %w", err)
	}
	if old >= 0 {
		cell.ID = nb.Cells[old].ID
		nb.Cells[old] = cell
		return warnings, nil
	}
	nb.Cells = slices.Insert(nb.Cells, at+1, cell)
	if nb.Minor >= 5 {
		cell.ID = freeID(nb, "injected-parameters")
	}
	return warnings, nil
}

// List lists the declarations of the notebook's parameters cell; none without such a cell.
func List(nb *notebook.Notebook, dir string) ([]Parameter, error) {
	at, _ := parameterCells(nb)
	if at < 0 {
		return nil, nil
	}
	d, err := declare(nb.Language(), nb.Cells[at].Source, dir)
	if err != nil {
		return nil, err
	}
	return d.parameters(), nil
}

// parameterCells finds the first cell tagged parameters and the first tagged injected-parameters,
// -1 for none.
func parameterCells(nb *notebook.Notebook) (at, injected int) {
	at, injected = -1, -1
	for i, c := range nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		if at < 0 && c.HasTag("parameters") {
			at = i
		}
		if injected < 0 && c.HasTag("injected-parameters") {
			injected = i
		}
	}
	return at, injected
}

func freeID(nb *notebook.Notebook, id string) string {
	used := map[string]bool{}
	for _, c := range nb.Cells {
		used[c.ID] = true
	}
	for n, base := 2, id; used[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}
