package jupyter

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// How long each step of a shutdown may take before the next one.
const (
	graceRequest   = 3 * time.Second
	graceTerminate = time.Second
	graceKill      = 5 * time.Second // the supervisor gives up on a process after two
)

// Interrupt interrupts the running cell, by message or by signal as the spec says. GoNB loses an
// interrupt that comes while it compiles: repeat it. GoNB kills a cell that does not heed one after
// five seconds.
func (k *Kernel) Interrupt() error {
	if k.spec.InterruptMode == "message" {
		_, err := k.Send("control", "interrupt_request", struct{}{})
		return err
	}
	if !signals {
		return fmt.Errorf("interrupt kernel %s: its spec says by signal, which this system does not have", k.spec.label())
	}
	k.child.order(cmdInterrupt)
	return nil
}

// Shutdown ends the kernel and all its descendants and removes its folder: interrupt,
// shutdown_request, SIGTERM, SIGKILL, each when the one before has not helped; SIGKILL at once when
// ctx ends. Its error names the files that could not be removed. Messages that the kernel had sent
// can be read from Messages meanwhile; unread messages are thrown away. Shutdown of a dead kernel
// only waits for the cleaning, and a second call returns the first one's result.
func (k *Kernel) Shutdown(ctx context.Context) error {
	k.shutdown.Do(func() {
		k.mu.Lock()
		k.stopping = true
		k.mu.Unlock()
		k.stop(ctx)
		k.child.kill()
		select {
		case <-k.child.gone:
		case <-time.After(graceKill):
			k.left = fmt.Errorf("shut kernel %s down: its supervisor does not end", k.spec.label())
		}
		k.end()
		if _, err := os.Lstat(k.child.folder); err == nil && k.left == nil {
			k.left = fmt.Errorf("shut kernel %s down: could not remove %s", k.spec.label(), k.child.folder)
		}
	})
	return k.left
}

// stop is the friendly part of a shutdown.
func (k *Kernel) stop(ctx context.Context) {
	ended := func(grace time.Duration) bool {
		select {
		case <-k.dead:
			return true
		case <-ctx.Done():
			return true
		case <-time.After(grace):
			return false
		}
	}
	select {
	case <-k.dead:
		return
	default:
	}
	if ctx.Err() != nil {
		return
	}
	err := k.Interrupt()
	_, err2 := k.Send("control", "shutdown_request", map[string]bool{"restart": false})
	if errors.Join(err, err2) == nil && ended(graceRequest) {
		return
	}
	k.child.order(cmdTerminate)
	ended(graceTerminate)
}

// end lets go of the connections.
func (k *Kernel) end() {
	k.queue.close()
	close(k.abandon)
	for _, c := range k.channels {
		c.close()
	}
	k.conn.release()
}
