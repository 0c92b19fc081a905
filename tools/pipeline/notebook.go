package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
	"flowbook/tools/parameter"
	"flowbook/tools/runner"
)

// CellError is the cell that made a step fail.
type CellError struct {
	Step string
	Cell runner.CellResult
}

func (e *CellError) Error() string {
	text := string(e.Cell.Status)
	if e.Cell.Error != nil {
		text = e.Cell.Error.Error()
	}
	if strings.HasPrefix(text, "cell ") {
		return fmt.Sprintf("step %s: %s", e.Step, text)
	}
	return fmt.Sprintf("step %s: cell %d (%s): %s", e.Step, e.Cell.Number, e.Cell.Title, text)
}

// ExitCode is that of the runner for such a cell.
func (e *CellError) ExitCode() int { return e.Cell.Status.ExitCode() }

// UndeclaredError says that a step has read a file that the pipeline does not name.
type UndeclaredError struct {
	Step, Path string
	File       string // path of the pipeline file
	Line       int    // line of the step in the pipeline file
}

func (e *UndeclaredError) Error() string {
	return fmt.Sprintf("step %s read %s, which is not among its inputs; add it at %s:%d", e.Step, e.Path, e.File, e.Line)
}

// runNotebook executes a notebook into the file executed.
func (s *session) runNotebook(ctx context.Context, run *instance, executed string, progress func(runner.Event)) (*runner.Result, error) {
	source := s.p.path(run.Notebook)
	nb, err := s.p.Largest.ReadFile(source)
	if err == nil {
		nb.Repair()
		err = notebook.Validate(nb)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", run.Notebook, err)
	}
	reads := s.readsFile(run)
	if err := os.Remove(reads); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	res, err := s.p.Notebook(ctx, nb, runner.Options{
		Dir: filepath.Dir(source), Path: run.Notebook, Output: executed, Assignments: run.assignments, Progress: progress,
		Env: []string{module.EnvReads + "=" + reads, module.EnvRoot + "=" + s.p.root},
	})
	if err != nil {
		return res, err
	}
	if res.Stop != nil {
		return res, res.Stop
	}
	if bad := res.Bad(); bad != nil {
		return res, &CellError{run.name, *bad}
	}
	return res, nil
}

// reads compares the files that a run has opened with those that it declares, and returns those
// that it has opened. Scratch files do not count: those that are gone after the run, and those
// outside the module, where a notebook makes temporary files.
func (s *session) reads(run *instance) (names []string, err error) {
	data, err := os.ReadFile(s.readsFile(run))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(s.p.root)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		name, err := filepath.EvalSymlinks(strings.TrimSuffix(line, "\n"))
		if err != nil {
			continue // gone
		}
		rel, err := filepath.Rel(root, name)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		rel = filepath.ToSlash(rel)
		if !declares(run.inputs, rel) && !declares(run.outputs, rel) {
			return nil, &UndeclaredError{run.name, rel, s.p.file, run.Line}
		}
		names = append(names, rel)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// readsFile is where a run's notebook lists the files that it has opened.
func (s *session) readsFile(run *instance) string { return filepath.Join(s.state, "reads", run.name) }

func declares(files []File, name string) bool {
	for _, f := range files {
		if matches(f.Pattern, name) {
			return true
		}
	}
	return false
}

// carryOver brings a notebook's text and comments into its executed form: the source's cells with
// the outputs of the last run. It is called when the code is the same, so that the code cells of
// the two are pairs.
func carryOver(largest notebook.Limit, source, executed string, assignments []parameter.Assignment) error {
	now, err := largest.ReadFile(source)
	if err != nil {
		return err
	}
	now.Repair()
	ran, err := largest.ReadFile(executed)
	if err != nil {
		return err
	}
	if err := parameter.Inject(now, assignments, filepath.Dir(source)); err != nil {
		return err
	}
	from := codeCells(ran)
	to := codeCells(now)
	if len(from) != len(to) {
		return fmt.Errorf("%s: it has %d code cells, but %d were executed", source, len(to), len(from))
	}
	for i, c := range to {
		c.Outputs, c.ExecutionCount = from[i].Outputs, from[i].ExecutionCount
	}
	for _, key := range []string{"kernelspec", "language_info"} {
		if raw := ran.Metadata.Get(key); raw != nil {
			now.Metadata.Set(key, raw)
		}
	}
	return now.WriteFile(executed)
}

func codeCells(nb *notebook.Notebook) (cells []*notebook.Cell) {
	for _, c := range nb.Cells {
		if c.Type == notebook.Code {
			cells = append(cells, c)
		}
	}
	return cells
}
