package jupyter_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
)

// TestDeath kills kernels in every way while a cell runs: the death is seen within a second, what
// was sent before it is delivered, and the error says what happened.
func TestDeath(t *testing.T) {
	killed := "kernel Fake died: signal killed"
	if runtime.GOOS == "windows" { // which knows no signals
		killed = "kernel Fake died: exit status 1"
	}
	for _, test := range []struct {
		name string
		last fake.Step
		want string // in the error's text
	}{
		{"exit", fake.Die(3), "kernel Fake died: exit status 3"},
		{"exit with success", fake.Die(0), "kernel Fake died: exit status 0"},
		{"signal", fake.Kill(), killed},
		{"panic", fake.Panic("out of cheese"), "panic: out of cheese"},
		{"iopub closed", fake.CloseIOPub(), "closed its iopub connection"},
		{"no ZMTP on iopub", fake.Break(), "closed its iopub connection"},
		{"a frame of a terabyte", fake.Lie(), "closed its iopub connection"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := script(fake.Busy(), fake.Flood(1000), test.last, fake.Hang())
			s.Children = 1
			k, id := play(t, s, "x")
			lines := collect(t, k, id)
			if len(lines) != 1002 || lines[1000] != "iopub stream 999" || lines[1001] != "closed" {
				t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
			}
			<-k.Dead()
			var death *jupyter.DeathError
			if _, err := k.Execute("y", false, true, true); !errors.As(err, &death) {
				t.Errorf("execute after death: %v", err)
			}
			if err := k.Death(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("death: %v, want %q", err, test.want)
			}
		})
	}
}

func TestStartFails(t *testing.T) {
	for _, test := range []struct {
		name   string
		limit  time.Duration
		script fake.Script
		want   string
	}{
		{"exit", 0, fake.Script{ExitAtStart: 7}, "exit status 7; its last output: fake kernel: exit at start"},
		{"silent", 200 * time.Millisecond, fake.Script{Silent: true, IgnoreTerm: true, Children: 1}, "did not answer within 200ms"},
		{"nothing on iopub", 200 * time.Millisecond, fake.Script{NoIOPub: true}, "did not answer within 200ms"},
		{"too slow", 200 * time.Millisecond, fake.Script{StartDelay: time.Hour}, "did not answer within 200ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := jupyter.Start(t.Context(), jupyter.Options{Spec: fake.Spec(t, test.script), ReadyTimeout: test.limit})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	t.Run("no program", func(t *testing.T) {
		_, err := jupyter.Start(t.Context(), jupyter.Options{Spec: &jupyter.Spec{Name: "none", Argv: []string{"no-such-kernel"}}})
		if err == nil || !strings.Contains(err.Error(), "start kernel none: find its program") {
			t.Error(err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := jupyter.Start(ctx, jupyter.Options{Spec: fake.Spec(t, fake.Script{Silent: true})}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// TestShutdown escalates: what heeds nothing is gone after three seconds for the request and one
// for SIGTERM.
func TestShutdown(t *testing.T) {
	for _, test := range []struct {
		name   string
		script fake.Script
		slow   bool
	}{
		{"heeds the request", fake.Script{}, false},
		{"with children", fake.Script{Children: 3}, false},
		{"heeds SIGTERM", fake.Script{IgnoreInterrupt: true, IgnoreShutdown: true}, true},
		{"heeds nothing", fake.Script{IgnoreInterrupt: true, IgnoreShutdown: true, IgnoreTerm: true}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && test.slow {
				t.Skip("takes four seconds; run without -short")
			}
			test.script.Cells = map[string][]fake.Step{"x": {fake.Busy(), fake.Hang()}}
			k, _ := play(t, test.script, "x")
			if err := k.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if k.Death() != nil {
				t.Errorf("a shutdown is no death: %v", k.Death())
			}
			if pids := carriers(t, k.Folder()); len(pids) > 0 {
				t.Errorf("processes %v are left", pids)
			}
			if _, ok := <-k.Messages(); ok {
				for range k.Messages() { // what was sent before
				}
			}
		})
	}
}
