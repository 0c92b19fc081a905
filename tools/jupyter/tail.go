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

var (
	// logLine matches the head of a line of GoNB's log: its level, time, process and source line.
	logLine = regexp.MustCompile(`^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+\.go:\d+\] (\[[0-9a-f]{8}\] )?`)
	// frame matches a call in the trace of an error, above the line of its source file.
	frame = regexp.MustCompile(`^[\w./]+\.[\w.()*]+$`)
)

// causes leaves out GoNB's log of its work, and the traces of the errors in its log.
func causes(lines []string) []string {
	var left []string
	for i := 0; i < len(lines); i++ {
		switch m := logLine.FindStringSubmatch(lines[i]); {
		case m != nil && (m[1] == "I" || m[1] == "W"):
		case m != nil:
			left = append(left, lines[i][len(m[0]):])
		case i+1 < len(lines) && frame.MatchString(lines[i]) && strings.HasPrefix(lines[i+1], "\t"):
			i++
		default:
			left = append(left, lines[i])
		}
	}
	return left
}

// last returns the last twelve lines that tell of a fault, or twelve from the last Go panic on,
// whose cause stands at its top.
func (t *tail) last() string {
	t.mu.Lock()
	text := strings.ToValidUTF8(string(t.text), "\uFFFD")
	t.mu.Unlock()
	text = colours.ReplaceAllString(text, "")
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.HasPrefix(lines[i], "panic: ") || strings.HasPrefix(lines[i], "fatal error: ") {
			return strings.TrimSpace(strings.Join(lines[i:min(len(lines), i+12)], "\n"))
		}
	}
	lines = causes(lines)
	return strings.TrimSpace(strings.Join(lines[max(0, len(lines)-12):], "\n"))
}
