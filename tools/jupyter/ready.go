package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// probe is how readiness is found out: kernel_info_request again and again, until a reply has come
// on shell and a message with such a request as its parent on iopub. Nothing else tells that a
// kernel knows its iopub subscriber.
type probe struct {
	mu    sync.Mutex
	ids   map[string]bool
	heard bool
	info  json.RawMessage
	done  chan struct{}
}

func newProbe() *probe { return &probe{ids: map[string]bool{}, done: make(chan struct{})} }

// take keeps back the answers to a probe, also long after: a kernel may have queued many of them.
func (p *probe) take(m Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ids[m.Parent.MsgID] {
		return false
	}
	was := p.heard && p.info != nil
	if m.Channel == "iopub" {
		p.heard = true
	}
	if m.Header.MsgType == "kernel_info_reply" && p.info == nil {
		p.info = m.Content
	}
	if !was && p.heard && p.info != nil {
		close(p.done)
	}
	return true
}

// ready sends probes until the kernel has answered on its shell and its iopub channel.
func (k *Kernel) ready(ctx context.Context) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		id := k.nextID()
		k.probe.mu.Lock()
		k.probe.ids[id] = true
		k.probe.mu.Unlock()
		if err := k.sendAs(id, "shell", "kernel_info_request", struct{}{}); err != nil {
			return err
		}
		select {
		case <-k.probe.done:
			k.info = k.probe.info
			k.child.tail.forget()
			return nil
		case <-k.dead:
			return errors.New("the kernel has ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}
