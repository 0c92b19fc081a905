package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"flowbook/tools/notebook"
	"flowbook/tools/remote"
)

// fromAddress is what an argument means that may be an address: the path that it names, or itself and where it is.
func fromAddress(arg string) (path string, from *remote.Address, err error) {
	if !remote.Is(arg) {
		return arg, nil, nil
	}
	from, err = remote.Parse(arg)
	if err != nil {
		return "", nil, &usageError{err}
	}
	if path, ok := from.Local(); ok {
		return path, nil, nil
	}
	return arg, from, nil
}

// fetch reads a notebook from its address.
func (t *target) fetch(ctx context.Context, con *console) (*notebook.Notebook, error) {
	data, err := t.from.Read(ctx)
	if err != nil {
		return nil, &usageError{fmt.Errorf("read %s: %w", t.name, err)}
	}
	nb, err := con.largest.Read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return nb, nil
}

// place decides where the executed notebook goes, of as many as there are.
func (c *runCmd) place(t *target, of int) (err error) {
	output, to, err := fromAddress(c.Output)
	switch {
	case err != nil || output == "-":
		return err
	case to != nil:
		t.to = to
		if to.Folder() {
			t.to = to.Join(t.base())
		} else if of > 1 {
			return &usageError{fmt.Errorf("%d notebooks and one output %s: end it with a slash", of, to)}
		}
		t.output, err = t.defaultOutput()
	case output == "":
		t.output, err = t.defaultOutput()
	case !c.isFile(output):
		t.output = filepath.Join(output, t.base())
	case of > 1:
		return &usageError{fmt.Errorf("%d notebooks and one output file %s: name a folder", of, output)}
	default:
		t.output = output
	}
	if err != nil {
		return err
	}
	t.output, err = filepath.Abs(t.output)
	return err
}

// isFile reports whether an output is a file and no folder: by what is there, else by its name.
func (c *runCmd) isFile(output string) bool {
	if info, err := os.Stat(output); err == nil {
		return !info.IsDir()
	}
	return (c.Papermill || filepath.Ext(output) == ".ipynb") && !os.IsPathSeparator(output[len(output)-1])
}

// goal is where the executed notebook goes, for messages; "" for standard output.
func (t *target) goal() string {
	switch {
	case t.to != nil:
		return t.to.String()
	case t.output == "":
		return ""
	}
	return display(t.output)
}

// upload writes the executed notebook to its address, after a signal too.
func (t *target) upload(ctx context.Context) error {
	if t.to == nil {
		return nil
	}
	var b bytes.Buffer
	if err := t.nb.Write(&b); err != nil {
		return err
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
	}
	if err := t.to.Write(ctx, b.Bytes()); err != nil {
		return fmt.Errorf("write %s: %w; the executed notebook is in %s", t.to, err, display(t.output))
	}
	return nil
}
