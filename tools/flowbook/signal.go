package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"flowbook/tools/status"
)

// signalError is the cause of a context that a signal has ended.
type signalError struct{ sig os.Signal }

func (e *signalError) Error() string { return fmt.Sprintf("stopped by signal: %v", e.sig) }

// ExitCode is 128 and the signal's number.
func (e *signalError) ExitCode() int {
	switch e.sig {
	case syscall.SIGTERM:
		return status.ExitTerminated
	case syscall.SIGHUP:
		return status.ExitHungUp
	}
	return status.ExitInterrupted
}

// grace is the time in which a command must end after a signal, unless it is shutting down kernels.
// Without it, a command that waits for a pipe would never end.
const grace = time.Second

// repeat is the time within which further signals count as one with the first: timeout(1) sends its
// signal to the process and then to its group.
const repeat = time.Second

// supervised runs a command until it ends, or until a signal and then the grace are over. The first
// SIGINT, SIGTERM or SIGHUP cancels the command's context. While kernels are shut down the command
// has all the time it needs, unless a second signal comes, later than repeat after the first.
// Signals that the parent process had us ignore, as nohup does, stay ignored.
func supervised(stderr io.Writer, command func(context.Context) int) int {
	var sigs []os.Signal
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			sigs = append(sigs, sig)
		}
	}
	ch := make(chan os.Signal, 8)
	if len(sigs) > 0 { // none would mean all
		signal.Notify(ch, sigs...)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	ended := make(chan int, 1)
	go func() { ended <- command(ctx) }()
	var told *signalError
	var first time.Time
	for {
		var over <-chan time.Time
		if told != nil && !shutdowns.underWay() {
			over = time.After(grace)
		}
		select {
		case code := <-ended:
			return code
		case sig := <-ch:
			if told != nil {
				if time.Since(first) < repeat {
					continue
				}
				fmt.Fprintf(stderr, "flowbook: stopped by a second signal: %v\n", sig)
				return told.ExitCode()
			}
			told, first = &signalError{sig}, time.Now()
			cancel(told)
		case <-shutdowns.changed:
		case <-over:
			fmt.Fprintf(stderr, "flowbook: %v\n", told)
			return told.ExitCode()
		}
	}
}

// shutdowns counts the parts of the process's command that end by themselves after a signal.
var shutdowns = orderly{changed: make(chan struct{}, 1)}

type orderly struct {
	mu      sync.Mutex
	n       int
	changed chan struct{} // has an element after a change
}

// begin declares that the following code heeds its context and has results to save; end ends that.
func (o *orderly) begin() (end func()) {
	o.add(1)
	return func() { o.add(-1) }
}

func (o *orderly) add(n int) {
	o.mu.Lock()
	o.n += n
	o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

func (o *orderly) underWay() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n > 0
}
