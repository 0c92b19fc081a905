package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"flowbook/ml/module"
)

// readyCommand builds the flowbook command.
func readyCommand(ctx context.Context, o options) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Dir(flowbook(o))+string(filepath.Separator), "./tools/flowbook")
	cmd.Dir = o.Root
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./tools/flowbook: %w: %s", err, lastLine(string(text)))
	}
	return nil
}

// modelPath is the folder of the model with which the flows are judged.
func modelPath(o options) string { return filepath.Join(o.State, "models", "judge") }

// readyDetect trains that model, on 10,000 flows.
func readyDetect(ctx context.Context, o options) error {
	if err := readyCommand(ctx, o); err != nil {
		return err
	}
	return runCommand(ctx, o, "train", "--data", flowsPath(o.State, 10_000), "--model", modelPath(o))
}

// goTrain is the command `flowbook train` with the detector that it makes by default.
func goTrain(ctx context.Context, o options, _ string, c *clock) error {
	model := filepath.Join(o.State, "models", "trained")
	return c.command(ctx, o, "train", "--data", flowsPath(o.State, number(c.work, "n")), "--model", model)
}

// goDetect is the command `flowbook detect`, which judges a file flow by flow.
func goDetect(ctx context.Context, o options, _ string, c *clock) error {
	return c.command(ctx, o, "detect", "--model", modelPath(o), flowsPath(o.State, number(c.work, "n")))
}

// command measures one run of the flowbook command, its start included.
func (c *clock) command(ctx context.Context, o options, args ...string) error {
	cpu, start := cpuTime(), time.Now()
	if err := runCommand(ctx, o, args...); err != nil {
		return err
	}
	return c.print(c.work, 1, time.Since(start), cpuTime()-cpu)
}

// runCommand runs the flowbook command with a state of its own; nobody reads what it prints.
func runCommand(ctx context.Context, o options, args ...string) error {
	if err := os.MkdirAll(filepath.Join(o.State, "models"), 0o777); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, flowbook(o), args...)
	cmd.Dir = o.State
	cmd.Env = append(os.Environ(), module.EnvRoot+"="+o.Root, module.EnvState+"="+filepath.Join(o.State, "state"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var said tail
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("flowbook %s: %w: %s", args[0], err, lastLine(string(said)))
	}
	return nil
}

// tail keeps the last kilobyte that is written to it.
type tail []byte

func (t *tail) Write(b []byte) (int, error) {
	*t = append(*t, b...)
	*t = (*t)[max(0, len(*t)-1<<10):]
	return len(b), nil
}
