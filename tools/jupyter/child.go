package jupyter

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// child is a kernel's process as the runner sees it: through its supervisor.
type child struct {
	folder string
	cmd    *exec.Cmd
	tail   *tail
	gone   chan struct{} // closed when the supervisor and all it kept are gone
	exited chan report   // the kernel's end, or the supervisor's

	mu       sync.Mutex
	lifeline io.WriteCloser
}

// spawn starts a supervisor for folder, which must not exist, and the kernel of p under it.
func spawn(folder string, p plan) (*child, error) {
	s, err := launch(folder)
	if err != nil {
		return nil, err
	}
	return s.spawn(p)
}

// supervisor is a supervisor's process before it has its plan.
type supervisor struct {
	folder string // which it makes
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	tail   *tail
}

// launch starts a supervisor.
func launch(folder string) (*supervisor, error) {
	if !mainCalled {
		return nil, errors.New("this program does not call jupyter.Main first in its main or TestMain")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "supervise", folder)
	if _, err := os.Stat("/proc/self/exe"); err == nil && runtime.GOOS == "linux" {
		// this running program, even if its file has been replaced
		cmd.Path = "/proc/self/exe"
	}
	cmd.Env = append(without(os.Environ(), envSupervise, "GOCOVERDIR"), envSupervise+"="+folder)
	cmd.SysProcAttr = detached()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &supervisor{folder, cmd, in, out, newTail(errs)}, nil
}

// discard ends a supervisor that has no kernel.
func (s *supervisor) discard() {
	s.in.Close()
	s.cmd.Wait()
}

// spawn has the kernel of p started.
func (s *supervisor) spawn(p plan) (*child, error) {
	var planned bytes.Buffer
	err := gob.NewEncoder(&planned).Encode(p)
	if err == nil {
		_, err = s.in.Write(planned.Bytes())
	}
	reports := json.NewDecoder(bufio.NewReader(s.out))
	var first report
	if err == nil {
		err = reports.Decode(&first)
	}
	if err == nil && first.Error != "" {
		err = errors.New(first.Error)
	}
	if err != nil {
		s.discard()
		if text := s.tail.last(); text != "" {
			err = fmt.Errorf("%w\n%s", err, text)
		}
		return nil, fmt.Errorf("start %s: %w", p.Argv[0], err)
	}
	c := &child{folder: s.folder, cmd: s.cmd, lifeline: s.in, tail: s.tail, gone: make(chan struct{}), exited: make(chan report, 1)}
	go c.watch(reports)
	return c, nil
}

// watch hands on the kernel's end and cleans up behind a supervisor that could not.
func (c *child) watch(reports *json.Decoder) {
	defer close(c.gone)
	var end report
	if err := reports.Decode(&end); err != nil || !end.Exited {
		end = report{Exited: true, Error: "its supervisor was killed"}
	}
	c.tail.waitEnd(250 * time.Millisecond)
	c.exited <- end
	var rest report
	reports.Decode(&rest) // the end of the supervisor's output
	c.cmd.Wait()
	if _, err := os.Lstat(c.folder); err == nil {
		killMarked(c.folder, 2*time.Second)
		removeFolder(c.folder)
	}
}

// order gives the supervisor a command. One that is no longer there needs none.
func (c *child) order(command string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	io.WriteString(c.lifeline, command+"\n")
}

// kill lets go of the lifeline: the supervisor kills everything.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lifeline.Close()
}

// without returns env without the variables called names.
func without(env []string, names ...string) []string {
	var kept []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		drop := false
		for _, n := range names {
			drop = drop || name == n
		}
		if !drop {
			kept = append(kept, pair)
		}
	}
	return kept
}
