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
	if !mainCalled {
		return nil, errors.New("this program does not call jupyter.Main first in its main or TestMain")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var planned bytes.Buffer
	if err := gob.NewEncoder(&planned).Encode(p); err != nil {
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
	c := &child{folder: folder, cmd: cmd, lifeline: in, tail: newTail(errs), gone: make(chan struct{}), exited: make(chan report, 1)}
	reports := json.NewDecoder(bufio.NewReader(out))
	var first report
	_, err = in.Write(planned.Bytes())
	if err == nil {
		err = reports.Decode(&first)
	}
	if err == nil && first.Error != "" {
		err = errors.New(first.Error)
	}
	if err != nil {
		in.Close()
		cmd.Wait()
		if text := c.tail.last(); text != "" {
			err = fmt.Errorf("%w\n%s", err, text)
		}
		return nil, fmt.Errorf("start %s: %w", p.Argv[0], err)
	}
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
