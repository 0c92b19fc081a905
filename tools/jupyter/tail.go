package jupyter

import (
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
)

// tail keeps the end of a process's output.
type tail struct {
	mu   sync.Mutex
	text []byte
	done chan struct{}
}

// tailSize is how much of a kernel's own output is kept, in bytes.
const tailSize = 64 << 10

func newTail(r io.Reader) *tail {
	t := &tail{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		buf := make([]byte, 8<<10)
		for {
			n, err := r.Read(buf)
			t.mu.Lock()
			t.text = append(t.text, buf[:n]...)
			if len(t.text) > 2*tailSize {
				t.text = append(t.text[:0], t.text[len(t.text)-tailSize:]...)
			}
			t.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return t
}

// waitEnd waits for the end of the output, which a process that inherited it may keep open.
func (t *tail) waitEnd(limit time.Duration) {
	select {
	case <-t.done:
	case <-time.After(limit):
	}
}

// forget drops the text so far: a kernel's messages while it started explain no later death.
func (t *tail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = t.text[:0]
}

// colours are the escape sequences of a terminal's colours.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// last returns the last twelve lines, or twelve from the last Go panic on, whose cause stands at
// its top.
func (t *tail) last() string {
	t.mu.Lock()
	text := strings.ToValidUTF8(string(t.text), "\uFFFD")
	t.mu.Unlock()
	text = colours.ReplaceAllString(text, "")
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	from := max(0, len(lines)-12)
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "panic: ") || strings.HasPrefix(lines[i], "fatal error: ") {
			from = i
			break
		}
	}
	return strings.TrimSpace(strings.Join(lines[from:min(len(lines), from+12)], "\n"))
}
