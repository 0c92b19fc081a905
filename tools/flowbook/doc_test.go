package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestManual parses every command that the manual shows, which has to show all: one that the
// program does not understand any more fails here.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(manual)) {
		command, ok := strings.CutPrefix(line, "//\tflowbook ")
		if !ok {
			continue
		}
		n++
		for _, end := range []string{" # ", " | ", " > ", " && "} {
			command, _, _ = strings.Cut(command, end)
		}
		if err := parse(t, command); err != nil {
			t.Errorf("flowbook %s: %v", command, err)
		}
	}
	parser, err := newParser(new(cli), io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range parser.Model.Children {
		if !strings.Contains(string(manual), "flowbook "+c.Name) {
			t.Errorf("the manual does not show flowbook %s", c.Name)
		}
	}
	if n < 10 {
		t.Errorf("the manual shows %d commands, expected more: is its form another?", n)
	}
}

// TestCommandsInSentences parses the commands that stand within the sentences of pages and
// notebooks, such as `run -p name=value`. They need not be complete, but sub-command and flags must
// be there. A package that they name to go doc must be there too.
func TestCommandsInSentences(t *testing.T) {
	root := filepath.Join("..", "..")
	sources, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages(t, root) {
		sources = append(sources, filepath.Join(root, filepath.FromSlash(name)))
	}
	var names []string
	parser, err := newParser(new(cli), io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range parser.Model.Children {
		names = append(names, c.Name)
	}
	n := 0
	for _, path := range sources {
		for _, span := range readSpans(t, path) {
			if pkg, ok := strings.CutPrefix(span, "go doc ./"); ok {
				if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(pkg))); err != nil || !info.IsDir() {
					t.Errorf("%s: %s: there is no such package", path, span)
				}
			}
			command, whole := strings.CutPrefix(strings.TrimPrefix(span, "go run ./tools/"), "flowbook ")
			first, _, _ := strings.Cut(command, " ")
			if !whole && !slices.Contains(names, first) {
				continue
			}
			n++
			var unfinished *kong.ParseError
			if err := parse(t, command); err != nil && !(errors.As(err, &unfinished) && regexp.MustCompile(`^(expected |missing flags: )`).MatchString(err.Error())) {
				t.Errorf("%s: `%s`: %v", path, span, err)
			}
		}
	}
	if n < 20 {
		t.Errorf("found %d commands in sentences, expected more", n)
	}
}

// TestCommandsInScripts parses the commands that the gate and the containers run.
func TestCommandsInScripts(t *testing.T) {
	for _, name := range []string{".ci/run", ".binder/postBuild", ".devcontainer/devcontainer.json"} {
		script, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		commands := regexp.MustCompile(`go run \./tools/flowbook ([^"&|\n]+)`).FindAllSubmatch(script, -1)
		if len(commands) == 0 {
			t.Errorf("%s runs no flowbook command", name)
		}
		for _, c := range commands {
			if err := parse(t, string(c[1])); err != nil {
				t.Errorf("%s: flowbook %s: %v", name, c[1], err)
			}
		}
	}
}

func parse(t *testing.T, command string) error {
	t.Helper()
	parser, err := newParser(new(cli), io.Discard, io.Discard, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(strings.Fields(command))
	return err
}

// TestDependenciesHaveReasons fails for a direct dependency of go.mod that CONTRIBUTING gives no
// reason for.
func TestDependenciesHaveReasons(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile(filepath.Join("..", "..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(line, "\t") || !strings.Contains(fields[0], "/") || !strings.HasPrefix(fields[1], "v") {
			continue
		}
		n++
		if !strings.Contains(string(reasons), fields[0]) {
			t.Errorf("CONTRIBUTING.md gives no reason for %s", fields[0])
		}
	}
	if n < 10 {
		t.Errorf("found %d direct dependencies in go.mod, expected more: is its form another?", n)
	}
}
