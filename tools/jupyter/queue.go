package jupyter

import "sync"

// queueLimit is how many bytes of undelivered messages are kept. Below it the sockets are always
// read, for a kernel whose subscriber is slow throws messages away; above it the kernel has to
// wait.
const queueLimit = 64 << 20

// queue holds the messages of all channels in the order in which they arrived.
type queue struct {
	out chan<- Message // where the messages go

	mu     sync.Mutex
	change *sync.Cond
	items  []Message
	popped bool // a message has been taken that out may not have taken yet
	bytes  int
	closed bool
}

func newQueue(out chan<- Message) *queue {
	q := &queue{out: out}
	q.change = sync.NewCond(&q.mu)
	return q
}

func size(m Message) int {
	n := 512 + len(m.Content) + len(m.Metadata)
	for _, b := range m.Buffers {
		n += len(b)
	}
	return n
}

// push appends m, after waiting for room; a closed queue drops it. Who waits for a message gets it
// at once: a second goroutine in between costs a thread's wake-up.
func (q *queue) push(m Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 && !q.popped && !q.closed {
		select {
		case q.out <- m:
			return
		default:
		}
	}
	for q.bytes > queueLimit && !q.closed {
		q.change.Wait()
	}
	if q.closed {
		return
	}
	q.items = append(q.items, m)
	q.bytes += size(m)
	q.change.Broadcast()
}

// pop takes the first message, when out has the one before; ok is false when the queue is closed
// and empty.
func (q *queue) pop() (m Message, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.popped = false
	for len(q.items) == 0 && !q.closed {
		q.change.Wait()
	}
	if len(q.items) == 0 {
		return Message{}, false
	}
	m, q.popped = q.items[0], true
	q.items[0] = Message{}
	q.items = q.items[1:]
	q.bytes -= size(m)
	q.change.Broadcast()
	return m, true
}

// close ends the queue; its messages are still delivered.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change.Broadcast()
}
