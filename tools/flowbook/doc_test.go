package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentedCommands parses every flowbook command that the manual and the README show: one that the program does not
// understand any more fails here.
func TestDocumentedCommands(t *testing.T) {
	for _, path := range []string{"doc.go", filepath.Join("..", "..", "README.md"), filepath.Join("..", "..", "CONTRIBUTING.md")} {
		commands := documented(t, path)
		if len(commands) == 0 {
			t.Errorf("%s shows no command", path)
		}
		for _, command := range commands {
			parser, err := newParser(io.Discard, io.Discard, func(int) {})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(strings.Fields(command)); err != nil {
				t.Errorf("%s: flowbook %s: %v", path, command, err)
			}
		}
	}
}

// documented returns the arguments of the commands in a file: lines that begin, after indentation, a comment sign or a
// prompt, with flowbook or go run ./tools/flowbook, up to a comment or a shell operator.
func documented(t *testing.T, path string) (commands []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimPrefix(lines.Text(), "//")
		indented := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "      - run: ")
		line = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "- run: "), "$ ")
		rest, ok := strings.CutPrefix(line, "go run ./tools/flowbook ")
		if !ok {
			rest, ok = strings.CutPrefix(line, "flowbook ")
		}
		if !ok || !indented {
			continue
		}
		for _, end := range []string{" # ", " | ", " > ", " && "} {
			rest, _, _ = strings.Cut(rest, end)
		}
		commands = append(commands, strings.TrimSpace(rest))
	}
	return commands
}

// TestDependenciesHaveReasons fails for a direct dependency of go.mod that CONTRIBUTING gives no reason for.
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
