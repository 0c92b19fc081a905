package jupyter

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestNewFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), strings.Repeat("deep/", 20)))
	os.MkdirAll(os.TempDir(), 0o700)
	folder := newFolder()
	if longest := filepath.Join(folder, "gonb_12345678", "gopls_socket"); len(longest) > longestSocket {
		t.Errorf("%s has %d bytes, a socket's name may have %d", longest, len(longest), longestSocket)
	}
}

func TestConnectionFile(t *testing.T) {
	c, err := newConnection("ipc", "/tmp/fb1", "gonb")
	if err != nil {
		t.Fatal(err)
	}
	name, data := c.file()
	if !regexp.MustCompile(`^kernel-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.json$`).MatchString(name) {
		t.Errorf("name %s", name)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got["signature_scheme"] != "hmac-sha256" || got["transport"] != "ipc" || len(got["key"].(string)) < 26 {
		t.Errorf("%s", data)
	}
	if _, err := newConnection("udp", "/tmp/fb1", "x"); err == nil || err.Error() != `transport "udp" is neither ipc nor tcp` {
		t.Error(err)
	}
}

// TestFreePorts: no port is given to two kernels, until the first has released it.
func TestFreePorts(t *testing.T) {
	given := map[int]bool{}
	for range 40 {
		c, err := newConnection("tcp", "", "x")
		if err != nil {
			t.Fatal(err)
		}
		defer c.release()
		for _, port := range []int{c.ShellPort, c.IOPubPort, c.StdinPort, c.ControlPort, c.HBPort} {
			if given[port] {
				t.Fatalf("port %d was given twice", port)
			}
			given[port] = true
		}
	}
}

// TestQueue: a full queue makes the writer wait, and closing it lets the writer go.
func TestQueue(t *testing.T) {
	q := newQueue()
	large := Message{Content: make([]byte, queueLimit+1)}
	q.push(large)
	pushed := make(chan bool)
	go func() {
		q.push(Message{Channel: "second"})
		pushed <- true
	}()
	select {
	case <-pushed:
		t.Fatal("a full queue took more")
	case <-time.After(20 * time.Millisecond):
	}
	if m, ok := q.pop(); !ok || len(m.Content) != len(large.Content) {
		t.Error("lost the first message")
	}
	<-pushed
	q.close()
	q.push(Message{Channel: "too late"})
	if m, ok := q.pop(); !ok || m.Channel != "second" {
		t.Errorf("got %q, %v", m.Channel, ok)
	}
	if _, ok := q.pop(); ok {
		t.Error("a closed queue took a message")
	}
}

func TestTail(t *testing.T) {
	var long strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&long, "line %d of the kernel's chatter\n", i)
	}
	for _, test := range []struct{ name, text, first, last string }{
		{"short", "a\nb\n", "a", "b"},
		{"the last twelve lines", long.String(), "line 9988 of the kernel's chatter", "line 9999 of the kernel's chatter"},
		{"from the panic on", "chatter\npanic: oh\n\ngoroutine 1 [running]:\n" + strings.Repeat("\tmain.go:1\n", 30), "panic: oh", "main.go:1"},
	} {
		tail := newTail(strings.NewReader(test.text))
		<-tail.done
		lines := strings.Split(tail.last(), "\n")
		if lines[0] != test.first || strings.TrimSpace(lines[len(lines)-1]) != test.last || len(lines) > 12 {
			t.Errorf("%s: %q", test.name, lines)
		}
	}
}
