package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// world is a module with a pipeline, whose commands and notebooks are run by pretending to: a cell
// is made of calls such as write("Datasets/x", "text"), which take effect in the module's root.
type world struct {
	t    *testing.T
	root string

	mu  sync.Mutex
	ran []string // names of what was run, in order
	now int      // runs going on
	max int      // the most at once
}

// example has a step of each kind. Package b imports package a.
var example = map[string]string{
	"go.mod":                  "module flowbook\n\ngo 1.26\n",
	"go.sum":                  "example.com/x v1.0.0 h1:x\n",
	"ml/a/a.go":               "// Package a is imported.\npackage a\n\nfunc A() int { return 1 }\n",
	"ml/b/b.go":               "package b\n\nimport \"flowbook/ml/a\"\n\nfunc B() int { return a.A() }\n",
	"ml/c/c.go":               "package c\n",
	"tools/flowbook/main.go":  "package main\n\nfunc main() {}\n",
	"notebooks/pipeline.yaml": examplePipeline,
	"notebooks/split.ipynb":   "split()",
	"notebooks/a.ipynb":       "# Text\n---\nimport \"flowbook/ml/a\"\n\n// Look prints.\nfunc Look() { read(\"Datasets/parts/part_1.csv\") }\n---\n%%\nLook()",
	"notebooks/b.ipynb":       "import \"flowbook/ml/b\"\n---\n%%\nread(\"Datasets/parts/part_1.csv\")\nwrite(\"Datasets/b.txt\", \"b\")",
	"notebooks/each.ipynb":    "%%\nread(\"Datasets/parts/part_{part}.csv\")",
}

const examplePipeline = `
title: Example
steps:
  sum: # before what it waits for
    command: sum
    inputs: [Datasets/b.txt]
    outputs: [Datasets/sum.txt]
  data:
    command: data
    when: missing
    outputs: [Datasets/raw.csv, "Datasets/labels.csv?"]
  split:
    notebook: notebooks/split.ipynb
    inputs: [Datasets/raw.csv]
    outputs: ["Datasets/parts/part_*.csv"]
  a:
    notebook: notebooks/a.ipynb
    inputs: [Datasets/parts/part_1.csv]
  b:
    notebook: notebooks/b.ipynb
    inputs: [Datasets/parts/part_1.csv, "Datasets/labels.csv?"]
    params: {depth: 2}
    outputs: [Datasets/b.txt]
  each:
    notebook: notebooks/each.ipynb
    inputs: ["Datasets/parts/part_{part}.csv"]
    grid: {part: 1..N}
`

func newWorld(t *testing.T, files map[string]string) *world {
	t.Helper()
	t.Setenv("FLOWBOOK_STATE", "")
	t.Setenv("FLOWBOOK_ROOT", "")
	t.Setenv("GOMLX_BACKEND", "")
	w := &world{t: t, root: t.TempDir()}
	for name, text := range files {
		w.write(name, text)
	}
	return w
}

// write writes a file; of a notebook, text has the cells with --- between them, those that begin
// with # being text.
func (w *world) write(name, text string) {
	w.t.Helper()
	file := filepath.Join(w.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".ipynb") || strings.HasPrefix(text, "{") {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	nb := notebook.New()
	for cell := range strings.SplitSeq(text, "\n---\n") {
		if strings.HasPrefix(cell, "# ") {
			nb.Cells = append(nb.Cells, notebook.NewMarkdown(cell))
			continue
		}
		c := notebook.NewCode(cell)
		if strings.HasPrefix(cell, "var ") {
			if err := c.Metadata.Put("tags", []string{"parameters"}); err != nil {
				w.t.Fatal(err)
			}
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.AddIDs()
	if err := nb.WriteFile(file); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.root, filepath.FromSlash(name)))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// edit replaces text in a file, or in the source of a notebook's cell.
func (w *world) edit(name, old, text string) {
	w.t.Helper()
	if !strings.HasSuffix(name, ".ipynb") {
		was := w.read(name)
		if !strings.Contains(was, old) {
			w.t.Fatalf("%s has no %q", name, old)
		}
		w.write(name, strings.Replace(was, old, text, 1))
		return
	}
	file := filepath.Join(w.root, filepath.FromSlash(name))
	nb, err := notebook.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	found := false
	for _, c := range nb.Cells {
		if strings.Contains(c.Source, old) {
			c.Source, found = strings.Replace(c.Source, old, text, 1), true
		}
	}
	if !found {
		w.t.Fatalf("%s has no %q", name, old)
	}
	if err := nb.WriteFile(file); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pipeline() *Pipeline {
	w.t.Helper()
	p, err := Read(w.root, filepath.Join(w.root, "notebooks", "pipeline.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	p.Command, p.CommandPackages, p.Notebook = w.command, []string{"flowbook/tools/flowbook"}, w.notebook
	return p
}

// run runs the pipeline and returns what became of each run, "name: status", and what was really
// run.
func (w *world) run(opt Options) (statuses, ran []string) {
	w.t.Helper()
	runs, err := w.pipeline().Run(context.Background(), opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.statuses(runs), w.taken()
}

func (w *world) statuses(runs []*Run) (statuses []string) {
	for _, r := range runs {
		statuses = append(statuses, r.Name+": "+string(r.Status))
	}
	return statuses
}

// taken returns the sorted names of what was run since it was last asked.
func (w *world) taken() []string {
	ran := w.ran
	w.ran = nil
	slices.Sort(ran)
	return ran
}

func (w *world) start(name string) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ran = append(w.ran, name)
	w.now++
	w.max = max(w.max, w.now)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now--
	}
}

func (w *world) command(ctx context.Context, words []string, stdout, stderr io.Writer) error {
	defer w.start(strings.Join(words, " "))()
	switch words[0] {
	case "data":
		w.write("Datasets/raw.csv", "1\n2\n3\n")
		w.write("Datasets/labels.csv", "2\n")
		fmt.Fprint(stdout, "made\nall of it")
	case "sum":
		w.write("Datasets/sum.txt", "sum of "+w.read("Datasets/b.txt"))
	case "refuse":
		return errors.New("no")
	}
	return nil
}

var call = regexp.MustCompile(`(\w+)\(([^()]*)\)`)

// notebook pretends to execute: each code cell's output is its source after the parameters are put
// in.
func (w *world) notebook(ctx context.Context, nb *notebook.Notebook, opt runner.Options) (*runner.Result, error) {
	name := strings.TrimSuffix(filepath.Base(opt.Output), ".ipynb")
	defer w.start(name)()
	res := &runner.Result{Path: opt.Path, Output: opt.Output, Status: runner.OK}
	number := 0
	for i, c := range nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		number++
		source := c.Source
		for _, a := range opt.Assignments {
			source = strings.ReplaceAll(source, "{"+a.Name+"}", a.Node.Value)
		}
		cell := runner.CellResult{Index: i, Number: number, ID: c.ID, Title: strings.SplitN(source, "\n", 2)[0], Status: runner.OK}
		if opt.Progress != nil {
			opt.Progress(runner.Event{Cell: cell, Total: len(nb.Cells)})
		}
		for _, m := range call.FindAllStringSubmatch(source, -1) {
			args := strings.Split(strings.ReplaceAll(m[2], `"`, ""), ", ")
			if err := w.do(ctx, opt, m[1], args); err != nil {
				cell.Status, cell.Error = runner.Failed, &runner.CellError{Name: "ERROR", Value: err.Error()}
			}
			if ctx.Err() != nil {
				cell.Status, res.Stop = runner.Interrupted, context.Cause(ctx)
			}
		}
		count := number
		c.ExecutionCount = &count
		c.Outputs = []*notebook.Output{{Type: "stream", Name: "stdout", Text: "ran " + source}}
		res.Cells = append(res.Cells, cell)
		if cell.Status.Bad() {
			res.Status = cell.Status
			break
		}
	}
	return res, nb.WriteFile(opt.Output)
}

// do does what a call in a cell says.
func (w *world) do(ctx context.Context, opt runner.Options, name string, args []string) error {
	switch name {
	case "write":
		w.write(args[0], args[1])
	case "remove":
		return os.Remove(filepath.Join(w.root, args[0]))
	case "split":
		old, err := filepath.Glob(filepath.Join(w.root, "Datasets", "parts", "part_*.csv"))
		if err != nil {
			return err
		}
		for _, file := range old {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
		for i, line := range strings.Fields(w.read("Datasets/raw.csv")) {
			w.write(fmt.Sprintf("Datasets/parts/part_%d.csv", i+1), line)
		}
		return w.note(opt, "Datasets/raw.csv")
	case "read":
		return w.note(opt, args[0])
	case "sleep":
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	case "fail":
		return errors.New(args[0])
	}
	return nil
}

// note tells of a file that a notebook has opened, as package dataset does.
func (w *world) note(opt runner.Options, name string) error {
	file := name
	if !filepath.IsAbs(name) {
		file = filepath.Join(w.root, filepath.FromSlash(name))
	}
	for _, env := range opt.Env {
		if list, ok := strings.CutPrefix(env, "FLOWBOOK_READS="); ok {
			f, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString(file + "\n")
			return err
		}
	}
	return errors.New("no $FLOWBOOK_READS")
}

func (w *world) want(what string, want, got []string) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
