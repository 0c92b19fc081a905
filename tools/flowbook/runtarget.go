package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/remote"
	"flowbook/tools/runner"
	"flowbook/tools/sandbox"
)

// target is one notebook of a command line.
type target struct {
	path   string          // "-" for standard input
	name   string          // for messages
	dir    string          // its folder
	output string          // where its executed form goes, "" for nowhere
	from   *remote.Address // where it comes from, nil for a file
	to     *remote.Address // where its executed form goes after that, nil for nowhere
	nb     *notebook.Notebook

	content string // of the file when it was read, for save
	err     error  // why it cannot run; nb is empty then
	invalid error  // the first fault that was repaired, nil in a notebook that was valid
	repairs []string
}

// usageError is a mistake of the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) ExitCode() int { return exitUsage }

// targets reads the notebooks of the command line and decides where their executed forms go.
func (c *runCmd) targets(ctx context.Context, con *console) ([]*target, error) {
	targets, err := openTargets(ctx, con, c.Notebooks)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		switch {
		case t.err != nil || t.invalid == nil:
		case c.Strict:
			t.nb, t.err = notebook.New(), t.invalid
		default:
			fmt.Fprintf(con.stderr, "flowbook: %s: warning: not valid, repaired: %s\n", t.name, strings.Join(t.repairs, "; "))
		}
	}
	if len(targets) == 1 && targets[0].err != nil || c.DryRun || c.HelpNotebook {
		if err := firstFault(targets); err != nil {
			return nil, err
		}
	}
	switch {
	case c.PrepareOnly && c.InPlace:
		return nil, &usageError{errors.New("--prepare-only and --in-place exclude each other: the notebook would keep the injected cell")}
	case c.PrepareOnly && c.Watch, c.PrepareOnly && c.Incremental:
		other := map[bool]string{true: "--watch", false: "--incremental"}[c.Watch]
		return nil, &usageError{fmt.Errorf("--prepare-only and %s exclude each other: nothing is executed", other)}
	case c.InPlace && c.Watch:
		return nil, &usageError{errors.New("--watch and --in-place exclude each other: each write would start the next run")}
	case c.InPlace && c.Output != "":
		return nil, &usageError{fmt.Errorf("--in-place and -o exclude each other")}
	case c.InPlace && len(c.assigned)+len(c.injected("", "")) > 0:
		return nil, &usageError{fmt.Errorf("--in-place and parameters exclude each other: the notebook would keep the injected cell")}
	}
	taken := map[string]string{}
	for _, t := range targets {
		if c.InPlace && (t.path == "-" || t.from != nil) {
			return nil, &usageError{fmt.Errorf("%s: --in-place needs a file", t.name)}
		}
		if err := c.place(t, len(targets)); err != nil {
			return nil, err
		}
		if c.Output == "-" {
			continue
		}
		if other, ok := taken[t.output]; ok {
			return nil, &usageError{fmt.Errorf("%s and %s would both be written to %s: run them one by one with -o", other, t.name, display(t.output))}
		}
		taken[t.output] = t.name
		if c.DryRun || c.HelpNotebook {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(t.output), 0o755); err != nil {
			return nil, fmt.Errorf("output folder: %w", err)
		}
	}
	return targets, nil
}

// save puts the executed notebook in the place of the one that was read. If that has changed since, by
// an editor for instance, it stays, and the executed notebook is written beside it.
func (t *target) save() error {
	if t.from != nil {
		return fmt.Errorf("a notebook at an address is not replaced: give -o an address to write to")
	}
	if now, err := contentOf(t.path); err != nil || now != t.content {
		beside := strings.TrimSuffix(t.path, ".ipynb") + ".executed.ipynb"
		if err := t.nb.WriteFile(beside); err != nil {
			return err
		}
		return fmt.Errorf("the file has changed since it was read, and stays as it is: the executed notebook is %s", display(beside))
	}
	return t.nb.WriteFile(t.path)
}

// contentOf is the digest of a file's bytes, "" of a pipe, which can be read only once.
func contentOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return string(h.Sum(nil)), nil
}

// readTargets expands folders and globs and reads the notebooks; the first one that is none is an error.
func readTargets(ctx context.Context, con *console, args []string) ([]*target, error) {
	targets, err := openTargets(ctx, con, args)
	if err != nil {
		return nil, err
	}
	return targets, firstFault(targets)
}

func firstFault(targets []*target) error {
	for _, t := range targets {
		if t.err != nil {
			return t.err
		}
	}
	return nil
}

// openTargets expands folders and globs and reads the notebooks. A file that is there and is no notebook is a
// target with an error, so that the others can run.
func openTargets(ctx context.Context, con *console, args []string) ([]*target, error) {
	targets, err := unread(args)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if err := t.read(ctx, con); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

// unread expands folders and globs; each notebook comes once.
func unread(args []string) ([]*target, error) {
	var targets []*target
	seen := map[string]bool{}
	for _, arg := range args {
		arg, from, err := fromAddress(arg)
		if err != nil {
			return nil, err
		}
		paths := []string{arg}
		if from == nil {
			if paths, err = expand(arg); err != nil {
				return nil, err
			}
		}
		for _, path := range paths {
			if seen[path] {
				continue
			}
			seen[path] = true
			t := &target{path: path, from: from}
			t.name = t.title()
			dir := filepath.Dir(path)
			if path == "-" || from != nil {
				dir = "."
			}
			if t.dir, err = filepath.Abs(dir); err != nil {
				return nil, err
			}
			targets = append(targets, t)
		}
	}
	return targets, nil
}

// read reads, checks and if need be repairs the notebook. The error is one of the command line.
func (t *target) read(ctx context.Context, con *console) (err error) {
	if info, err := os.Stat(t.path); err == nil && info.Mode().IsRegular() && !con.largest.Exceeds(info.Size()) {
		if t.content, err = contentOf(t.path); err != nil {
			return &usageError{fmt.Errorf("read %s: %w", t.name, atomicfile.Reason(err))}
		}
	}
	t.nb, err = t.load(ctx, con)
	if err != nil && ctx.Err() != nil { // a download was stopped, which is no mistake of the command line
		return context.Cause(ctx)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return err
	}
	if err == nil {
		if t.invalid = notebook.Validate(t.nb); t.invalid != nil {
			t.invalid = fmt.Errorf("%s: %w", t.name, t.invalid)
			t.repairs = t.nb.Repair()
			if err = notebook.Validate(t.nb); err != nil {
				err = fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	if err != nil {
		t.nb, t.err = notebook.New(), err
	}
	return nil
}

// title is the notebook's name for messages.
func (t *target) title() string {
	switch {
	case t.path == "-":
		return "standard input"
	case t.from != nil:
		return t.from.String()
	}
	return oneLine(filepath.ToSlash(t.path))
}

func (t *target) base() string {
	switch {
	case t.path == "-":
		return "stdin.ipynb"
	case t.from != nil:
		return t.from.Base()
	}
	return filepath.Base(t.path)
}

// defaultOutput is .flowbook/out in the module's root, or in the current folder where there is no module.
func (t *target) defaultOutput() (string, error) {
	root, err := t.module()
	if errors.Is(err, module.ErrNone) {
		root, err = "", nil
	}
	var dir string
	if err == nil {
		dir, err = module.State(root, "out")
	}
	if err != nil {
		return "", fmt.Errorf("output folder: %w", err)
	}
	return filepath.Join(dir, t.base()), nil
}

// module is the module that the notebook belongs to, else the one we stand in. Its error wraps module.ErrNone if there is neither.
func (t *target) module() (string, error) {
	root, err := module.Root(t.dir)
	if errors.Is(err, module.ErrNone) {
		return module.Root("")
	}
	return root, err
}

// root is the module that the notebook's cells see: the user's, or one made for the notebook's folder.
func (t *target) root() (string, error) {
	root, err := t.module()
	if errors.Is(err, module.ErrNone) && os.Getenv(module.EnvRoot) == "" {
		return scratch(t.dir)
	}
	return root, err
}

// scratch makes the module for notebooks that are in none. Those of a pipeline share one.
func scratch(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, pipelineFile)); err == nil {
			return jupyter.Scratch(at)
		}
		if filepath.Dir(at) == at {
			return jupyter.Scratch(dir)
		}
	}
}

func (t *target) workDir(cwd string) string {
	if cwd != "" {
		return cwd
	}
	return t.dir
}

// untrustedTimeout bounds a cell of an isolated notebook where the command line does not.
const untrustedTimeout = 10 * time.Minute

// options are the runner's options that all commands share.
func (t *target) options(ctx context.Context, f runFlags) (runner.Options, error) {
	spec, err := t.spec(ctx, f.Kernel)
	if err != nil {
		return runner.Options{}, err
	}
	var env []string
	if root, err := t.module(); err == nil {
		env = append(env, module.EnvRoot+"="+root)
	}
	if f.Offline {
		env = append(env, "GOPROXY=off")
	}
	limit := f.MaxOutput << 20
	if limit == 0 {
		limit = -1
	}
	opt := runner.Options{
		MaxOutput: limit,
		Spec:      spec, Dir: t.workDir(f.Cwd), Env: append(env, f.Env...), Path: t.name,
		Start: f.Start, Timeout: f.Timeout, Deadline: f.Deadline, Timings: f.Timings, Separate: f.Separate,
	}
	if f.Sandbox {
		if _, err := sandbox.Find(); err != nil {
			return opt, &usageError{fmt.Errorf("--sandbox: %w", err)}
		}
		policy := spec.Policy(opt.Dir)
		opt.Sandbox = &policy
		if opt.Timeout == 0 {
			opt.Timeout = untrustedTimeout
		}
	}
	return opt, nil
}
