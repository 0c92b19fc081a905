package jupyter

import (
	"testing"
	"time"
)

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
