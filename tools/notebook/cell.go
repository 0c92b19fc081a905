package notebook

import "slices"

// The types of a cell.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// Cell is one cell of a notebook.
type Cell struct {
	ID             string // "" where the file has none (before 4.5); see AddIDs
	Type           string // Code, Markdown or Raw; a later format may know others
	Source         string
	Outputs        []*Output // of a code cell
	ExecutionCount *int      // of a code cell; nil is null
	Metadata       Object
	Attachments    Object // name → MIME bundle, of a markdown or raw cell; nil if it has none
	Extra          Object // fields that nbformat 4.5 does not know

	// Line is the line of the file, from 1, in which the source begins; 0 for a cell that was not
	// read from a file.
	Line int

	lines  []int // the file's line of each line of the source
	absent fields
}

// NewCode returns a code cell without id, outputs or count.
func NewCode(source string) *Cell { return &Cell{Type: Code, Source: source} }

// NewMarkdown returns a markdown cell without id.
func NewMarkdown(source string) *Cell { return &Cell{Type: Markdown, Source: source} }

// Tags are the cell's tags in their order; none where metadata.tags is missing or not a list of
// strings.
func (c *Cell) Tags() []string {
	var tags []string
	if c.Metadata.Decode("tags", &tags) != nil {
		return nil
	}
	return tags
}

// HasTag says whether the cell carries the tag.
func (c *Cell) HasTag(tag string) bool { return slices.Contains(c.Tags(), tag) }

// LineOf is the line of the file that holds the source's line k, both from 1 and ended by \n: where
// a CI annotation points. A source kept as one string stands in one line of the file; a line past
// the end is the last one. It is 0 for a cell that was not read from a file.
func (c *Cell) LineOf(k int) int {
	if len(c.lines) == 0 {
		return c.Line
	}
	return c.lines[min(max(k, 1), len(c.lines))-1]
}

// ClearOutputs drops outputs and execution count of a code cell.
func (c *Cell) ClearOutputs() { c.Outputs, c.ExecutionCount = nil, nil }

// Clone returns a copy that shares no list with c.
func (c *Cell) Clone() *Cell {
	d := *c
	d.Metadata, d.Attachments, d.Extra = c.Metadata.Clone(), c.Attachments.Clone(), c.Extra.Clone()
	d.ExecutionCount = cloneInt(c.ExecutionCount)
	d.lines = slices.Clone(c.lines)
	d.Outputs = make([]*Output, len(c.Outputs))
	for i, o := range c.Outputs {
		d.Outputs[i] = o.Clone()
	}
	return &d
}

func cloneInt(p *int) *int {
	if p == nil {
		return nil
	}
	n := *p
	return &n
}
