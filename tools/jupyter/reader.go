package jupyter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// connect opens the four channels and starts to read them. Shell, control and stdin have one
// identity: a kernel addresses its input requests to the one who sent the request on shell, and
// GoNB answers control on shell.
func (k *Kernel) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-k.dead:
			cancel(errors.New("the kernel has ended"))
		case <-ctx.Done():
		}
	}()
	ports := map[string]int{"iopub": k.conn.IOPubPort, "shell": k.conn.ShellPort, "control": k.conn.ControlPort, "stdin": k.conn.StdinPort}
	for _, name := range slices.Sorted(maps.Keys(ports)) {
		kind := zmq4.Dealer
		if name == "iopub" {
			kind = zmq4.Sub
		}
		network, address := k.conn.address(ports[name])
		c, err := dial(ctx, name, network, address, kind, k.session)
		if err != nil {
			k.mu.Lock()
			defer k.mu.Unlock()
			for _, c := range k.channels {
				c.close()
			}
			k.queue.close()
			return err
		}
		k.mu.Lock()
		k.channels[name] = c
		k.mu.Unlock()
	}
	var readers sync.WaitGroup
	for _, c := range k.channels {
		readers.Go(func() { k.read(c) })
	}
	go func() {
		readers.Wait()
		k.queue.close()
	}()
	go k.deliver()
	return nil
}

// read takes in a channel's messages until it ends.
func (k *Kernel) read(c *channel) {
	defer c.close()
	for {
		frames, err := c.receive()
		if err != nil {
			k.lost(c.name)
			return
		}
		m, err := decode([]byte(k.conn.Key), c.name, frames)
		switch {
		case err != nil:
			k.drop(err)
		case !k.probe.take(m):
			k.queue.push(m)
		}
	}
}

func (k *Kernel) drop(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err {
	case errSignature:
		k.dropped.Signature++
	case errOrphan:
		k.dropped.Orphans++
	default:
		k.dropped.Malformed++
	}
}

// lost deals with a connection that the kernel has closed. If it was not the kernel's end, which is
// seen within a moment, it must be made its end: nothing would ever come by this connection again.
func (k *Kernel) lost(name string) {
	select {
	case <-k.dead:
		return
	case <-time.After(500 * time.Millisecond):
	}
	k.mu.Lock()
	if k.broken == "" && !k.stopping {
		k.broken = name
	}
	kill := !k.stopping
	k.mu.Unlock()
	if kill {
		k.child.kill()
	}
}

// deliver moves messages from the queue to the reader of Messages.
func (k *Kernel) deliver() {
	defer close(k.out)
	for {
		m, ok := k.queue.pop()
		if !ok {
			return
		}
		select {
		case k.out <- m:
			continue
		case <-k.abandon:
		}
		// Shutdown is over. Who still reads gets the rest; nobody must not keep us.
		select {
		case k.out <- m:
		case <-time.After(100 * time.Millisecond):
			return
		}
	}
}

// watch waits for the end of the kernel's process.
func (k *Kernel) watch() {
	end := <-k.child.exited
	k.mu.Lock()
	if !k.stopping {
		k.death = &DeathError{Kernel: k.spec.label(), Signal: end.Signal, Code: end.Code, Stderr: k.child.tail.last(), Reason: end.Error}
		if k.broken != "" {
			k.death.Reason = fmt.Sprintf("it closed its %s connection and was killed", k.broken)
		}
	}
	for _, c := range k.channels {
		c.drain()
	}
	close(k.dead)
	k.mu.Unlock()
}
