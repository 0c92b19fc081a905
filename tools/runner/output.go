package runner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// outputs collects the outputs of one cell. Outputs are held by pointer: a display that is updated
// later is the same value wherever it stands, whatever was merged or cleared around it.
type outputs struct {
	displays map[string][]*piece // display id → where it is shown, shared by all cells of a run
	limit    int                 // bytes that are kept, 0 is no limit
	crossed  *bool               // set when an output of another cell is updated; may be nil

	list    []*piece
	clear   bool // a clear_output(wait) waits for the next output
	size    int  // bytes that are kept
	sent    int  // bytes that have come
	dropped bool // later output is dropped
	lost    int  // characters that the kernel cut
	events  events
}

// piece is one output and, for a stream, the terminal its text goes through.
type piece struct {
	out  *notebook.Output
	size int // of a display, in bytes
	term *terminal
	seam seam
}

// maxPieces is how many outputs of a cell are kept where their size is limited.
const maxPieces = 20_000

// events is the input of the rules for failures.
type events struct {
	errors int    // error outputs
	shell  string // the last stderr message by which GoNB says that a shell line failed
	magic  string // the first stderr message about an unknown magic
	stderr tail   // the end of stderr
}

// output content, all message types together
type content struct {
	Name      string          `json:"name"`
	Text      json.RawMessage `json:"text"`
	Data      json.RawMessage `json:"data"`
	Metadata  json.RawMessage `json:"metadata"`
	Transient *transient      `json:"transient"`
	Wait      bool            `json:"wait"`
	EName     string          `json:"ename"`
	EValue    string          `json:"evalue"`
	Traceback []string        `json:"traceback"`
	ExecState string          `json:"execution_state"`
	Status    string          `json:"status"`
	Prompt    string          `json:"prompt"`
}

type transient struct {
	DisplayID string `json:"display_id"`
}

func (c *content) displayID() string {
	if c.Transient == nil {
		return ""
	}
	return c.Transient.DisplayID
}

// take adds an iopub message that makes, changes or clears outputs; others are ignored. Content
// that is no JSON object of the right shape is an error.
func (o *outputs) take(m jupyter.Message) error {
	o.sent += len(m.Content)
	var c content
	if err := json.Unmarshal(m.Content, &c); err != nil {
		return fmt.Errorf("%s message: %w", m.Header.MsgType, err)
	}
	switch m.Header.MsgType {
	case "stream":
		o.stream(c.Name, unquote(c.Text))
	case "display_data", "execute_result":
		return o.display(m.Header.MsgType, &c)
	case "update_display_data":
		return o.update(&c)
	case "error":
		o.failure(&c)
	case "clear_output":
		if c.Wait {
			o.clear = true
		} else {
			o.reset()
		}
	}
	return nil
}

// reset drops the cell's outputs. Displays among it are forgotten by being no longer reachable.
func (o *outputs) reset() { o.list, o.clear, o.size, o.dropped = nil, false, 0, false }

// stream adds text to the last output if it is the same stream, else starts a new one.
func (o *outputs) stream(name, text string) {
	if name == "" {
		name = "stdout"
	}
	o.events.see(name, text)
	if o.clear {
		o.reset()
	}
	if text == "" {
		return
	}
	if o.dropped {
		return
	}
	var p *piece
	if n := len(o.list); n > 0 && o.list[n-1].term != nil && o.list[n-1].out.Name == name {
		p = o.list[n-1]
	} else {
		p = &piece{out: &notebook.Output{Type: notebook.Stream, Name: name}, term: &terminal{}}
		o.list = append(o.list, p)
		o.size += len(name) - len("stdout")
	}
	lost := p.seam.lost
	text = p.seam.next(text)
	o.lost += p.seam.lost - lost
	if room := o.limit - o.size; o.limit > 0 && len(text) > room && !strings.ContainsAny(text, "\r\b") {
		text = text[:max(room, 0)]
		o.drop()
	}
	before := p.term.len()
	p.term.write(text)
	o.size += p.term.len() - before
	if o.limit > 0 && (o.size > o.limit || len(o.list) >= maxPieces) {
		o.drop()
	}
}

// failure adds an error. An error that exceeds the remaining room is shortened; a second one is
// dropped then.
func (o *outputs) failure(c *content) {
	o.events.errors++
	out := &notebook.Output{Type: notebook.ErrorOutput, EName: c.EName, EValue: c.EValue, Traceback: c.Traceback}
	size := len(c.EName) + len(c.EValue)
	for _, line := range c.Traceback {
		size += len(line)
	}
	if o.clear {
		o.reset()
	}
	if o.limit > 0 && o.size+size > o.limit {
		if o.dropped && o.events.errors > 1 {
			return
		}
		o.drop()
		out.EName, out.EValue = shorten(out.EName), shorten(out.EValue)
		for i := range out.Traceback {
			out.Traceback[i] = shorten(out.Traceback[i])
		}
		if n := len(out.Traceback); n > 100 {
			out.Traceback = out.Traceback[n-100:]
		}
		size = 0
	}
	o.list = append(o.list, &piece{out: out})
	o.size += size
}

// shorten cuts the middle out of a long text.
func shorten(s string) string {
	const most = 4 << 10
	if len(s) <= most {
		return s
	}
	return whole(s[:most/2] + " … " + s[len(s)-most/2:])
}

// display adds a display or result, and refreshes every other that has its display id.
func (o *outputs) display(msgType string, c *content) error {
	out := &notebook.Output{Type: msgType}
	if err := fill(out, c); err != nil {
		return fmt.Errorf("%s message: %w", msgType, err)
	}
	id := c.displayID()
	if id != "" {
		if err := o.update(c); err != nil {
			return err
		}
	}
	p := &piece{out: out, size: c.size()}
	if o.add(p) && id != "" {
		o.displays[id] = append(o.displays[id], p)
	}
	return nil
}

// update replaces data and metadata of every output with the display id; an unknown id does
// nothing. One for which there is no room is dropped, and the displays stay as they are.
func (o *outputs) update(c *content) error {
	shown := o.displays[c.displayID()]
	grown := 0
	for _, p := range shown {
		grown += c.size() - p.size
	}
	if o.limit > 0 && grown > 0 && o.size+grown > o.limit {
		o.drop()
		return nil
	}
	o.size += grown
	for _, p := range shown {
		if o.crossed != nil && !slices.Contains(o.list, p) {
			*o.crossed = true
		}
		p.size = c.size()
		if err := fill(p.out, c); err != nil {
			return fmt.Errorf("update_display_data message: %w", err)
		}
	}
	return nil
}

// size is how many bytes a display keeps.
func (c *content) size() int { return len(c.Data) + len(c.Metadata) }

func fill(out *notebook.Output, c *content) error {
	data := &notebook.Bundle{}
	if len(c.Data) > 0 {
		if err := json.Unmarshal(c.Data, data); err != nil {
			return err
		}
	}
	out.Data, out.Metadata = data, nil
	if len(c.Metadata) > 0 && string(c.Metadata) != "null" {
		out.Metadata = c.Metadata
	}
	return nil
}

// add appends a display; false if the cell's size limit keeps it out.
func (o *outputs) add(p *piece) bool {
	if o.clear {
		o.reset()
	}
	if o.limit > 0 && (o.size+p.size > o.limit || len(o.list) >= maxPieces) {
		o.drop()
	}
	if o.dropped {
		return false
	}
	o.list = append(o.list, p)
	o.size += p.size
	return true
}

// drop notes, once, that output is missing from here on.
func (o *outputs) drop() {
	if o.dropped {
		return
	}
	o.dropped = true
	p := &piece{out: &notebook.Output{Type: notebook.Stream, Name: "stderr"}, term: &terminal{}}
	p.term.write(fmt.Sprintf("[flowbook: the rest of this cell's output is dropped, the limit is %s]\n", byteSize(o.limit)))
	o.list = append(o.list, p)
}

// result returns the cell's outputs so far, in a notebook's form. count is the number of the cell's
// execution.
func (o *outputs) result(count int, normal func(*notebook.Output)) []*notebook.Output {
	outs := make([]*notebook.Output, 0, len(o.list))
	for _, p := range o.list {
		if p.term != nil {
			p.out.Text = whole(p.term.String() + p.seam.end())
			if p.out.Text == "" {
				continue
			}
		}
		if p.out.Type == notebook.ExecuteResult {
			p.out.ExecutionCount = &count
		}
		out := p.out
		if out.Type == notebook.ErrorOutput {
			out = out.Clone() // normal must not be applied to it twice
		}
		if normal != nil {
			normal(out)
		}
		outs = append(outs, out)
	}
	return outs
}

func byteSize(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// tail keeps the end of a text.
type tail struct{ b []byte }

const tailSize = 16 << 10

func (t *tail) add(s string) {
	if len(s) > tailSize {
		s = s[len(s)-tailSize:]
	}
	t.b = append(t.b, s...)
	if len(t.b) > 2*tailSize {
		t.b = append(t.b[:0], t.b[len(t.b)-tailSize:]...)
	}
}

func (t *tail) String() string { return whole(string(t.b)) }
