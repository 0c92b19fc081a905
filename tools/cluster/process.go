//go:build temporal

package cluster

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"flowbook/ml/module"
)

// grace is how long a run that is stopped may take to end its kernel before its process is killed;
// the kernel's supervisor ends it then.
const grace = 7 * time.Second

// perform makes a run in a process of its own, in the module's folder, and returns how it ended.
// The process ends with this one: its standard input is a pipe from here. An error says that there
// is no ending.
func perform(ctx context.Context, program []string, root string, req Request, tell func(Message)) (*Ending, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	asked, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Dir = root
	cmd.Env = environment(root)
	var told tail
	cmd.Stderr = &told
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	over := make(chan struct{})
	go func() {
		defer in.Close()
		if _, err := in.Write(append(asked, '\n')); err != nil {
			return // it has ended, and says why
		}
		select {
		case <-over:
			return
		case <-ctx.Done():
		}
		in.Close()
		select {
		case <-over:
		case <-time.After(grace):
			cmd.Process.Kill()
		}
	}()
	var end *Ending
	lines := bufio.NewReaderSize(out, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		var m Message
		if len(line) > 0 && json.Unmarshal(line, &m) == nil {
			if m.End != nil {
				end = m.End
			} else {
				tell(m)
			}
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	close(over)
	if end == nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("the run's process ended without a word: %w: %s", errors.Join(err, io.ErrUnexpectedEOF), told.last())
	}
	return end, nil
}

// environment is ours for a run in another module, without the variables that name our module and
// identity.
func environment(root string) (env []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if name != module.EnvRoot && name != module.EnvState && !strings.HasPrefix(name, "FLOWBOOK_STORE") && !strings.HasPrefix(name, "TEMPORAL_") {
			env = append(env, pair)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
		env = append(env, module.EnvRoot+"="+root)
	}
	return env
}

// tail keeps the end of a text.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	if t.Len() > 1<<16 {
		t.Reset()
	}
	return t.Buffer.Write(b)
}

func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(t.String()), "\n")
	return lines[len(lines)-1]
}
