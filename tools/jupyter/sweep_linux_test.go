package jupyter

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSweepWithoutEnvironment: the next run also ends what a cell of a dead run has started in a
// session of its own and with no environment; a process of another run stays.
func TestSweepWithoutEnvironment(t *testing.T) {
	base := t.TempDir()
	folder := filepath.Join(base, "fbdeadaaaa")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "kernel-1.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(folder string) *exec.Cmd {
		cmd := exec.Command("sleep", "1000")
		cmd.Env = []string{}
		cmd.SysProcAttr = detached()
		if err := cmd.Start(); err != nil {
			t.Skip("no sleep here: ", err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		value := uint64(1)<<50 | number(folder)
		if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: value, Max: value}, nil); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	dead, other := start(folder), start(filepath.Join(base, "fbliveaaaa"))
	sweepRuns(base, 0)
	if err := dead.Wait(); err == nil {
		t.Error("the dead run's daemon has ended by itself")
	}
	if hasNumber(os.Getpid(), folder) {
		t.Error("this process has the mark of a run that it has not started")
	}
	if err := other.Process.Signal(unix.Signal(0)); err != nil {
		t.Error("another run's daemon is gone: ", err)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("the folder is still there")
	}
}
