package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"

	"flowbook/ml/module"
	"flowbook/tools/bench"
)

// benchCmd measures Go beside Python and prints one table.
type benchCmd struct {
	Count int    `default:"3" help:"Rounds: how often each side does each work."`
	Work  string `placeholder:"REGEXP" help:"Only works of such names: Read, Split, Generate, Fit, Predict, Figure, Notebook, Runner."`
	Full  bool   `help:"The larger sizes as well, up to 1,000,000 rows; needs 3 GB of disk."`
	Out   string `type:"path" placeholder:"DIR" help:"Where go.txt, python.txt and table.txt go (default: .flowbook/bench)."`

	One []string `hidden:"" sep:"none" help:"Side, work and folder of inputs: what a Go side's process is told."`
}

// Run measures; with --one, three times, it is the process of a Go side.
func (c *benchCmd) Run(con *console) error {
	root, err := module.Root("")
	if err != nil {
		return &usageError{fmt.Errorf("bench: the Python sides and the notebooks are in Flowbook's module: %w", err)}
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.Options{Root: root, Program: exe, Count: c.Count, Full: c.Full, Out: c.Out}
	if len(c.One) > 0 {
		if len(c.One) != 3 {
			return &usageError{fmt.Errorf("bench: --one takes a side, a work and a folder")}
		}
		o.State = c.One[2]
		return bench.One(con.ctx, o, c.One[0], c.One[1], con.data)
	}
	if o.State, err = module.State(root, "bench"); err != nil {
		return err
	}
	if o.Out == "" {
		o.Out = o.State
	}
	if c.Count < 1 {
		return &usageError{fmt.Errorf("bench: --count %d: at least one round is wanted", c.Count)}
	}
	if o.Work, err = regexp.Compile(c.Work); err != nil {
		return &usageError{fmt.Errorf("bench: --work: %w", err)}
	}
	o.Python = python()
	return bench.Run(con.ctx, o, con.stdout, con.stderr)
}

// python is the Python command: $FLOWBOOK_PYTHON, else the python3 on the PATH, else nothing.
func python() string {
	name := os.Getenv("FLOWBOOK_PYTHON")
	if name == "" {
		name = "python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}
