package notebook

import (
	"encoding/json"
	"slices"
)

// The types of an output.
const (
	Stream        = "stream"
	DisplayData   = "display_data"
	ExecuteResult = "execute_result"
	ErrorOutput   = "error"
)

// Output is one output of a code cell. Which fields count depends on Type.
type Output struct {
	Type string // Stream, DisplayData, ExecuteResult or ErrorOutput; others have their fields in Extra

	Name, Text string // stream: "stdout" or "stderr", and the text

	Data           *Bundle         // display_data, execute_result
	Metadata       json.RawMessage // display_data, execute_result: per MIME type; nil is {}
	ExecutionCount *int            // execute_result; nil is null

	EName, EValue string // error
	Traceback     []string

	Extra  Object // fields that nbformat 4.5 does not know
	absent fields
}

// Clone returns a copy that shares no list with o.
func (o *Output) Clone() *Output {
	c := *o
	c.Metadata, c.Extra = cloneRaw(o.Metadata), o.Extra.Clone()
	c.ExecutionCount = cloneInt(o.ExecutionCount)
	c.Traceback = slices.Clone(o.Traceback)
	if o.Data != nil {
		c.Data = &Bundle{o.Data.Object.Clone()}
	}
	return &c
}
