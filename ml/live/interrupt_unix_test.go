//go:build unix

package live

import (
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"flowbook/ml"
)

// TestInterrupt stops a training that would take hours, as the kernel does.
func TestInterrupt(t *testing.T) {
	kept := inStore(t)
	quiet := make(chan os.Signal, 1) // a signal that comes outside of Train must not end the test
	signal.Notify(quiet, os.Interrupt)
	defer signal.Stop(quiet)
	// The first interrupt may come before there is an epoch to keep, then the next one comes later.
	for after := 100 * time.Millisecond; ; after *= 2 {
		var fit *ml.Fit
		var err error
		asked := make(chan time.Time, 1)
		shown := printed(t, func() {
			timer := time.AfterFunc(after, func() {
				asked <- time.Now()
				if err := unix.Kill(os.Getpid(), unix.SIGINT); err != nil {
					t.Error(err)
				}
			})
			defer timer.Stop()
			fit, err = Train(training(100_000_000))
		})
		if err != nil && after < 10*time.Second {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(<-asked); took > time.Second {
			t.Errorf("the training went on for %v", took)
		}
		h := fit.History
		best := ml.History{Epochs: h.Epochs, Planned: h.Planned}
		for i, v := range h.ValLosses() {
			if v < h.Epochs[best.Best].ValLoss {
				best.Best = i
			}
		}
		if h.Best != best.Best || h.Stopped {
			t.Errorf("the weights kept are epoch %d's, the best are epoch %d's; stopped early: %v", h.Best+1, best.Best+1, h.Stopped)
		}
		if !strings.HasPrefix(shown, "Figure 8 x 3.5 in: Interrupted after epoch ") {
			t.Errorf("shown: %q", shown)
		}
		if len(kept()) != 0 {
			t.Errorf("the store holds %v after an interrupt: the next call would not train", kept())
		}
		return
	}
}
