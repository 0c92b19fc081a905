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

// TestOneOwner: what one package owns is done nowhere else in the module's code.
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
		{"ml/atomicfile replaces files", regexp.MustCompile(`os\.(Rename|CreateTemp)\(`), []string{
			"ml/atomicfile/atomicfile.go",
			"tools/jupyter/programs.go",      // a folder of programs
			"tools/jupyter/gofront/build.go", // a linked program; gofront is linked without our packages
			"tools/pipeline/executor.go",     // moves whole files of a finished step
			"tools/cluster/activity.go",      // tries whether the disk is full
			"ml/tensorboard/writer.go",       // names a new file
			"tools/cluster/pending.go",       // moves a finished notebook
			"tools/runner/incremental.go",    // a list that the kernel appends to
		}},
		{"ml/atomicfile takes paths out of errors", regexp.MustCompile(`\*(fs|os)\.(PathError|LinkError)\b`), []string{"ml/atomicfile/atomicfile.go", "tools/flowbook/run.go"}},
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
			for i, line := range strings.Split(string(text), "\n") {
				if code, _, _ := strings.Cut(line, "//"); rule.pattern.MatchString(code) {
					t.Errorf("%s:%d: %s: use that package\n%s", filepath.ToSlash(name), i+1, rule.owner, line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
