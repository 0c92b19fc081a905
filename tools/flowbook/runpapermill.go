package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/parameter"
	"flowbook/tools/remote"
	"flowbook/tools/runner"
)

// prepare reads the parameters and puts them into paths.
func (c *runCmd) prepare() (err error) {
	if c.assigned, err = c.assignments(); err != nil {
		return err
	}
	if c.Papermill {
		if n := len(c.Notebooks); n > 2 || n == 2 && c.Output != "" {
			var shown []string
			for _, word := range c.Notebooks {
				shown = append(shown, remote.Shown(word))
			}
			return &usageError{fmt.Errorf("--papermill takes one notebook and its output, these are more: %q", shown)}
		} else if n == 2 {
			c.Notebooks, c.Output = c.Notebooks[:1], c.Notebooks[1]
		}
		if c.Cwd == "" {
			if c.Cwd, err = os.Getwd(); err != nil {
				return err
			}
		}
	}
	built := builtins(time.Now())
	for i, path := range c.Notebooks {
		if _, err := os.Stat(path); err == nil || len(c.assigned) == 0 && !c.Papermill {
			continue // a brace is part of a name
		}
		if c.Notebooks[i], err = fill(path, c.assigned, built); err != nil {
			return err
		}
	}
	c.Output, err = fill(c.Output, c.assigned, built)
	return err
}

// inject makes of the notebook what is executed: with its parameters, and as papermill's flags want it.
func (c *runCmd) inject(t *target) (warnings []string, err error) {
	if c.Papermill { // an earlier run of papermill may have left what it says of errors
		t.nb.Cells = slices.DeleteFunc(t.nb.Cells, func(cell *notebook.Cell) bool { return cell.HasTag("papermill-error-cell-tag") })
	}
	goal, origin := cmp.Or(t.goal(), "-"), t.path
	if t.from != nil {
		origin = t.from.String() // without its password
	}
	in := parameter.Injection{
		Assignments: append(c.injected(origin, goal), c.assigned...),
		Dir:         t.dir, Language: cmp.Or(c.Language, t.language(c.Kernel)), Undeclared: c.Papermill,
	}
	if warnings, err = in.Into(t.nb); err != nil {
		return nil, err
	}
	if c.ReportMode {
		for _, cell := range t.nb.Cells {
			if cell.Type != notebook.Code {
				continue
			}
			var hidden notebook.Object
			if err := cell.Metadata.Decode("jupyter", &hidden); err != nil {
				return nil, fmt.Errorf("metadata jupyter: %w", err)
			}
			hidden.Set("source_hidden", json.RawMessage("true"))
			if err := cell.Metadata.Put("jupyter", hidden); err != nil {
				return nil, fmt.Errorf("metadata jupyter: %w", err)
			}
		}
	}
	return warnings, nil
}

// language is the one of the kernel that is asked for, "" where none is and the notebook decides.
func (t *target) language(asked string) string {
	if asked == "gonb" || asked == stock {
		return "go"
	}
	if asked == "" && t.nb.Language() != "" {
		return ""
	}
	if spec, err := jupyter.FindSpec(t.kernelName(asked)); err == nil {
		return spec.Language
	}
	return ""
}

// prepareOnly writes the notebooks with their parameters.
func (c *runCmd) prepareOnly(ctx context.Context, con *console, targets []*target) error {
	if err := firstFault(targets); err != nil {
		return err
	}
	for _, t := range targets {
		warnings, err := c.inject(t)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		for _, w := range warnings {
			fmt.Fprintf(con.stderr, "flowbook: %s: %s\n", t.name, w)
		}
		if t.output == "" {
			if err := t.nb.Write(con.data); err != nil {
				return err
			}
			continue
		}
		if err := t.nb.WriteFile(t.output); err != nil {
			return fmt.Errorf("write %s: %w", display(t.output), atomicfile.Reason(err))
		}
		if err := t.upload(ctx); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Fprintf(con.stdout, "%s: prepared, not executed, %s\n", t.name, t.goal())
	}
	return nil
}

// streams are the files that take what cells print.
type streams struct {
	mu    sync.Mutex
	files map[string]*os.File
	err   error
}

// openStreams makes the files that the flags name.
func (c *runCmd) openStreams(targets []*target) (*streams, error) {
	s := &streams{files: map[string]*os.File{}}
	for stream, path := range map[string]string{"stdout": c.StdoutFile, "stderr": c.StderrFile} {
		if path == "" {
			continue
		}
		if len(targets) > 1 {
			return nil, &usageError{fmt.Errorf("--%s-file takes what one notebook prints, these are %d", stream, len(targets))}
		}
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		var f *os.File
		if err == nil {
			f, err = os.Create(path)
		}
		if err != nil {
			return nil, &usageError{fmt.Errorf("--%s-file %s: %w", stream, path, atomicfile.Reason(err))}
		}
		s.files[stream] = f
	}
	return s, nil
}

// log adds to a log what is printed, as it comes.
func (s *streams) log(then func(runner.Event, string, string)) func(runner.Event, string, string) {
	if len(s.files) == 0 {
		return then
	}
	return func(ev runner.Event, stream, text string) {
		if f := s.files[stream]; f != nil {
			s.mu.Lock()
			if _, err := f.WriteString(text); err != nil && s.err == nil {
				s.err = fmt.Errorf("--%s-file: %w", stream, err)
			}
			s.mu.Unlock()
		}
		then(ev, stream, text)
	}
}

func (s *streams) close() error {
	for stream, f := range s.files {
		if err := f.Close(); err != nil && s.err == nil {
			s.err = fmt.Errorf("--%s-file: %w", stream, err)
		}
	}
	return s.err
}
