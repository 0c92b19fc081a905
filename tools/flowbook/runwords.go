package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// stepGrace is the time that the command of a step has to end after the pipeline is stopped. It is
// shorter than the time after which a worker of the cluster kills the process that runs the step.
const stepGrace = 5 * time.Second

// runWords returns a function that runs another sub-command in a process of its own, because the
// paths in its words begin at root, and a folder is the current one for a whole process. Its error
// is the last line that the command wrote to stderr.
func runWords(root string) func(ctx context.Context, words []string, stdout, stderr io.Writer) error {
	return func(ctx context.Context, words []string, stdout, stderr io.Writer) error {
		if len(words) > 0 && words[0] == "pipeline" {
			return &commandError{"flowbook pipeline cannot be a step of a pipeline: it would wait for its own end", exitUsage}
		}
		self, err := os.Executable()
		if err != nil {
			return err
		}
		var told bytes.Buffer
		cmd := exec.CommandContext(ctx, self, words...)
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = root, stdout, &told, stepGrace
		cmd.Cancel = func() error {
			err := cmd.Process.Signal(os.Interrupt)
			if err == nil || errors.Is(err, os.ErrProcessDone) {
				return err
			}
			return cmd.Process.Kill() // Windows has no signals
		}
		err = runBound(cmd)
		if err == nil {
			_, err = told.WriteTo(stderr)
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if cmd.ProcessState == nil {
			return fmt.Errorf("start %s: %w", self, err)
		}
		message := fmt.Sprintf("flowbook %s: %v", strings.Join(words, " "), err)
		if last := strings.TrimSpace(lastLines(told.String(), 1)); last != "" {
			message = strings.TrimPrefix(last, "flowbook: ")
		}
		return &commandError{message, max(exitFailed, cmd.ProcessState.ExitCode())}
	}
}

// commandError is the failure of a command that is a step.
type commandError struct {
	message string
	code    int
}

func (e *commandError) Error() string { return e.message }
func (e *commandError) ExitCode() int { return e.code }
