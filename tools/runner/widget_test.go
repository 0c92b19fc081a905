package runner

import (
	"fmt"
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// TestWidgetsLimit: the states of widgets, which a notebook keeps, have the limit of a cell's
// output, whichever way they grow.
func TestWidgetsLimit(t *testing.T) {
	comm := func(kind, id, state string) jupyter.Message {
		return msg(kind, fmt.Sprintf(`{"comm_id":%q,"target_name":"jupyter.widget","data":{"method":"update","state":%s}}`, id, state))
	}
	large := strings.Repeat("a", 2000)
	const output = `{"_model_module":"@jupyter-widgets/output","_model_name":"OutputModel","msg_id":"request"}`
	for _, tt := range []struct {
		name     string
		in       []jupyter.Message
		captured int // streams of 100 bytes that the Output widget takes
		cut      bool
	}{
		{"small", []jupyter.Message{comm("comm_open", "a", `{"value":1}`), comm("comm_msg", "a", `{"value":2}`)}, 0, false},
		{"a large one", []jupyter.Message{comm("comm_open", "a", `{"value":"`+large+`"}`)}, 0, true},
		{"one that grows", []jupyter.Message{comm("comm_open", "a", `{}`), comm("comm_msg", "a", `{"value":"`+large+`"}`)}, 0, true},
		{"large buffers", []jupyter.Message{func() jupyter.Message {
			m := msg("comm_open", `{"comm_id":"a","data":{"state":{},"buffer_paths":[["x"]]}}`)
			m.Buffers = [][]byte{[]byte(large)}
			return m
		}()}, 0, true},
		{"captured outputs", []jupyter.Message{comm("comm_open", "a", output)}, 3, false},
		{"captured outputs that grow", []jupyter.Message{comm("comm_open", "a", output)}, 300, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &widgets{limit: 1024}
			for _, m := range tt.in {
				w.take(m)
			}
			told := 0
			for i := range tt.captured {
				in := w.capturing("request")
				if in == nil {
					t.Fatal("the Output widget captures nothing")
				}
				if err := in.out.take(stream("stdout", fmt.Sprintf("%-100d", i))); err != nil {
					t.Fatal(err)
				}
				answer, err := w.captured(in)
				if err != nil {
					t.Fatal(err)
				}
				if answer != nil {
					told++
				}
			}
			kept := 0
			for _, m := range w.models {
				for k, v := range m.state {
					kept += len(k) + len(v)
				}
				for _, b := range m.buffers {
					kept += len(b.Data)
				}
				if m.out != nil {
					kept += m.out.size
				}
			}
			if w.cut != tt.cut || kept > 3*1024 {
				t.Errorf("cut %v, want %v; %d bytes are kept", w.cut, tt.cut, kept)
			}
			if told > 10 {
				t.Errorf("the kernel was told %d times", told)
			}
		})
	}
}
