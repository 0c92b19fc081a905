package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flowbook/ml/module"
)

// TestOneOwner checks the rules of the house: a task that one package owns is done nowhere else in
// the module's code.
func TestOneOwner(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []struct {
		owner   string
		pattern *regexp.Regexp
		others  []string // that have a reason
	}{
		{"a context is an argument, not a field", regexp.MustCompile(`^\s+(\w+\s+)?context\.Context\s*$|struct *\{.*context\.Context`), nil},
		{"the current folder belongs to the user", regexp.MustCompile(`os\.Chdir\(`), []string{"tools/sandbox/stage_linux.go"}}, // a process of its own
		{"only commands print", regexp.MustCompile(`\bfmt\.Print|\bos\.(Stdout|Stderr)\b|^\s*println\(`), []string{
			"package main",
			"ml/backend.go",          // a cell's standard error is the place for it
			"ml/memo/memo.go",        // likewise
			"ml/display/display.go",  // shows values in a cell's output
			"tools/sandbox/stage.go", // Main, a process of its own
			"tools/sandbox/stage_linux.go",
			"tools/sandbox/attack/attack.go", // holds cells that print
			"tools/jupyter/supervisor.go",    // Main, a process of its own
			"tools/jupyter/fake/fake.go",     // Main, a process of its own
			"tools/jupyter/fake/kernel.go",
		}},
		{"ml/atomicfile replaces files", regexp.MustCompile(`os\.(Rename|CreateTemp)\(`), []string{
			"ml/atomicfile/atomicfile.go",
			"tools/jupyter/programs.go",      // a folder of programs
			"tools/jupyter/gofront/build.go", // a linked program; gofront is linked without our packages
			"tools/jupyter/gofront/shelf.go", // likewise
			"tools/pipeline/executor.go",     // moves whole files of a finished step
			"tools/cluster/activity.go",      // tries whether the disk is full
			"ml/dataset/split.go",            // moves whole parts of a finished split
			"ml/tensorboard/writer.go",       // names a new file
			"tools/cluster/pending.go",       // moves a finished notebook
			"tools/jupyter/gofront/gorun.go", // what the go command tells of one run
			"tools/runner/incremental.go",    // a list that the kernel appends to
		}},
		{"ml/atomicfile takes paths out of errors", regexp.MustCompile(`\*(fs|os)\.(PathError|LinkError)\b`), []string{"ml/atomicfile/atomicfile.go", "tools/flowbook/run.go"}},
		{"tools/status holds the statuses of cells and notebooks", regexp.MustCompile(`^type Status (string|int)`), []string{"tools/status/status.go"}},
		{"tools/notebook reads cells from files", regexp.MustCompile(`"cell_type"`), []string{
			"tools/notebook/read.go", "tools/notebook/write.go", "tools/notebook/upgrade.go",
		}},
		{"tools/gocell reads GoNB's cells", regexp.MustCompile(`Prefix\(.*"%%|gonb:`), []string{"tools/gocell/line.go", "tools/gocell/detect.go", "tools/gocell/cell.go"}},
		{"tools/status holds exit statuses", regexp.MustCompile(`ExitCode\(\) int *\{ return \d`), nil},
		{"ml/module names the environment", regexp.MustCompile(`"FLOWBOOK_(ROOT|STATE|READS|GOWORK|SCRATCH|VENDOR)`), []string{"ml/module/root.go"}},
	} {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "shared") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			name, err := filepath.Rel(root, path)
			if err != nil || slices.Contains(rule.others, filepath.ToSlash(name)) {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if slices.Contains(rule.others, "package main") && regexp.MustCompile(`(?m)^package main$`).Match(text) {
				return nil
			}
			for i, line := range strings.Split(string(text), "\n") {
				if code, _, _ := strings.Cut(line, "//"); rule.pattern.MatchString(code) {
					t.Errorf("%s:%d: %s\n%s", filepath.ToSlash(name), i+1, rule.owner, line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
