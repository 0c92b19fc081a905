package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

var everything = []string{"a", "b", "data", "each-part-1", "each-part-2", "each-part-3", "split", "sum"}

func TestRunAgainRunsNothing(t *testing.T) {
	w := newWorld(t, example)
	_, ran := w.run(Options{Jobs: 2})
	w.want("the first run", everything, ran)
	statuses, ran := w.run(Options{Jobs: 2})
	w.want("the second run", nil, ran)
	w.want("its statuses", []string{
		"data: up to date", "split: up to date", "b: up to date", "sum: up to date", "a: up to date",
		"each-part-1: up to date", "each-part-2: up to date", "each-part-3: up to date",
	}, statuses)
}

// TestRunDoubt runs a notebook twice whose step lists no inputs: the second time only if it may
// have read something that nobody observed.
func TestRunDoubt(t *testing.T) {
	const reads = "%%\nos.ReadFile(\"x\")"
	tests := []struct{ name, fields, cell, why string }{
		{"computes", "", "%%\nfmt.Println(1)", ""},
		{"observed", "", "%%\nmemo.Reads(\"/x\")", ""},
		{"reads", "", reads, "cell 1 uses os.ReadFile, which is not known to be pure; list what it reads under inputs at notebooks/pipeline.yaml:2"},
		{"runs a program", "", "!cat x", "cell 1 has the command !cat x; list what it reads under inputs at notebooks/pipeline.yaml:2"},
		{"reads an input", "inputs: [x]", reads, ""},
		{"reads nothing that counts", "inputs: []", reads, ""},
		{"reads, and writes an output", "outputs: [x]", reads, "cell 1 uses os.ReadFile, which is not known to be pure; list what it reads under inputs at notebooks/pipeline.yaml:2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, map[string]string{
				"go.mod": example["go.mod"], "x": "1", "notebooks/a.ipynb": tt.cell, "ml/memo/m.go": "package memo\n",
				"notebooks/pipeline.yaml": "steps:\n  a:\n    notebook: notebooks/a.ipynb\n    " + tt.fields + "\n",
			})
			w.run(Options{})
			plan, err := w.pipeline().Plan(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			tasks, err := w.pipeline().Keys(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.why, tt.why}, []string{plan[0].Why, tasks[0].Private()}); diff != "" {
				t.Errorf("why it would run and is not shared (-want +got):\n%s", diff)
			}
			want := UpToDate
			if tt.why != "" {
				want = Ran
			}
			statuses, _ := w.run(Options{})
			w.want("the second run", []string{"a: " + string(want)}, statuses)
		})
	}
}

// TestNamed: a command that names a file and lists no inputs runs every time.
func TestNamed(t *testing.T) {
	for _, tt := range []struct{ step, why string }{
		{"{command: sum x}", "its command names x"},
		{"{command: sum --of=./x}", "its command names ./x"},
		{"{command: sum https://example.com/x}", "its command names https://example.com/x"},
		{"{command: sum notebooks}", "its command names notebooks"},
		{"{command: x y}", ""},
		{"{command: sum x, outputs: [x]}", ""},
		{"{command: sum notebooks, outputs: [notebooks/y]}", ""},
		{"{command: sum x, inputs: [x]}", ""},
		{"{command: sum x, inputs: []}", ""},
	} {
		w := newWorld(t, map[string]string{"go.mod": example["go.mod"], "x": "1", "notebooks/pipeline.yaml": "steps:\n  a: " + tt.step + "\n"})
		tasks, err := w.pipeline().Keys(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := tt.why
		if want != "" {
			want += "; list what it reads under inputs at notebooks/pipeline.yaml:2"
		}
		if diff := cmp.Diff(want, tasks[0].Private()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.step, diff)
		}
	}
}

// TestRunAfterOneChange changes one thing of a pipeline that is up to date and looks at what is
// run.
func TestRunAfterOneChange(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
		want   []string
	}{
		{"nothing", func(w *world) {}, nil},
		{"the time of an input", func(w *world) { w.write("Datasets/raw.csv", w.read("Datasets/raw.csv")) }, nil},
		{"a line of the input that other parts come from", func(w *world) { w.write("Datasets/raw.csv", "1\n2\n4\n") }, []string{"each-part-3", "split"}},
		{"a line more of the input", func(w *world) { w.write("Datasets/raw.csv", "1\n2\n3\n4\n") }, []string{"each-part-4", "split"}},
		{"a line less of the input", func(w *world) { w.write("Datasets/raw.csv", "1\n2\n") }, []string{"split"}},
		{"the first line of the input", func(w *world) { w.write("Datasets/raw.csv", "0\n2\n3\n") }, []string{"a", "b", "each-part-1", "split"}},
		{"the optional input", func(w *world) { w.write("Datasets/labels.csv", "3\n") }, []string{"b"}},
		{"no optional input", func(w *world) { w.remove("Datasets/labels.csv") }, []string{"b"}},
		{"no made data", func(w *world) { w.remove("Datasets/raw.csv") }, []string{"data"}},
		{"a comment in a cell", func(w *world) { w.edit("notebooks/a.ipynb", "// Look prints.", "// Look says.") }, nil},
		{"formatting in a cell", func(w *world) { w.edit("notebooks/a.ipynb", "func Look() {", "func Look()   {") }, nil},
		{"text between cells", func(w *world) { w.edit("notebooks/a.ipynb", "# Text", "# Other text") }, nil},
		{"a cell's code", func(w *world) { w.edit("notebooks/a.ipynb", "func Look() {", "func Look() { look();") }, []string{"a"}},
		{"a cell's command", func(w *world) { w.edit("notebooks/a.ipynb", "%%", "%% --fast") }, []string{"a"}},
		{"a cell whose output stays the same", func(w *world) { w.edit("notebooks/b.ipynb", "%%", "%%\nmore()") }, []string{"b"}},
		{"a cell whose output changes", func(w *world) { w.edit("notebooks/b.ipynb", `"b")`, `"c")`) }, []string{"b", "sum"}},
		{"a parameter", func(w *world) { w.edit("notebooks/pipeline.yaml", "depth: 2", "depth: 3") }, []string{"b"}},
		{"a parameter more", func(w *world) { w.edit("notebooks/pipeline.yaml", "depth: 2", "depth: 2, width: 1") }, []string{"b"}},
		{"the type of a parameter", func(w *world) { w.edit("notebooks/pipeline.yaml", "depth: 2", `depth: "2"`) }, []string{"b"}},
		{"a value less in the grid", func(w *world) { w.edit("notebooks/pipeline.yaml", "1..N", "2..N") }, nil},
		{"a package that one notebook imports", func(w *world) { w.edit("ml/b/b.go", "a.A()", "a.A() + 1") }, []string{"b"}},
		{"a package that both import, one through another", func(w *world) { w.edit("ml/a/a.go", "return 1", "return 2") }, []string{"a", "b"}},
		{"a comment in a package", func(w *world) { w.edit("ml/a/a.go", "is imported", "is imported twice") }, nil},
		{"a package that nobody imports", func(w *world) { w.edit("ml/c/c.go", "package c", "package c\n\nvar X int") }, nil},
		{"what a cell runs", func(w *world) {
			w.edit("notebooks/a.ipynb", "%%", "%%\nexec.Command(\"go\", \"run\", \"flowbook/ml/c\")")
			w.run(Options{})
			w.edit("ml/c/c.go", "package c", "package c\n\nvar X int")
		}, []string{"a"}},
		{"what a cell's command runs", func(w *world) {
			w.edit("notebooks/a.ipynb", "%%", "!go run ../ml/c\n%%")
			w.run(Options{})
			w.edit("ml/c/c.go", "package c", "package c\n\nvar X int")
		}, []string{"a"}},
		{"a package that goimports finds", func(w *world) {
			w.edit("notebooks/a.ipynb", "%%", "%%\nc.X()")
			w.run(Options{})
			w.edit("ml/c/c.go", "package c", "package c\n\nvar X int")
		}, []string{"a"}},
		{"the commands' source", func(w *world) { w.edit("tools/flowbook/main.go", "main() {}", "main() { println() }") }, []string{"sum"}},
		{"go.mod", func(w *world) { w.edit("go.mod", "go 1.26", "go 1.26.1") }, []string{"a", "b", "each-part-1", "each-part-2", "each-part-3", "split", "sum"}},
		{"go.sum", func(w *world) { w.edit("go.sum", "h1:x", "h1:y") }, []string{"a", "b", "each-part-1", "each-part-2", "each-part-3", "split", "sum"}},
		{"the backend", func(w *world) { w.t.Setenv("GOMLX_BACKEND", "xla") }, []string{"a", "b", "each-part-1", "each-part-2", "each-part-3", "split"}},
		{"an output", func(w *world) { w.write("Datasets/b.txt", "x") }, []string{"b"}},
		{"no output", func(w *world) { w.remove("Datasets/parts/part_2.csv") }, []string{"split"}},
		{"a file that looks like an output", func(w *world) { w.write("Datasets/parts/part_9.csv", "9") }, []string{"split"}},
		{"an executed notebook", func(w *world) { w.remove(".flowbook/out/a.ipynb") }, []string{"a"}},
		{"a torn record", func(w *world) { w.write(".flowbook/pipeline/steps/a.json", "{\"key\":") }, []string{"a"}},
		{"torn digests", func(w *world) { w.write(".flowbook/pipeline/digests.json", "{") }, nil},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && i%4 != 0 {
				t.Skip("every fourth change when short")
			}
			w := newWorld(t, example)
			w.run(Options{Jobs: 2})
			tt.change(w)
			plan, err := w.pipeline().Plan(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, ran := w.run(Options{Jobs: 2})
			w.want("what was run", tt.want, ran)
			w.checkPlan(plan, tt.want)
			if _, ran := w.run(Options{}); ran != nil {
				t.Errorf("run once more: %v", ran)
			}
		})
	}
}

func (w *world) remove(name string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.root, filepath.FromSlash(name))); err != nil {
		w.t.Fatal(err)
	}
}

// checkPlan compares a plan with what was run then: what would run did, and what was up to date did
// not.
func (w *world) checkPlan(plan []*Run, ran []string) {
	w.t.Helper()
	for _, run := range plan {
		did := false
		for _, name := range ran {
			did = did || name == run.Name
		}
		if run.Status == Stale && !did || run.Status == UpToDate && did || run.Status == Failed {
			w.t.Errorf("the plan says of %s %q (%s, %v), and it was run: %v", run.Name, run.Status, run.Why, run.Err, did)
		}
	}
}

func TestRunCarriesTextOver(t *testing.T) {
	w := newWorld(t, example)
	w.run(Options{})
	w.edit("notebooks/a.ipynb", "# Text", "# Other text")
	w.edit("notebooks/a.ipynb", "// Look prints.", "// Look says.")
	w.run(Options{})
	nb, err := notebook.ReadFile(filepath.Join(w.root, ".flowbook/out/a.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if got := nb.Cells[0].Source; got != "# Other text" {
		t.Errorf("the executed notebook's text is %q", got)
	}
	if got := nb.Cells[1]; !strings.Contains(got.Source, "// Look says.") || !strings.Contains(got.Outputs[0].Text, "// Look prints.") || *got.ExecutionCount != 1 {
		t.Errorf("the executed notebook's first code cell is %q with output %q", got.Source, got.Outputs[0].Text)
	}
}

func TestRunLeavesForeignData(t *testing.T) {
	w := newWorld(t, example)
	w.write("Datasets/raw.csv", "mine\nalone\n")
	_, ran := w.run(Options{Jobs: 2})
	w.want("what was run", []string{"a", "b", "each-part-1", "each-part-2", "split", "sum"}, ran)
	if got := w.read("Datasets/raw.csv"); got != "mine\nalone\n" {
		t.Errorf("the data is now %q", got)
	}
	_, ran = w.run(Options{Force: true})
	w.want("what was run by force", []string{"a", "b", "each-part-1", "each-part-2", "split", "sum"}, ran)
}

func TestRunTargets(t *testing.T) {
	w := newWorld(t, example)
	_, ran := w.run(Options{Targets: []string{"a"}})
	w.want("a and what it waits for", []string{"a", "data", "split"}, ran)
	_, ran = w.run(Options{Targets: []string{"notebooks/a.ipynb"}, Force: true})
	w.want("a by force", []string{"a"}, ran)
	_, ran = w.run(Options{Targets: []string{"sum"}})
	w.want("sum and what it waits for", []string{"b", "sum"}, ran)
	_, err := w.pipeline().Run(t.Context(), Options{Targets: []string{"nothing"}})
	var target *TargetError
	if !errors.As(err, &target) || err.Error() != `no step "nothing" in the pipeline; there are data, split, b, sum, a, each` {
		t.Errorf("error %v", err)
	}
}

func TestRunFailure(t *testing.T) {
	w := newWorld(t, example)
	w.edit("notebooks/b.ipynb", "%%", "%%\nfail(\"cannot\")")
	runs, err := w.pipeline().Run(t.Context(), Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	w.want("statuses", []string{"data: ran", "split: ran", "b: failed", "sum: not run", "a: ran", "each-part-1: ran", "each-part-2: ran", "each-part-3: ran"}, w.statuses(runs))
	var cell *CellError
	if err := runs[2].Err; !errors.As(err, &cell) || cell.Cell.Number != 2 || err.Error() != "step b: cell 2 (%%): cannot" {
		t.Errorf("error %v", err)
	}
	w.taken()
	w.edit("notebooks/b.ipynb", "fail(\"cannot\")", "can()")
	_, ran := w.run(Options{})
	w.want("after it is mended", []string{"b", "sum"}, ran)
}

func TestRunFailures(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "scratch.csv")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(w *world)
		want   string // the error of step a, "" if it runs
	}{
		{
			"reads what it does not declare", func(w *world) { w.edit("notebooks/a.ipynb", "%%", "%%\nread(\"Datasets/parts/part_2.csv\")") },
			"step a read Datasets/parts/part_2.csv, which is not among its inputs; add it at notebooks/pipeline.yaml:16",
		},
		{"reads what it wrote and removed", func(w *world) {
			w.edit("notebooks/a.ipynb", "%%", "%%\nwrite(\"Datasets/own.csv\", \"x\")\nread(\"Datasets/own.csv\")\nremove(\"Datasets/own.csv\")")
		}, ""},
		{"reads a temporary file", func(w *world) { w.edit("notebooks/a.ipynb", "%%", "%%\nread(\""+outside+"\")") }, ""},
		{"does not write its output", func(w *world) {
			w.edit("notebooks/pipeline.yaml", "inputs: [Datasets/parts/part_1.csv]\n", "inputs: [Datasets/parts/part_1.csv]\n    outputs: [Datasets/a.txt]\n")
		}, "step a has not written Datasets/a.txt"},
		{"does not write a file of its pattern", func(w *world) {
			w.edit("notebooks/pipeline.yaml", "inputs: [Datasets/parts/part_1.csv]\n", "inputs: [Datasets/parts/part_1.csv]\n    outputs: [\"Datasets/a_?.txt\"]\n")
		}, "step a has not written Datasets/a_?.txt"},
		{
			"has no input", func(w *world) { w.edit("notebooks/pipeline.yaml", "part_1.csv]\n", "part_1.csv, Datasets/none]\n") },
			"step a: its input Datasets/none is not there, and no step before it makes it",
		},
		{"is no notebook", func(w *world) { w.write("notebooks/a.ipynb", "{") }, "step a: read notebooks/a.ipynb: "},
		{"is not there", func(w *world) { w.remove("notebooks/a.ipynb") }, "step a: read notebooks/a.ipynb: no such file or directory"},
		{"imports broken code", func(w *world) { w.write("ml/a/a.go", "package a\n\nvar X = \"\n") }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, example)
			tt.change(w)
			runs, err := w.pipeline().Run(t.Context(), Options{Targets: []string{"a"}})
			if err != nil {
				t.Fatal(err)
			}
			a := runs[len(runs)-1]
			if tt.want == "" {
				if a.Err != nil {
					t.Errorf("error %v", a.Err)
				}
				return
			}
			if a.Status != Failed || a.Err == nil || !strings.HasPrefix(a.Err.Error(), tt.want) {
				t.Errorf("status %s, error %v, want %q", a.Status, a.Err, tt.want)
			}
		})
	}
}

func TestRunStopped(t *testing.T) {
	w := newWorld(t, example)
	w.edit("notebooks/a.ipynb", "%%", "%%\nsleep()")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stopped by hand")
	opt := Options{Jobs: 1, Event: func(e Event) {
		if e.Kind == StartEvent && e.Run.Name == "a" {
			cancel(stop)
		}
	}}
	runs, err := w.pipeline().Run(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		if run.Name == "a" && (run.Status != Stopped || !errors.Is(run.Err, stop)) {
			t.Errorf("a: status %s, error %v", run.Status, run.Err)
		}
		if strings.HasPrefix(run.Name, "each") && run.Status != NotRun {
			t.Errorf("%s: status %s after the stop", run.Name, run.Status)
		}
	}
	done := w.taken()
	_, ran := w.run(Options{})
	for _, name := range ran {
		for _, before := range done {
			if name == before && name != "a" {
				t.Errorf("%s was run again although it was done before the stop", name)
			}
		}
	}
}

func TestRunJobs(t *testing.T) {
	for _, jobs := range []int{1, 3} {
		w := newWorld(t, example)
		w.edit("notebooks/each.ipynb", "%%", "%%\nsleep()")
		w.run(Options{Jobs: jobs})
		if w.max != jobs {
			t.Errorf("%d jobs: at most %d runs at once", jobs, w.max)
		}
	}
}

func TestRunEvents(t *testing.T) {
	w := newWorld(t, example)
	var got []string
	w.run(Options{Targets: []string{"split"}, Event: func(e Event) {
		switch e.Kind {
		case StartEvent:
			got = append(got, e.Run.Name+" starts: "+e.Run.Why)
		case CellEvent:
			got = append(got, e.Run.Name+" "+e.Cell.Cell.Title)
		case TextEvent:
			got = append(got, e.Run.Name+" says "+e.Text)
		case EndEvent:
			got = append(got, e.Run.Name+" ends: "+string(e.Run.Status))
		}
		if e.Total != 2 {
			t.Errorf("total %d, want 2", e.Total)
		}
	}})
	w.want("events", []string{
		"data starts: Datasets/raw.csv is missing", "data says made", "data says all of it", "data ends: ran",
		"split starts: no complete run yet", "split split()", "split ends: ran",
	}, got)
}
