package notebook

import (
	"encoding/json"
	"fmt"
	"io"

	"flowbook/ml/atomicfile"
)

// Write writes the notebook as nbformat does. The same notebook gives the same bytes. The one error
// of its own is a raw value that is not JSON.
func (nb *Notebook) Write(w io.Writer) error {
	data, err := nb.bytes()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// WriteFile writes the notebook as atomicfile.Write does: path holds the old text or the new one.
func (nb *Notebook) WriteFile(path string) error {
	data, err := nb.bytes()
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.Write(path, data, 0o666)
}

func (nb *Notebook) bytes() ([]byte, error) {
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.tree()
	}
	return nb.append(nil, cells)
}

// append appends the notebook's text to buf, with the cells as the encoder takes them.
func (nb *Notebook) append(buf []byte, cells []any) ([]byte, error) {
	e := &encoder{buf}
	if err := e.value(nb.tree(cells), 0); err != nil {
		return nil, err
	}
	return append(e.buf, '\n'), nil
}

// tree is the notebook as the encoder takes it.
func (nb *Notebook) tree(cells []any) map[string]any {
	t := nb.Extra.tree()
	t["nbformat"] = Format
	if !nb.absent.has("nbformat_minor") || nb.Minor != 0 {
		t["nbformat_minor"] = nb.Minor
	}
	t["metadata"] = nb.Metadata.tree()
	t["cells"] = cells
	return t
}

func (c *Cell) tree() map[string]any {
	t := c.Extra.tree()
	t["cell_type"] = c.Type
	if c.ID != "" {
		t["id"] = c.ID
	}
	if !c.absent.has("source") || c.Source != "" {
		t["source"] = splitLines(c.Source)
	}
	t["metadata"] = c.Metadata.tree()
	if c.Attachments.members != nil {
		a := c.Attachments.tree()
		for name, raw := range a {
			var b Bundle
			if b.UnmarshalJSON(raw.(json.RawMessage)) == nil {
				a[name] = b.tree()
			}
		}
		t["attachments"] = a
	}
	if c.Type != Code {
		return t
	}
	if !c.absent.has("execution_count") || c.ExecutionCount != nil {
		t["execution_count"] = c.ExecutionCount
	}
	if !c.absent.has("outputs") || len(c.Outputs) > 0 {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = o.tree()
		}
		t["outputs"] = outputs
	}
	return t
}

func (o *Output) tree() map[string]any {
	t := o.Extra.tree()
	t["output_type"] = o.Type
	put := func(name string, empty bool, v any) {
		if !empty || !o.absent.has(name) {
			t[name] = v
		}
	}
	switch o.Type {
	case Stream:
		put("name", o.Name == "", o.Name)
		put("text", o.Text == "", splitLines(o.Text))
	case ExecuteResult, DisplayData:
		if o.Type == ExecuteResult {
			put("execution_count", o.ExecutionCount == nil, o.ExecutionCount)
		}
		data := map[string]any{}
		if o.Data != nil {
			data = o.Data.tree()
		}
		put("data", len(data) == 0, data)
		metadata := o.Metadata
		if len(metadata) == 0 {
			metadata = json.RawMessage("{}")
		}
		put("metadata", len(o.Metadata) == 0, metadata)
	case ErrorOutput:
		put("ename", o.EName == "", o.EName)
		put("evalue", o.EValue == "", o.EValue)
		put("traceback", len(o.Traceback) == 0, o.Traceback)
	}
	return t
}
