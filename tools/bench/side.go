package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"flowbook/ml/module"
)

// Side is one implementation of a work: Go, or a Python package.
type Side struct {
	Name   string
	script string // the Python file, "" for Go
}

func goSide(name string) Side             { return Side{Name: name} }
func pythonSide(name, script string) Side { return Side{Name: name, script: script} }

// Go says whether the side is ours.
func (s Side) Go() bool { return s.script == "" }

// patience is the longest time for one side of one work: many times that of the slowest.
const patience = 15 * time.Minute

// run does a work once, in a process of its own.
func (s Side) run(ctx context.Context, o options, work string) ([]Line, error) {
	argv := []string{o.Program, "one", s.Name, work, o.State}
	if !s.Go() {
		if o.Python == "" {
			return nil, missing("python: not found; set $FLOWBOOK_PYTHON")
		}
		argv = []string{o.Python, filepath.Join(o.Root, "tools", "bench", "python", s.script), s.Name, work, o.State, o.Root}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = o.State
	cmd.Env = append(os.Environ(), module.EnvRoot+"="+o.Root, "TF_CPP_MIN_LOG_LEVEL=3", "PYTHONDONTWRITEBYTECODE=1",
		"JUPYTER_PATH="+filepath.Join(o.State, "jupyter"))
	// First a request, so that a side can end the kernel it has started.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	for line := range strings.Lines(stdout.String()) {
		if what, ok := strings.CutPrefix(line, "missing: "); ok {
			return nil, missing("%s", what)
		}
	}
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, fmt.Errorf("it took more than %v", patience)
		}
		return nil, fmt.Errorf("%w: %s", err, lastLine(stderr.String()))
	}
	lines, err := Parse(stdout.String())
	if err == nil && len(lines) == 0 {
		err = errors.New("it measured nothing")
	}
	return lines, err
}

// lastLine is the last line that says something: where Python names the exception.
func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
