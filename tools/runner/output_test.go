package runner

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// msg makes an iopub message; content is JSON as a kernel sends it.
func msg(kind, content string) jupyter.Message {
	return jupyter.Message{Channel: "iopub", Header: jupyter.Header{MsgType: kind}, Content: json.RawMessage(content)}
}

func stream(name, text string) jupyter.Message {
	b, err := json.Marshal(map[string]string{"name": name, "text": text})
	if err != nil {
		panic(err)
	}
	return msg("stream", string(b))
}

func show(id, text string) jupyter.Message {
	return msg("display_data", fmt.Sprintf(`{"data":{"text/plain":%q},"metadata":{},"transient":{"display_id":%q}}`, text, id))
}

func update(id, text string) jupyter.Message {
	return msg("update_display_data", fmt.Sprintf(`{"data":{"text/plain":%q},"metadata":{"new":true},"transient":{"display_id":%q}}`, text, id))
}

// line writes outputs in short, one a line.
func line(outs []*notebook.Output) []string {
	lines := []string{}
	for _, o := range outs {
		switch o.Type {
		case notebook.Stream:
			lines = append(lines, fmt.Sprintf("%s %q", o.Name, o.Text))
		case notebook.ErrorOutput:
			lines = append(lines, fmt.Sprintf("error %s %s %q", o.EName, o.EValue, o.Traceback))
		default:
			text, _ := o.Data.Text("text/plain")
			l := fmt.Sprintf("%s %q", o.Type, text)
			if o.Metadata != nil && string(o.Metadata) != "{}" {
				l += " " + string(o.Metadata)
			}
			if o.ExecutionCount != nil {
				l += fmt.Sprintf(" [%d]", *o.ExecutionCount)
			}
			lines = append(lines, l)
		}
	}
	return lines
}

func TestOutputs(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []jupyter.Message
		want []string
	}{
		{"adjacent streams are one", []jupyter.Message{stream("stdout", "a"), stream("stdout", "b\n"), stream("stderr", "e"), stream("stdout", "c")},
			[]string{`stdout "ab\n"`, `stderr "e"`, `stdout "c"`}},
		{"a display keeps them apart", []jupyter.Message{stream("stdout", "before\n"), show("", "d"), stream("stdout", "after\n")},
			[]string{`stdout "before\n"`, `display_data "d"`, `stdout "after\n"`}},
		{"empty text is nothing", []jupyter.Message{stream("stdout", "")}, []string{}},
		{"result has the notebook's count", []jupyter.Message{msg("execute_result", `{"data":{"text/plain":"1"},"metadata":{},"execution_count":99}`)},
			[]string{`execute_result "1" [7]`}},
		{"error", []jupyter.Message{msg("error", `{"ename":"E","evalue":"v","traceback":["t"]}`)}, []string{`error E v ["t"]`}},
		// nbclient dies here: coalescing moves the display under its recorded index
		{"update after streams that merge", []jupyter.Message{stream("stdout", "a"), stream("stderr", "b"), stream("stdout", "c"), show("i", "old"), update("i", "new")},
			[]string{`stdout "a"`, `stderr "b"`, `stdout "c"`, `display_data "new" {"new":true}`}},
		{"update changes all with the id", []jupyter.Message{show("i", "1"), show("i", "2"), update("i", "3")},
			[]string{`display_data "3" {"new":true}`, `display_data "3" {"new":true}`}},
		{"a second display updates the first", []jupyter.Message{show("i", "1"), show("i", "2")}, []string{`display_data "2"`, `display_data "2"`}},
		{"update of an unknown id", []jupyter.Message{update("i", "1")}, []string{}},
		{"transient is null", []jupyter.Message{msg("display_data", `{"data":{"text/plain":"x"},"metadata":{},"transient":null}`)}, []string{`display_data "x"`}},
		{"clear now", []jupyter.Message{stream("stdout", "a"), msg("clear_output", `{"wait":false}`), stream("stdout", "b")}, []string{`stdout "b"`}},
		{"clear waits for output", []jupyter.Message{stream("stdout", "a"), msg("clear_output", `{"wait":true}`)}, []string{`stdout "a"`}},
		{"clear waits, then output", []jupyter.Message{stream("stdout", "a"), msg("clear_output", `{"wait":true}`), show("", "d")}, []string{`display_data "d"`}},
		{"an update is no output", []jupyter.Message{show("i", "1"), msg("clear_output", `{"wait":true}`), update("i", "2")}, []string{`display_data "2" {"new":true}`}},
		{"update of a cleared display", []jupyter.Message{show("i", "1"), msg("clear_output", `{"wait":false}`), update("i", "2"), show("", "3")}, []string{`display_data "3"`}},
		{"a carriage return in the next message", []jupyter.Message{stream("stdout", "10%"), stream("stdout", "\r20%")}, []string{`stdout "20%"`}},
		{"bytes of a rune in two messages", []jupyter.Message{msg("stream", "{\"name\":\"stdout\",\"text\":\"a\xe2\x82\"}"), msg("stream", "{\"name\":\"stdout\",\"text\":\"\xacb\"}")},
			[]string{`stdout "a€b"`}},
		{"bytes that never become a rune", []jupyter.Message{msg("stream", "{\"name\":\"stdout\",\"text\":\"a\xe2\x82\"}"), stream("stdout", "b")},
			[]string{`stdout "a��b"`}},
		{"halves of a surrogate pair", []jupyter.Message{msg("stream", `{"name":"stdout","text":"a\ud83d"}`), msg("stream", `{"name":"stdout","text":"\ude00b"}`)},
			[]string{`stdout "a😀b"`}},
		{"a rune that the kernel cut", []jupyter.Message{stream("stdout", "a\ufffd"), stream("stdout", "\ufffd\ufffdb")}, []string{`stdout "a�b"`}},
		{"U+FFFD that was printed", []jupyter.Message{stream("stdout", "a\ufffd"), stream("stdout", "b\ufffd\ufffd")}, []string{`stdout "a�b��"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &outputs{displays: map[string][]*piece{}}
			for _, m := range tt.in {
				if err := o.take(m); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, line(o.result(7, nil))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An update reaches displays in other cells.
func TestOutputsUpdateAcrossCells(t *testing.T) {
	displays := map[string][]*piece{}
	first, second := &outputs{displays: displays}, &outputs{displays: displays}
	for _, step := range []struct {
		o *outputs
		m jupyter.Message
	}{{first, stream("stdout", "x")}, {first, show("i", "old")}, {second, update("i", "new")}} {
		if err := step.o.take(step.m); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{`stdout "x"`, `display_data "new" {"new":true}`}, line(first.result(1, nil))); diff != "" {
		t.Errorf("first cell (-want +got):\n%s", diff)
	}
}

// huge is an error of a megabyte.
func huge(name string) jupyter.Message {
	text := strings.Repeat("v", 1<<20)
	return msg("error", fmt.Sprintf(`{"ename":%q,"evalue":%q,"traceback":[%[2]q]}`, name, text))
}

func TestOutputsLimit(t *testing.T) {
	note := `stderr "[flowbook: the rest of this cell's output is dropped, the limit is 1 KiB]\n"`
	for _, tt := range []struct {
		name string
		in   []jupyter.Message
		want []string
	}{
		{"text", []jupyter.Message{stream("stdout", strings.Repeat("a", 1020)), stream("stdout", "bcdefg"), stream("stdout", "h")},
			[]string{fmt.Sprintf("stdout %q", strings.Repeat("a", 1020)+"bcde"), note}},
		{"display", []jupyter.Message{show("", strings.Repeat("a", 2000)), stream("stdout", "b")}, []string{note}},
		{"errors get in", []jupyter.Message{show("", strings.Repeat("a", 2000)), msg("error", `{"ename":"E","evalue":"v","traceback":[]}`)}, []string{note, `error E v []`}},
		{"metadata", []jupyter.Message{msg("display_data", fmt.Sprintf(`{"data":{"text/plain":"a"},"metadata":{"x":%q}}`, strings.Repeat("a", 2000)))}, []string{note}},
		{"updates that grow", []jupyter.Message{show("i", "a"), show("i", "b"), update("i", strings.Repeat("c", 600)), update("i", "d")},
			[]string{`display_data "d" {"new":true}`, `display_data "d" {"new":true}`, note}},
		{"updates that take turns", []jupyter.Message{show("i", "a"), update("i", strings.Repeat("b", 600)), update("i", strings.Repeat("c", 600)), update("i", "d"), show("", strings.Repeat("e", 900))},
			[]string{`display_data "d" {"new":true}`, fmt.Sprintf("display_data %q", strings.Repeat("e", 900))}},
		{"large errors", []jupyter.Message{huge("E"), huge("F"), huge("G")}, []string{note, fmt.Sprintf("error E %s [%[1]q]", strings.Repeat("v", 2048)+" … "+strings.Repeat("v", 2048))}},
		{"a progress bar takes one line", slow(2000), []string{`stdout "step 1999"`}},
		{"clearing makes room", []jupyter.Message{show("", strings.Repeat("a", 2000)), msg("clear_output", `{}`), stream("stdout", "b")}, []string{`stdout "b"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &outputs{displays: map[string][]*piece{}, limit: 1024}
			for _, m := range tt.in {
				if err := o.take(m); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, line(o.result(1, nil))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func slow(n int) []jupyter.Message {
	var ms []jupyter.Message
	for i := range n {
		ms = append(ms, stream("stdout", fmt.Sprintf("\rstep %d", i)))
	}
	return ms
}

func TestNormalizer(t *testing.T) {
	n := &normalizer{folders: []string{"/tmp/fb12/gonb_1a2b3c4d"}, name: "gonb_1a2b3c4d", roots: []root{{"/home/me/go/pkg/mod", "$GOMODCACHE"}, {"/usr/local/go", "$GOROOT"}, {"/src/flowbook/", ""}}}
	in := "read /data/gonb_0a0b0c0d/x, wrote /tmp/fb12/gonb_1a2b3c4d/out.txt and gonb_1a2b3c4d, 0xc000012345\npanic: boom\n\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a2b]\n\n" +
		"goroutine 1 [running]:\nmain.f(0xc00001, 0x3)\n\t\x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m /tmp/fb12/gonb_1a2b3c4d/main.go:16 +0x67\n" +
		"flowbook/ml.Train()\n\t/src/flowbook/ml/train.go:3 +0x1d\nruntime.main()\n\t/usr/local/go/src/runtime/proc.go:283 +0x28b\n\n" +
		"goroutine 18 [sleep]:\nmain.main.func3.1()\nmain.main.gowrap2()\nmain.main-range4(...)\nmain.f.func5()\nexit status 2\n0x99 main.main.func3\n"
	want := "read /data/gonb_0a0b0c0d/x, wrote $GONB_TMP_DIR/out.txt and gonb, 0xc000012345\npanic: boom\n\n[signal SIGSEGV: segmentation violation code=0x? addr=0x? pc=0x?]\n\n" +
		"goroutine 1 [running]:\nmain.f(0x?, 0x?)\n\t\x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m $GONB_TMP_DIR/main.go +0x?\n" +
		"flowbook/ml.Train()\n\tml/train.go:3 +0x?\nruntime.main()\n\t$GOROOT/src/runtime/proc.go:283 +0x?\n\n" +
		"goroutine N [sleep]:\nmain.main.funcN.1()\nmain.main.gowrapN()\nmain.main-rangeN(...)\nmain.f.func5()\nexit status 2\n0x99 main.main.func3\n"
	got := n.text(in)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := n.text(got); again != got {
		t.Errorf("not idempotent (-once +twice):\n%s", cmp.Diff(got, again))
	}
}

func TestLocate(t *testing.T) {
	compile := []string{"# gonb_1a2b3c4d", "Cell[13]: Line 2\nx\n\ty := 1\n^\n\n\x1b[31mdeclared and not used: y\x1b[0m"}
	for _, tt := range []struct {
		name, evalue, stderr string
		traceback            []string
		count                int
		want                 Position
	}{
		{"compile", "# gonb_1a2b3c4d\n./main.go:16:4: declared and not used: y\n", "", compile, 13, Position{Line: 2, Col: 4, Text: "declared and not used: y"}},
		{"panic", "exit status 2", "panic: boom\n\ngoroutine 1 [running]:\nmain.f(...)\n\t \x1b[7m[[ Cell [1] Line 3 ]]\x1b[0m /tmp/x/main.go:9\nexit status 2\n", []string{"exit status 2"}, 1, Position{Line: 3, Text: "panic: boom"}},
		{"log.Fatal", "exit status 1", "2020/01/01 no such file\nexit status 1\n", []string{"exit status 1"}, 0, Position{Text: "2020/01/01 no such file"}},
		{"a package", "# flowbook/ml\nml/a.go:13:9: undefined: fmt\n", "", nil, 0, Position{Text: "ml/a.go:13:9: undefined: fmt"}},
		{"a package of no module", "failed to run \"/x/go get\": exit status 1\n\ngo: gonb_21982612 imports\n\tb imports\n\tc: package c is not in std (/go/src/c)\n", "", nil, 0,
			Position{Text: "c: package c is not in std (/go/src/c)"}},
		{"python", "division by zero", "", []string{"Traceback", "Cell \x1b[0;32mIn[3], line 2\x1b[0m\n"}, 3, Position{Line: 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			count, got := locate(tt.traceback, tt.evalue, tt.stderr)
			if diff := cmp.Diff(tt.want, got); diff != "" || count != tt.count {
				t.Errorf("count %d, want %d; position (-want +got):\n%s", count, tt.count, diff)
			}
		})
	}
}
