package fake

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// play executes a cell's steps, until an interrupt.
func (k *kernel) play(steps []Step, r request) {
	select {
	case <-k.interrupts: // drop an interrupt that came between two cells: it must not stop this one
	default:
	}
	for _, s := range steps {
		if k.step(s, r) {
			continue
		}
		for _, s := range Raise("KeyboardInterrupt", "")[2:] {
			k.step(s, r)
		}
		return
	}
}

// step does one step; false means that an interrupt has ended it.
func (k *kernel) step(s Step, r request) bool {
	switch s.Do {
	case "send":
		k.send(map[string]*socket{"shell": k.shell, "stdin": k.stdin, "control": k.control, "iopub": k.iopub}[s.Channel], s.Type, r, s.Content, s.Buffers...)
	case "input":
		k.send(k.iopub, "execute_input", r, map[string]any{"code": r.content.Code, "execution_count": k.count})
	case "result":
		k.send(k.iopub, "execute_result", r, map[string]any{"data": s.Content, "metadata": map[string]any{}, "execution_count": k.count})
	case "reply":
		content := map[string]any{"execution_count": k.count, "user_expressions": map[string]any{}}
		for name, value := range s.Content {
			content[name] = value
		}
		if s.Text != "" {
			content["status"] = s.Text
		}
		if s.Text == "error" {
			k.failed = time.Now()
		}
		k.send(k.shell, "execute_reply", r, content)
	case "sleep":
		select {
		case <-k.interrupts:
			return false
		case <-time.After(time.Duration(s.N) * time.Millisecond):
		}
	case "ask":
		k.send(k.stdin, "input_request", r, map[string]any{"prompt": s.Text, "password": false})
		select {
		case <-k.interrupts:
			return false
		case answer := <-k.answers:
			k.step(Stdout(answer), r)
		}
	case "flood":
		for i := range s.N {
			k.step(Stdout(fmt.Sprintf("%d\n", i)), r)
		}
	case "big":
		k.step(Display(map[string]any{"text/plain": strings.Repeat("x", s.N)}, ""), r)
	case "die":
		os.Exit(s.N)
	case "kill":
		self, _ := os.FindProcess(os.Getpid())
		self.Kill()
		select {}
	case "panic":
		panic(s.Text)
	default:
		k.mischief(s, r)
	}
	return true
}

// mischief does the things that only a broken kernel does.
func (k *kernel) mischief(s Step, r request) {
	output := map[string]any{"name": "stdout", "text": "must not be seen\n"}
	idle := map[string]any{"execution_state": "idle"}
	switch s.Do {
	case "garbage":
		good := k.frames("stream", r.header, output)
		with := func(at int, frame string) [][]byte {
			bad := append([][]byte{}, good...)
			bad[at] = []byte(frame)
			return bad
		}
		for _, bad := range [][][]byte{{{}}, {[]byte("\xff\x00\xfe")}, good[1:], good[:4], with(0, "<IDS>"),
			frames(k.key, "", 0, r.header, output), raw(k.key, "null", "{", "{}", "]")} {
			k.iopub.send(bad...)
			k.shell.send(bad...)
		}
	case "forged":
		for _, m := range [][][]byte{frames("another key", "stream", 1, r.header, output), frames("another key", "status", 2, r.header, idle)} {
			k.iopub.send(m...)
		}
		k.shell.send(frames("another key", "execute_reply", 3, r.header, map[string]any{"status": "ok"})...)
	case "orphans":
		k.iopub.send(k.frames("stream", nil, output)...)
		k.iopub.send(k.frames("status", nil, idle)...)
	case "stranger":
		other := header{"msg_id": "somebody-else", "session": "other", "msg_type": "execute_request"}
		k.iopub.send(k.frames("stream", other, output)...)
		k.iopub.send(k.frames("status", other, idle)...)
	case "raw":
		k.iopub.raw.Write(s.Buffers[0])
	case "close":
		k.iopub.raw.Close()
	default:
		panic("fake kernel: unknown step " + s.Do)
	}
}
