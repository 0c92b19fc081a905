package jupyter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
)

// start starts a kernel and shuts it down with the test, after which nothing of it may be left.
func start(t testing.TB, opt jupyter.Options) *jupyter.Kernel {
	t.Helper()
	k, err := jupyter.Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(k.Folder()); err == nil {
			t.Errorf("%s is still there", k.Folder())
		}
	})
	return k
}

// play starts a fake kernel, executes code and returns the kernel and the request's id.
func play(t *testing.T, script fake.Script, code string) (*jupyter.Kernel, string) {
	t.Helper()
	k := start(t, jupyter.Options{Spec: fake.Spec(t, script)})
	id, err := k.Execute(code, false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	return k, id
}

// script is a script with one cell.
func script(steps ...fake.Step) fake.Script {
	return fake.Script{Cells: map[string][]fake.Step{"x": steps}}
}

// brief describes a message in a line.
func brief(m jupyter.Message) string {
	var c struct {
		State  *string `json:"execution_state"`
		Text   *string `json:"text"`
		Status *string `json:"status"`
		EName  *string `json:"ename"`
	}
	json.Unmarshal(m.Content, &c)
	line := m.Channel + " " + m.Header.MsgType
	for _, field := range []*string{c.State, c.Text, c.Status, c.EName} {
		if field != nil {
			line += " " + *field
		}
	}
	return strings.TrimSpace(line)
}

// collect returns the answers to id, up to the end of the kernel or to the answers to one more
// cell, after which, in a kernel that works through its requests one by one, no more can come.
func collect(t *testing.T, k *jupyter.Kernel, id string) (lines []string) {
	t.Helper()
	last, err := k.Execute("nothing more", false, true, true)
	if err != nil {
		last = "" // dead: what it had sent is still to come
	}
	late := time.After(20 * time.Second)
	for replied, idle := false, false; !replied || !idle; {
		select {
		case m, ok := <-k.Messages():
			switch {
			case !ok:
				return append(lines, "closed")
			case m.Parent.MsgID == id:
				lines = append(lines, brief(m))
			case m.Parent.MsgID == last:
				replied = replied || m.Header.MsgType == "execute_reply"
				idle = idle || brief(m) == "iopub status idle"
			}
		case <-late:
			t.Fatalf("no end after %q", lines)
		}
	}
	return lines
}

// await reads answers to id until there is one of type msgType.
func await(t *testing.T, k *jupyter.Kernel, id, msgType string) {
	t.Helper()
	for m := range k.Messages() {
		if m.Parent.MsgID == id && m.Header.MsgType == msgType {
			return
		}
	}
	t.Fatal(k.Death())
}

// by keeps the lines of a channel; between channels the order is not the kernel's.
func by(channel string, lines []string) (kept []string) {
	for _, line := range lines {
		if strings.HasPrefix(line, channel+" ") || line == "closed" {
			kept = append(kept, line)
		}
	}
	return kept
}

func TestFakeKernel(t *testing.T) {
	busy, idle, input := "iopub status busy", "iopub status idle", "iopub execute_input"
	for _, test := range []struct {
		name         string
		steps        []fake.Step
		shell, iopub []string
		dropped      jupyter.Dropped
	}{
		{name: "a good cell", steps: fake.Cell(fake.Stdout("hi")),
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, input, "iopub stream hi", idle}},
		{name: "reply after idle", steps: []fake.Step{fake.Busy(), fake.Idle(), fake.Reply("ok")},
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, idle}},
		{name: "no idle", steps: []fake.Step{fake.Busy(), fake.Reply("ok")},
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy}},
		{name: "two idles", steps: []fake.Step{fake.Busy(), fake.Idle(), fake.Reply("ok"), fake.Idle()},
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, idle, idle}},
		{name: "aborted", steps: []fake.Step{fake.Reply("aborted")}, shell: []string{"shell execute_reply aborted"}},
		{name: "no status", steps: []fake.Step{fake.Reply("")}, shell: []string{"shell execute_reply"}},
		{name: "error", steps: fake.Raise("E", "v"),
			shell: []string{"shell execute_reply error E"}, iopub: []string{busy, input, "iopub error E", idle}},
		{name: "displays", steps: fake.Cell(fake.Display(map[string]any{"text/plain": "a"}, "id"), fake.Update(map[string]any{"text/plain": "b"}, "id"), fake.Clear(true), fake.Result(map[string]any{"text/plain": "c"})),
			shell: []string{"shell execute_reply ok"},
			iopub: []string{busy, input, "iopub display_data", "iopub update_display_data", "iopub clear_output", "iopub execute_result", idle}},
		{name: "garbage", steps: fake.Cell(fake.Garbage()),
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, input, idle}, dropped: jupyter.Dropped{Malformed: 14}},
		{name: "wrong signature", steps: fake.Cell(fake.Forged()),
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, input, idle}, dropped: jupyter.Dropped{Signature: 3}},
		{name: "no parent", steps: fake.Cell(fake.Orphans()),
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, input, idle}, dropped: jupyter.Dropped{Orphans: 2}},
		{name: "another's parent", steps: fake.Cell(fake.Stranger()),
			shell: []string{"shell execute_reply ok"}, iopub: []string{busy, input, idle}},
		{name: "binary buffers", steps: []fake.Step{fake.Send("iopub", "comm_msg", map[string]any{"comm_id": "c"}, []byte{0, 1}, nil)},
			iopub: []string{"iopub comm_msg"}},
		{name: "silence"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k, id := play(t, script(test.steps...), "x")
			lines := collect(t, k, id)
			if diff := cmp.Diff(test.shell, by("shell", lines)); diff != "" {
				t.Errorf("shell (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.iopub, by("iopub", lines)); diff != "" {
				t.Errorf("iopub (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.dropped, k.Dropped()); diff != "" {
				t.Errorf("dropped (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSlowStart(t *testing.T) {
	t.Parallel()
	k := start(t, jupyter.Options{Spec: fake.Spec(t, fake.Script{StartDelay: 400 * time.Millisecond})})
	if !strings.Contains(string(k.Info()), `"implementation":"fake"`) {
		t.Errorf("info %s", k.Info())
	}
}

func TestFlood(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 5_000
	}
	k, id := play(t, script(fake.Cell(fake.Flood(n))...), "x")
	time.Sleep(200 * time.Millisecond) // a reader that is late loses nothing
	next := 0
	for m := range k.Messages() {
		if m.Header.MsgType == "stream" && m.Parent.MsgID == id {
			if want := fmt.Sprintf(`{"name":"stdout","text":"%d\n"}`, next); string(m.Content) != want {
				t.Fatalf("message %d is %s", next, m.Content)
			}
			next++
		}
		if brief(m) == "iopub status idle" {
			break
		}
	}
	if next != n {
		t.Errorf("%d messages of %d", next, n)
	}
}

func TestBig(t *testing.T) {
	n := 100 << 20
	if testing.Short() {
		n = 5 << 20
	}
	k, _ := play(t, script(fake.Cell(fake.Big(n))...), "x")
	for m := range k.Messages() {
		if m.Header.MsgType == "display_data" {
			if len(m.Content) < n {
				t.Errorf("%d bytes of %d", len(m.Content), n)
			}
			return
		}
	}
	t.Error(k.Death())
}

func TestInterrupt(t *testing.T) {
	for _, mode := range []string{"message", "signal"} {
		t.Run(mode, func(t *testing.T) {
			if mode == "signal" && runtime.GOOS == "windows" {
				t.Skip("Windows sends no process an interrupt signal")
			}
			t.Parallel()
			s := script(fake.Busy(), fake.Hang(), fake.Reply("ok"), fake.Idle())
			s.InterruptMode = mode
			k, id := play(t, s, "x")
			await(t, k, id, "status")
			if err := k.Interrupt(); err != nil {
				t.Fatal(err)
			}
			lines := collect(t, k, id)
			if diff := cmp.Diff([]string{"shell execute_reply error KeyboardInterrupt"}, by("shell", lines)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStdin(t *testing.T) {
	t.Parallel()
	k, id := play(t, script(fake.Cell(fake.Ask("name? "))...), "x")
	var lines []string
	for m := range k.Messages() {
		if m.Parent.MsgID != id {
			continue
		}
		lines = append(lines, brief(m))
		if m.Channel == "stdin" {
			if _, err := k.Send("stdin", "input_reply", map[string]string{"value": "Ada"}); err != nil {
				t.Fatal(err)
			}
		}
		if brief(m) == "iopub status idle" {
			break
		}
	}
	if !strings.Contains(strings.Join(lines, "\n"), "iopub stream Ada") {
		t.Errorf("%q", lines)
	}
}

func TestTCP(t *testing.T) {
	fake.NeedLoopback(t)
	t.Parallel()
	k := start(t, jupyter.Options{Spec: fake.Spec(t, fake.Script{}), Transport: "tcp"})
	id, err := k.Execute("over tcp", false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	if lines := collect(t, k, id); !strings.Contains(strings.Join(lines, "\n"), "iopub stream over tcp") {
		t.Errorf("%q", lines)
	}
}

func ExampleStart() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	spec, err := fake.Write(dir, fake.Script{})
	if err != nil {
		fmt.Println(err)
		return
	}
	kernel, err := jupyter.Start(ctx, jupyter.Options{Spec: spec})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer kernel.Shutdown(ctx)
	id, err := kernel.Execute("print me", false, true, true)
	if err != nil {
		fmt.Println(err)
		return
	}
	for m := range kernel.Messages() {
		if m.Parent.MsgID == id && m.Header.MsgType == "stream" {
			fmt.Println(string(m.Content))
			break
		}
	}
	// Output: {"name":"stdout","text":"print me"}
}

func ExampleFindSpec() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	os.Setenv("JUPYTER_PATH", dir)
	defer os.Unsetenv("JUPYTER_PATH")
	if err := fake.Install(dir, "pretended", fake.Script{Language: "esperanto"}); err != nil {
		fmt.Println(err)
		return
	}
	spec, err := jupyter.FindSpec("pretended")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.DisplayName, spec.Language)
	// Output: Fake esperanto
}

// TestAborted: after a failed cell, what was already waiting is not executed.
func TestAborted(t *testing.T) {
	t.Parallel()
	s := fake.Script{AbortAfterError: true, Cells: map[string][]fake.Step{"fails": fake.Raise("E", "v", fake.Sleep(100*time.Millisecond))}}
	k, _ := play(t, s, "fails")
	waits, err := k.Execute("waits", false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	lines := collect(t, k, waits)
	if diff := cmp.Diff([]string{"shell execute_reply aborted"}, by("shell", lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
