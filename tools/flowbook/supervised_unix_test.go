//go:build !windows

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"flowbook/tools/jupyter/fake"
)

// envCommand makes the test program the command itself.
const envCommand = "FLOWBOOK_TEST_COMMAND"

// command starts flowbook with arguments in the current folder.
func command(t *testing.T, stdin io.Reader, args ...string) (*exec.Cmd, *words) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // only a fault takes that long
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), envCommand+"=1")
	out := new(words)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// words are what a running command has printed so far.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// TestSignalWhileWaiting: a command that waits for a pipe, which its context cannot interrupt, ends
// at the first signal all the same, with a message and the signal's exit status.
func TestSignalWhileWaiting(t *testing.T) {
	t.Chdir(t.TempDir())
	book := `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`
	if err := os.WriteFile("a.ipynb", []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		sig  syscall.Signal
	}{
		{"run -", syscall.SIGTERM},
		{"export - --out site", syscall.SIGTERM},
		{"run FIFO.ipynb", syscall.SIGINT},
		{"run a.ipynb -f FIFO", syscall.SIGTERM},
		{"check FIFO.ipynb", syscall.SIGHUP},
		{"data verify FIFO.csv", syscall.SIGTERM},
		{"data split FIFO.csv --out parts", syscall.SIGTERM},
		{"data convert FIFO.csv out.parquet", syscall.SIGINT},
		{"data meter FIFO.pcap --out flows.csv", syscall.SIGTERM},
		{"train --data FIFO.csv --model m", syscall.SIGTERM},
		{"data generate --rows 9000000000000000000 --out huge/flows.csv", syscall.SIGTERM},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(test.sig) {
				t.Skipf("%v is ignored here, as under nohup, and so by what is started here", test.sig)
			}
			args := strings.Fields(test.args)
			stdin, writes, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			defer writes.Close()
			fifo := ""
			for i, arg := range args {
				if strings.HasPrefix(arg, "FIFO") {
					fifo = filepath.Join(t.TempDir(), arg)
					args[i] = fifo
				}
			}
			if fifo != "" {
				if err := syscall.Mkfifo(fifo, 0o600); err != nil {
					t.Skip("no FIFOs here: ", err)
				}
			}
			cmd, out := command(t, stdin, args...)
			switch { // until the command does what it cannot be cancelled in
			case fifo != "":
				w, err := os.OpenFile(fifo, os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
			case args[1] == "-":
				if _, err := writes.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil { // more than a pipe holds
					t.Fatal(err)
				}
			default:
				for range time.Tick(5 * time.Millisecond) {
					if _, err := os.Stat("huge"); err == nil {
						break
					}
				}
			}
			if err := cmd.Process.Signal(test.sig); err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			var exit *exec.ExitError
			if want := 128 + int(test.sig); !errors.As(err, &exit) || exit.ExitCode() != want {
				t.Errorf("ended with %v, want exit status %d", err, want)
			}
			if want := fmt.Sprintf("stopped by signal: %v\n", test.sig); !strings.HasPrefix(out.String(), "flowbook: ") || !strings.HasSuffix(out.String(), want) {
				t.Errorf("said %q", out.String())
			}
		})
	}
}

// TestSignalTwice: the second of two signals that timeout(1) sends at once takes nothing away: the
// message, the JUnit file and the notebook with the output so far are there.
func TestSignalTwice(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("JUPYTER_PATH", filepath.Join(dir, ".jupyter"))
	if err := fake.Install(filepath.Join(dir, ".jupyter"), "slow", fake.Script{Cells: map[string][]fake.Step{
		"sleep": {fake.Busy(), fake.Stdout("asleep\n"), fake.Sleep(time.Hour)},
	}}); err != nil {
		t.Fatal(err)
	}
	book := `{"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["sleep"]}],` +
		`"metadata":{"kernelspec":{"display_name":"slow","language":"slow","name":"slow"}},"nbformat":4,"nbformat_minor":5}`
	if err := os.WriteFile("a.ipynb", []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, out := command(t, nil, "run", "a.ipynb", "-o", "out.ipynb", "--junit", "j.xml", "--log")
	for range time.Tick(5 * time.Millisecond) {
		if strings.Contains(out.String(), "asleep") {
			break
		}
	}
	for range 2 {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 143 {
		t.Errorf("ended with %v, want exit status 143", err)
	}
	if !strings.Contains(out.String(), "stopped by signal: terminated") {
		t.Errorf("said %q", out.String())
	}
	for _, name := range []string{"out.ipynb", "j.xml"} {
		data, err := os.ReadFile(name)
		if err != nil || name == "j.xml" && !strings.Contains(string(data), "interrupted") || name == "out.ipynb" && !strings.Contains(string(data), "asleep") {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
	}
}
