package notebook

import "slices"

// Draft writes a notebook again and again while its cells are executed: it encodes only the cells
// that have other outputs or another execution count than the last time. It does not see a change
// within an output, a source or the metadata of a cell; a new Draft does.
type Draft struct {
	cells []drafted
}

// drafted remembers a cell's content at its last encoding, and the text.
type drafted struct {
	cell    *Cell
	count   *int
	outputs []*Output
	text    encoded
}

// encoded is a cell in its place in a notebook's text.
type encoded []byte

// cellDepth is how deep cells lie in a notebook's text: in a list of the top level.
const cellDepth = 2

// Append appends the notebook's text, as Write writes it, to buf.
func (d *Draft) Append(buf []byte, nb *Notebook) ([]byte, error) {
	if len(d.cells) != len(nb.Cells) {
		d.cells = make([]drafted, len(nb.Cells))
	}
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		now := drafted{cell: c, count: c.ExecutionCount, outputs: c.Outputs}
		if was := d.cells[i]; was.cell == c && was.count == now.count && slices.Equal(was.outputs, now.outputs) {
			cells[i] = was.text
			continue
		}
		e := encoder{}
		if err := e.value(c.tree(), cellDepth); err != nil {
			return nil, err
		}
		now.text = e.buf
		cells[i], d.cells[i] = now.text, now
	}
	return nb.append(buf, cells)
}
