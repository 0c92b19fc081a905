package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "notebooks/pipeline.yaml:1: the file is empty; it needs steps"},
		{"no YAML", "steps:\n\ta: b\n", "notebooks/pipeline.yaml:2: it is indented with a tab; YAML wants blanks"},
		{"a tab further down", "title: x\nsteps:\n  a:\n    notebook: x\n\tinputs: [y]\n", "notebooks/pipeline.yaml:5: it is indented with a tab; YAML wants blanks"},
		{"a tab after a list", "steps:\n  a:\n    inputs:\n\t- y\n", "notebooks/pipeline.yaml:4: it is indented with a tab; YAML wants blanks"},
		{"no mapping", "- a\n", "notebooks/pipeline.yaml:1: want name: value pairs here"},
		{"no steps", "title: x\n", "notebooks/pipeline.yaml:1: a pipeline needs steps"},
		{"unknown field", "step: {}\n", `notebooks/pipeline.yaml:1: a pipeline has no field "step"; it may have title and steps`},
		{"unknown field of a step", "steps:\n  a:\n    command: x\n    output: [a]\n", `notebooks/pipeline.yaml:4: a step has no field "output"; it may have notebook, command, inputs, outputs, params, grid, when and needs`},
		{"a step twice", "steps:\n  a: {command: x}\n  a: {command: y}\n", "notebooks/pipeline.yaml:3: a is there twice"},
		{"steps that differ by case", "steps:\n  a: {command: x}\n  A: {command: y}\n", "notebooks/pipeline.yaml:3: step A differs from step a by case only"},
		{"a step's name", "steps:\n  a/b: {command: x}\n", `notebooks/pipeline.yaml:2: step "a/b": a name is made of letters, digits, _, - and ., and is not index`},
		{"neither", "steps:\n  a: {inputs: [x]}\n", "notebooks/pipeline.yaml:2: step a: want either a notebook or a command"},
		{"both", "steps:\n  a: {notebook: x, command: y}\n", "notebooks/pipeline.yaml:2: step a: want either a notebook or a command"},
		{"outside", "steps:\n  a: {command: x, inputs: [../x]}\n", "notebooks/pipeline.yaml:2: ../x: want a path below the module's root, with slashes and without .."},
		{"absolute", "steps:\n  a: {notebook: /x.ipynb}\n", "notebooks/pipeline.yaml:2: /x.ipynb: want a path below the module's root, with slashes and without .."},
		{"bad pattern", "steps:\n  a: {command: x, inputs: ['x[']}\n", "notebooks/pipeline.yaml:2: x[: syntax error in pattern"},
		{"no list", "steps:\n  a: {command: x, inputs: x}\n", "notebooks/pipeline.yaml:2: want a list of paths here"},
		{"a condition", "steps:\n  a: {command: x, when: new}\n", `notebooks/pipeline.yaml:2: when: "new"; the only condition is missing`},
		{"a condition without output", "steps:\n  a: {command: x, when: missing}\n", "notebooks/pipeline.yaml:2: step a: when: missing needs an output to look for"},
		{"a command's parameters", "steps:\n  a: {command: x, params: {b: 1}}\n", "notebooks/pipeline.yaml:2: step a: only notebooks have parameters; write a command's into its words"},
		{"a placeholder", "steps:\n  a: {notebook: x, inputs: ['x_{k}']}\n", "notebooks/pipeline.yaml:2: step a: {k} in x_{k} is no parameter of its grid"},
		{"nothing to count", "steps:\n  a: {notebook: x, grid: {k: 1..N}}\n", "notebooks/pipeline.yaml:2: step a: k: 1..N counts the files of an input with {k} in its name; there is none"},
		{"a range", "steps:\n  a:\n    notebook: x\n    grid: {k: 3..1}\n", "notebooks/pipeline.yaml:4: k: want a list of values, or a range such as 1..5 or 1..N"},
		{"a grid's value", "steps:\n  a:\n    notebook: x\n    grid: {k: [[1]]}\n", "notebooks/pipeline.yaml:4: k: a grid's values are numbers, texts and booleans"},
		{"a parameter twice", "steps:\n  a:\n    notebook: x\n    params: {k: 1}\n    grid: {k: [1]}\n", "notebooks/pipeline.yaml:5: step a: k is in params and in the grid"},
		{"too many runs", "steps:\n  a:\n    notebook: x\n    grid:\n      k: 1..999999\n      l: 1..999999\n", "notebooks/pipeline.yaml:6: step a: its grid has 1e+12 runs, and 100000 are the most"},
		{"a circle", "steps:\n  a: {command: x, inputs: [b], outputs: [a]}\n  b: {command: x, inputs: [a], outputs: [b]}\n", "notebooks/pipeline.yaml:2: steps wait for each other: a after b after a"},
		{"one output of two", "steps:\n  a: {command: x, outputs: ['d/*.csv']}\n  b: {command: x, outputs: [d/x.csv]}\n", "notebooks/pipeline.yaml:3: d/x.csv may be written by step a and by step b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			file := filepath.Join(root, "notebooks", "pipeline.yaml")
			if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Read(root, file)
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("error %v, want a *FileError", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := Read(t.TempDir(), "nothing.yaml"); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestOverlaps(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"d/x.csv", "d/x.csv", true},
		{"d/x.csv", "d/y.csv", false},
		{"d/*.csv", "d/x.csv", true},
		{"d/*.csv", "d/x.txt", false},
		{"d/*.csv", "d/e/x.csv", false},
		{"d/part_*.csv", "d/part_{k}.csv", true},
		{"d/part_*.csv", "d/other_*.csv", false},
		{"d/part_{k}.csv", "d/part_{k}.txt", false},
		{"*/x", "d/x", true},
	}
	for _, tt := range tests {
		if got := overlaps(File{Pattern: tt.a}, File{Pattern: tt.b}); got != tt.want {
			t.Errorf("overlaps(%s, %s) = %v", tt.a, tt.b, got)
		}
		if got := overlaps(File{Pattern: tt.b}, File{Pattern: tt.a}); got != tt.want {
			t.Errorf("overlaps(%s, %s) = %v", tt.b, tt.a, got)
		}
	}
}

func TestExpand(t *testing.T) {
	w := newWorld(t, map[string]string{
		"go.mod": "module flowbook\n",
		"notebooks/pipeline.yaml": `
steps:
  g:
    notebook: g.ipynb
    inputs: ["d/{model}.bin", "d/part_{k}.csv"]
    outputs: ["o/{model}_{k}.txt"]
    params: {seed: 7}
    grid:
      model: [pca, "a b/c", 0.50]
      k: 1..N
`,
		"d/part_1.csv": "", "d/part_2.csv": "", "d/part_4.csv": "",
	})
	p := w.pipeline()
	var got []string
	for _, run := range p.expand(disk{p: p}, p.Steps[0]) {
		line := run.name + " " + run.inputs[0].Pattern + " " + run.inputs[1].Pattern + " " + run.outputs[0].Pattern
		for _, a := range run.assignments {
			line += " " + a.Name + "=" + a.Node.Value + a.Node.Tag + "@" + a.Origin[strings.LastIndex(a.Origin, ":"):]
		}
		got = append(got, line)
	}
	w.want("runs", []string{
		"g-model-pca-k-1 d/pca.bin d/part_1.csv o/pca_1.txt seed=7!!int@:7 model=pca!!str@:9 k=1!!int@:10",
		"g-model-pca-k-2 d/pca.bin d/part_2.csv o/pca_2.txt seed=7!!int@:7 model=pca!!str@:9 k=2!!int@:10",
		"g-model-a_b_c-k-1 d/a b/c.bin d/part_1.csv o/a b/c_1.txt seed=7!!int@:7 model=a b/c!!str@:9 k=1!!int@:10",
		"g-model-a_b_c-k-2 d/a b/c.bin d/part_2.csv o/a b/c_2.txt seed=7!!int@:7 model=a b/c!!str@:9 k=2!!int@:10",
		"g-model-0.50-k-1 d/0.50.bin d/part_1.csv o/0.50_1.txt seed=7!!int@:7 model=0.50!!float@:9 k=1!!int@:10",
		"g-model-0.50-k-2 d/0.50.bin d/part_2.csv o/0.50_2.txt seed=7!!int@:7 model=0.50!!float@:9 k=2!!int@:10",
	}, got)
	if got := p.Steps[0].span(disk{p: p}, Axis{Name: "k", From: 2, To: 4}); got != (span{2, 5}) {
		t.Errorf("2..4 spans %v", got)
	}
	if got := p.Steps[0].span(disk{p: p}, Axis{Name: "k", From: 4}); got != (span{4, 5}) {
		t.Errorf("4..N spans %v", got)
	}
}

// TestGridNames has two values that would be written to one file.
func TestGridNames(t *testing.T) {
	w := newWorld(t, map[string]string{
		"go.mod": "module flowbook\n", "tools/flowbook/main.go": "package main\n", "g.ipynb": "x()",
		"notebooks/pipeline.yaml": "steps:\n  g:\n    notebook: g.ipynb\n    grid: {k: [\"a b\", a_b]}\n",
	})
	_, err := w.pipeline().Run(t.Context(), Options{})
	if err == nil || err.Error() != "notebooks/pipeline.yaml:2: two runs would be named g-k-a_b" {
		t.Errorf("error %v", err)
	}
}

func TestDigests(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.csv")
	kept := filepath.Join(dir, "digests.json")
	put := func(text string, age time.Duration) string {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		clock = func() time.Time { return time.Now().Add(age) }
		defer func() { clock = time.Now }()
		d := openDigests(kept)
		sum, err := d.of(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.save(); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	one := put("one", time.Hour)
	if two := put("two", 2*time.Hour); two == one {
		t.Error("another time, another content, the same digest")
	}
	if again := put("one", 0); again != one {
		t.Error("the same content, another digest")
	}
	if data, err := os.ReadFile(kept); err != nil || strings.Contains(string(data), one) {
		t.Errorf("the digest of a file that has just changed is remembered: %s, %v", data, err)
	}
	if longer := put("longer", time.Hour); longer == one {
		t.Error("another size, the same digest")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	d := openDigests(kept)
	if _, err := d.of(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
	if _, err := d.of(dir); err == nil {
		t.Error("a folder has a digest")
	}
}
