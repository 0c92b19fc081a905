package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"testing"

	"flowbook/ml/module"
)

func TestCommand(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(module.EnvRoot, root)
	t.Setenv(module.EnvState, t.TempDir())
	t.Setenv("FLOWBOOK_PYTHON", filepath.Join(t.TempDir(), "none"))
	out := t.TempDir()
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // patterns
	}{
		{"measure", []string{"--count", "1", "--work", "^Split/n=10000$", "--out", out}, 0,
			`(?m)^Split/n=10000 +go +[0-9.]+m?s .* 1\n +pandas +python: not found; set \$FLOWBOOK_PYTHON$(.|\n)*benchstat@.* -col side .*/go.txt .*/python.txt$`,
			`^bench: Split/n=10000 \(1 of 1\)\n$`},
		{"bad pattern", []string{"--work", "("}, 2, `^$`, `^bench: --work: error parsing regexp`},
		{"no rounds", []string{"--count", "0"}, 2, `^$`, `^bench: --count must be at least 1 \(got 0\)\n$`},
		{"no such work", []string{"--work", "^Cook"}, 1, `^$`, `^bench: no work matches \^Cook\n$`},
		{"no such flag", []string{"--cook"}, 2, `^$`, `^bench: flag provided but not defined: -cook \(see go run ./tools/bench --help\)\n$`},
		{"a word too many", []string{"Split"}, 2, `^$`, `^bench: unexpected argument Split\n$`},
		{"help", []string{"--help"}, 0, `(?s)-count.*-full.*-out.*-work`, `^$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != test.code {
				t.Errorf("exit status %d, want %d", code, test.code)
			}
			if !regexp.MustCompile(test.stdout).Match(stdout.Bytes()) {
				t.Errorf("stdout:\n%s\nwant %s", &stdout, test.stdout)
			}
			if !regexp.MustCompile(test.stderr).Match(stderr.Bytes()) {
				t.Errorf("stderr:\n%s\nwant %s", &stderr, test.stderr)
			}
		})
	}
}
