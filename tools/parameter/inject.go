package parameter

import (
	"errors"
	"fmt"

	"flowbook/tools/notebook"
)

// Inject sets parameters: it puts a cell tagged injected-parameters after the first cell tagged parameters, in place of the one that an
// earlier run has put there. Without assignments nothing changes. dir is where packages are looked up that the
// parameters cell imports.
func Inject(nb *notebook.Notebook, as []Assignment, dir string) error {
	if len(as) == 0 {
		return nil
	}
	at, old := parameterCells(nb)
	if at < 0 {
		return &Error{as[0].Origin, errors.New("the notebook has no cell tagged parameters")}
	}
	d, err := declare(nb.Language(), nb.Cells[at].Source, dir)
	if err != nil {
		return &Error{as[0].Origin, err}
	}
	source, err := injected(d, as)
	if err != nil {
		return err
	}
	cell := notebook.NewCode(source)
	if err := cell.Metadata.Put("tags", []string{"injected-parameters"}); err != nil {
		return fmt.Errorf("inject parameters: %w", err)
	}
	if old >= 0 {
		cell.ID = nb.Cells[old].ID
		nb.Cells[old] = cell
		return nil
	}
	nb.Cells = append(nb.Cells[:at+1], append([]*notebook.Cell{cell}, nb.Cells[at+1:]...)...)
	if nb.Minor >= 5 {
		cell.ID = freeID(nb, "injected-parameters")
	}
	return nil
}

// List lists what the notebook's parameters cell declares; none without such a cell.
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

// parameterCells finds the first cell tagged parameters and the first tagged injected-parameters, -1 for none.
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
