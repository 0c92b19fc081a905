//go:build unix

package jupyter

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// terminalSignals are those that a terminal or a service manager sends to whole groups and that the
// supervisor outlives.
var terminalSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE}

// signals says that a kernel can be interrupted by a signal.
const signals = true

// detached is how a supervisor is started: in a session of its own, away from the terminal's
// signals.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// tree is the kernel and its descendants, seen from the supervisor, their parent or reaper.
type tree struct {
	folder string
	pid    int
	end    chan report   // the kernel's end
	none   chan struct{} // closed when no child is left

	mu    sync.Mutex
	alive bool
}

// startTree starts the kernel in a session of its own, so that an interrupt reaches its group as
// Jupyter's does.
func startTree(cmd *exec.Cmd, folder string) (*tree, error) {
	// The kernel dies with the thread that started it (Linux), so that thread must last as long as
	// we do.
	runtime.LockOSThread()
	adopt(folder)
	cmd.SysProcAttr = kernelAttr()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t := &tree{folder: folder, pid: cmd.Process.Pid, end: make(chan report, 1), none: make(chan struct{}), alive: true}
	go t.waitAll()
	return t, nil
}

// waitAll waits for every child, the kernel and the orphans of it that became ours, as the only one
// who does.
func (t *tree) waitAll() {
	defer close(t.none)
	child := t.pid
	if adopts {
		child = -1
	}
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(child, &ws, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return // no child is left
		}
		if pid != t.pid || !(ws.Exited() || ws.Signaled()) {
			continue
		}
		t.mu.Lock()
		t.alive = false
		t.mu.Unlock()
		end := report{Exited: true, Code: ws.ExitStatus()}
		if ws.Signaled() {
			end.Code, end.Signal = 0, ws.Signal().String()
		}
		t.end <- end
		if !adopts {
			return
		}
	}
}

func (t *tree) signal(sig syscall.Signal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.alive {
		syscall.Kill(-t.pid, sig)
	}
}

// interrupt signals the kernel's process group.
func (t *tree) interrupt() { t.signal(syscall.SIGINT) }
func (t *tree) terminate() { t.signal(syscall.SIGTERM) }

// killAll kills every descendant of ours, and again the processes that they started meanwhile,
// until none is left or limit is over.
func (t *tree) killAll(limit time.Duration) {
	t.signal(syscall.SIGKILL) // the kernel's own group, also where /proc cannot be read
	if adopts {               // who has no child has no descendants either, and need not look for them
		select {
		case <-t.none:
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
	for until := time.Now().Add(limit); time.Now().Before(until); {
		pids := descendants(t)
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		select {
		case <-t.none:
			if adopts || len(pids) == 0 {
				return
			}
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// killMarked kills processes that still carry the mark of the run folder: the rest of a kernel
// whose supervisor was itself killed.
func killMarked(folder string, limit time.Duration) {
	for until := time.Now().Add(limit); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		pids := marked(folder)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
