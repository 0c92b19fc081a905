// Package jupyter runs a Jupyter kernel: it finds or builds it, starts it under a supervisor that lets nothing of it
// survive, and speaks the wire protocol with it.
package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Options says what [Start] starts.
type Options struct {
	Spec         *Spec
	Dir          string        // the kernel's working directory, "" is ours
	Env          []string      // NAME=value, on top of our environment and Spec.Env
	Transport    string        // "ipc", "tcp", or "" for ipc where the system has unix sockets
	ReadyTimeout time.Duration // how long the kernel may take to answer, 0 is 60 s
}

// Kernel is a live kernel. Its methods may be called from several goroutines.
type Kernel struct{}

// Dropped counts what a kernel sent that is no message for us.
type Dropped struct {
	Malformed int // no delimiter, too few frames, not JSON
	Signature int // wrong HMAC
	Orphans   int // no parent
}

// Start starts a kernel and returns when it has answered kernel_info on shell and been heard on iopub.
func Start(ctx context.Context, opt Options) (*Kernel, error) { return nil, errors.New("not yet") }

// Execute sends an execute_request with every field set and allow_stdin false; the id is the parent of what answers it.
func (k *Kernel) Execute(code string, silent, storeHistory, stopOnError bool) (msgID string, err error) {
	return "", errors.New("not yet")
}

// Send sends a request by "shell", "control" or "stdin".
func (k *Kernel) Send(channel, msgType string, content any) (msgID string, err error) {
	return "", errors.New("not yet")
}

// Messages is the one channel of everything the kernel sends, in arrival order per socket. It is closed after the
// kernel's death, when all that it had sent is delivered.
func (k *Kernel) Messages() <-chan Message { return nil }

// Info is the content of the kernel_info_reply.
func (k *Kernel) Info() json.RawMessage { return nil }

// Interrupt interrupts what runs, by message or by signal as the spec says. GoNB loses an interrupt that comes
// while it compiles: repeat it.
func (k *Kernel) Interrupt() error { return errors.New("not yet") }

// Shutdown ends the kernel and all its descendants and removes its folder: interrupt, shutdown_request, SIGTERM, SIGKILL.
func (k *Kernel) Shutdown(ctx context.Context) error { return errors.New("not yet") }

// Dead is closed when the kernel's process has ended, for whatever reason.
func (k *Kernel) Dead() <-chan struct{} { return nil }

// Death says how the kernel died; nil while it lives and after a Shutdown.
func (k *Kernel) Death() *DeathError { return nil }

// Dropped says what was thrown away so far.
func (k *Kernel) Dropped() Dropped { return Dropped{} }
