package runner

import (
	"bytes"
	"encoding/base64"
	"encoding/json"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// widgets follows the state of ipywidgets' models, so that the notebook can show them without a
// kernel.
type widgets struct {
	models map[string]*model // comm id → model
	clock  int
	limit  int  // bytes of state that are kept of all models, 0 is no limit
	size   int  // bytes that are kept
	cut    bool // state was dropped
}

type model struct {
	state   map[string]json.RawMessage
	buffers []widgetBuffer
	out     *outputs // of an Output widget: the outputs that its context has captured
	msgID   string   // of an Output widget: the request whose outputs it takes, "" for none
	since   int      // when msgID was set
}

// widgetBuffer is binary state as nbformat stores it.
type widgetBuffer struct {
	Data     string `json:"data"`
	Encoding string `json:"encoding"`
	Path     []any  `json:"path"`
}

type commContent struct {
	CommID string `json:"comm_id"`
	Target string `json:"target_name"`
	Data   struct {
		Method      string                     `json:"method"`
		State       map[string]json.RawMessage `json:"state"`
		BufferPaths [][]any                    `json:"buffer_paths"`
	} `json:"data"`
}

// take follows a comm message; it returns the model it concerns, or nil.
func (w *widgets) take(m jupyter.Message) *model {
	var c commContent
	if json.Unmarshal(m.Content, &c) != nil || c.CommID == "" || c.Data.State == nil {
		return nil
	}
	if w.models == nil {
		w.models = map[string]*model{}
	}
	mod := w.models[c.CommID]
	grown := sizeOf(m)
	if mod != nil {
		for k := range c.Data.State {
			grown -= len(mod.state[k])
		}
		for _, path := range c.Data.BufferPaths {
			grown -= mod.bufferSize(path)
		}
	}
	if w.limit > 0 && grown > 0 && w.size+grown > w.limit {
		w.cut = true
		return mod
	}
	w.size += grown
	if mod == nil {
		mod = &model{state: map[string]json.RawMessage{}}
		w.models[c.CommID] = mod
	}
	for k, v := range c.Data.State {
		mod.state[k] = v
	}
	for i, path := range c.Data.BufferPaths {
		if i < len(m.Buffers) {
			mod.put(widgetBuffer{base64.StdEncoding.EncodeToString(m.Buffers[i]), "base64", path})
		}
	}
	if m.Header.MsgType == "comm_open" && c.Target == "jupyter.widget" &&
		mod.str("_model_module") == "@jupyter-widgets/output" && mod.str("_model_name") == "OutputModel" {
		mod.out = &outputs{displays: map[string][]*piece{}, limit: w.limit}
	}
	if _, ok := c.Data.State["msg_id"]; ok && mod.out != nil {
		w.clock++
		mod.msgID, mod.since = mod.str("msg_id"), w.clock
	}
	return mod
}

// sizeOf is how many bytes a message has.
func sizeOf(m jupyter.Message) int {
	size := len(m.Content)
	for _, b := range m.Buffers {
		size += len(b)
	}
	return size
}

// put replaces the buffer at the same path.
func (m *model) put(b widgetBuffer) {
	path, _ := json.Marshal(b.Path) // strings and numbers that came from JSON
	for i := range m.buffers {
		if old, _ := json.Marshal(m.buffers[i].Path); string(old) == string(path) {
			m.buffers[i] = b
			return
		}
	}
	m.buffers = append(m.buffers, b)
}

// bufferSize is about how many bytes the buffer at a path has.
func (m *model) bufferSize(path []any) int {
	key, _ := json.Marshal(path) // strings and numbers that came from JSON
	for _, b := range m.buffers {
		if at, _ := json.Marshal(b.Path); string(at) == string(key) {
			return len(b.Data) / 4 * 3
		}
	}
	return 0
}

func (m *model) str(key string) string {
	var s string
	if json.Unmarshal(m.state[key], &s) != nil {
		return ""
	}
	return s
}

// capturing is the Output widget that takes the outputs of a request, or nil; of nested ones the
// innermost.
func (w *widgets) capturing(msgID string) (in *model) {
	for _, m := range w.models {
		if m.out != nil && m.msgID != "" && m.msgID == msgID && (in == nil || m.since > in.since) {
			in = m
		}
	}
	return in
}

// captured stores the outputs that an Output widget has captured into its state and returns the
// message that tells the kernel; nil where nothing is new or the limit of all states leaves no
// room.
func (w *widgets) captured(m *model) (any, error) {
	list := make([]json.RawMessage, 0, len(m.out.list))
	for _, o := range m.out.result(0, nil) {
		raw, err := outputJSON(o)
		if err != nil {
			return nil, err
		}
		list = append(list, raw)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(raw, m.state["outputs"]) {
		return nil, nil
	}
	grown := len(raw) - len(m.state["outputs"])
	if w.limit > 0 && grown > 0 && w.size+grown > w.limit {
		w.cut = true
		return nil, nil
	}
	w.size += grown
	m.state["outputs"] = raw
	return map[string]any{"comm_id": w.id(m), "data": map[string]any{
		"method": "update", "state": map[string]any{"outputs": list}, "buffer_paths": []any{},
	}}, nil
}

func (w *widgets) id(m *model) string {
	for id, n := range w.models {
		if n == m {
			return id
		}
	}
	return ""
}

// outputJSON is an output as the widget protocol has it.
func outputJSON(o *notebook.Output) (json.RawMessage, error) {
	v := map[string]any{"output_type": o.Type}
	switch o.Type {
	case notebook.Stream:
		v["name"], v["text"] = o.Name, o.Text
	case notebook.ErrorOutput:
		v["ename"], v["evalue"], v["traceback"] = o.EName, o.EValue, o.Traceback
	default:
		v["data"], v["metadata"] = o.Data, json.RawMessage("{}")
		if o.Metadata != nil {
			v["metadata"] = o.Metadata
		}
		if o.Type == notebook.ExecuteResult {
			v["execution_count"] = o.ExecutionCount
		}
	}
	return json.Marshal(v)
}

// store writes the state of all models into the notebook's metadata; without models it removes that
// of an earlier run.
func (w *widgets) store(nb *notebook.Notebook) error {
	type stored struct {
		ModelName    string                     `json:"model_name"`
		ModelModule  string                     `json:"model_module"`
		ModelVersion string                     `json:"model_module_version"`
		State        map[string]json.RawMessage `json:"state"`
		Buffers      []widgetBuffer             `json:"buffers,omitempty"`
	}
	states := map[string]stored{}
	for id, m := range w.models {
		if _, ok := m.state["_model_name"]; ok {
			states[id] = stored{m.str("_model_name"), m.str("_model_module"), m.str("_model_module_version"), m.state, m.buffers}
		}
	}
	if len(states) == 0 {
		nb.Metadata.Delete("widgets")
		return nil
	}
	return nb.Metadata.Put("widgets", map[string]any{
		"application/vnd.jupyter.widget-state+json": map[string]any{"state": states, "version_major": 2, "version_minor": 0},
	})
}
