package jupyter

import (
	"strconv"
	"testing"
	"time"
)

// TestQueue: a full queue makes the writer wait, and closing it lets the writer go.
func TestQueue(t *testing.T) {
	q := newQueue(nil)
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

// TestQueueOrder: messages come in the order in which they were pushed, whether who reads waits for
// them or is late.
func TestQueueOrder(t *testing.T) {
	out := make(chan Message)
	q := newQueue(out)
	k := &Kernel{queue: q, out: out, abandon: make(chan struct{})}
	go k.deliver()
	const n = 2000
	go func() {
		for i := range n {
			q.push(Message{Channel: strconv.Itoa(i)})
			if i%100 == 0 {
				time.Sleep(time.Millisecond) // the reader is ahead again
			}
		}
		q.close()
	}()
	got := 0
	for m := range out {
		if want := strconv.Itoa(got); m.Channel != want {
			t.Fatalf("message %s came in the place of %s", m.Channel, want)
		}
		got++
		if got%77 == 0 {
			time.Sleep(time.Millisecond / 10) // the reader is late
		}
	}
	if got != n {
		t.Errorf("%d messages came of %d", got, n)
	}
}
