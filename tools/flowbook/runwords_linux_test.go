package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// envStepParent is the FIFO that the step of a process of TestStepDiesWithPipeline reads.
const envStepParent = "FLOWBOOK_TEST_STEP_PARENT"

// TestStepDiesWithPipeline: the command of a step ends with the process that runs it, also where
// that is killed: what writes on would write into the files of the next run.
func TestStepDiesWithPipeline(t *testing.T) {
	if fifo := os.Getenv(envStepParent); fifo != "" {
		t.Setenv(envCommand, "1") // for the step
		t.Fatal(runWords(filepath.Dir(fifo))(context.Background(), []string{"data", "verify", fifo}, io.Discard, io.Discard))
	}
	fifo := filepath.Join(t.TempDir(), "a.csv")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no FIFOs here: ", err)
	}
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStepDiesWithPipeline$")
	parent.Env = append(os.Environ(), envStepParent+"="+fifo)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(fifo, os.O_WRONLY, 0) // when the step has opened it too
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() // which ends a step that goes on
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	end := []unix.PollFd{{Fd: int32(w.Fd())}} // which has an error when nobody reads any more
	if n, err := unix.Poll(end, 10_000); n != 1 {
		t.Errorf("the step goes on (%v)", err)
	}
}
