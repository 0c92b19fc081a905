package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"flowbook/tools/report"
	"flowbook/tools/runner"
)

// named puts the notebook's name before an error that does not have it.
func named(t *target, err error) string {
	msg := err.Error()
	if strings.Contains(msg, t.name) {
		return msg
	}
	return t.name + ": " + msg
}

// unwritable adds the remedy to an error about a folder that cannot be written.
func unwritable(err error, remedy string) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w (%s)", err, remedy)
	}
	return err
}

// summary is the line for a notebook: status, cells, time, place.
func summary(t *target, res *runner.Result) string {
	status := string(res.Status)
	if res.Stop != nil {
		status = "stopped"
	}
	counts := []string{plural(len(res.Cells), "cell")}
	for _, st := range []runner.Status{runner.Failed, runner.Mismatched, runner.TimedOut, runner.KernelDied, runner.StdinRequested, runner.Interrupted, runner.Cached, runner.Skipped, runner.NotRun} {
		if n := res.Count(st); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, st))
		}
	}
	line := fmt.Sprintf("%s, %s, %s", status, strings.Join(counts, ", "), elapsed(res.Elapsed))
	if goal := t.goal(); goal != "" {
		line += ", " + goal
	}
	if res.Status == runner.Mismatched {
		line += "; flowbook check --update stores the new outputs"
	}
	return line
}

// explain tells of a failed cell: the place, the message, the code around it, and the end of its
// stderr.
func explain(w io.Writer, t *target, c *runner.CellResult) {
	where := fmt.Sprintf("%s: cell %d", t.name, c.Number)
	if c.ID != "" {
		where += " (" + c.ID + ")"
	}
	line := c.Line
	if c.Error != nil && c.Error.Position.File > 0 {
		line = c.Error.Position.File
	}
	if line > 0 {
		where += fmt.Sprintf(", line %d of the file", line)
	}
	fmt.Fprintf(w, "flowbook: %s: %s: %v\n", where, c.Status, c.Error)
	if c.Error == nil {
		return
	}
	if p := c.Error.Position; p.Line > 0 && p.Number > 0 {
		if src := sourceOf(t, p.Number); src != nil {
			for k := max(1, p.Line-2); k <= min(len(src), p.Line+2); k++ {
				mark := " "
				if k == p.Line {
					mark = ">"
				}
				fmt.Fprintf(w, "  %s %3d | %s\n", mark, k, src[k-1])
			}
		}
	}
	if c.Error.Hint != "" {
		fmt.Fprintf(w, "  hint: %s\n", c.Error.Hint)
	}
	showDiff(w, c.Error.Diff)
	if tail := lastLines(report.Printable(c.Error.Stderr), 12); tail != "" {
		fmt.Fprintf(w, "  stderr of the cell:\n    %s\n", strings.ReplaceAll(tail, "\n", "\n    "))
	}
}

// sourceOf is the source of the how-manieth code cell, in lines.
func sourceOf(t *target, number int) []string {
	for _, c := range t.nb.Cells {
		if c.Type == "code" {
			if number--; number == 0 {
				return strings.Split(c.Source, "\n")
			}
		}
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, "\n")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// showDiff prints how a cell's outputs differ from the stored ones.
func showDiff(w io.Writer, diff string) {
	if diff == "" {
		return
	}
	lines := strings.Split(strings.TrimRight(diff, "\n"), "\n")
	const most = 60
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(w, "    … %d more lines\n", len(lines)-most)
			return
		}
		fmt.Fprintf(w, "    %s\n", line)
	}
}
