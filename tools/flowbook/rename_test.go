package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"flowbook/ml/module"
)

var renaming = flag.Bool("rename", false, "build and test a renamed copy of the module, some minutes")

// renamed are the commands by which CONTRIBUTING.md renames the module, in a list.
var renamed = regexp.MustCompile("(?m)^  [0-9]\\. `(.*)`$")

// TestRename renames a copy of the module by the commands of CONTRIBUTING.md. It builds, its tests
// of what knows modules pass, and its command executes a notebook of its own and one of somebody
// else's module.
func TestRename(t *testing.T) {
	if !*renaming {
		t.Skip("builds the module under another name: run with -rename")
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := renamed.FindAllStringSubmatch(string(text), -1)
	if len(commands) != 2 {
		t.Fatalf("CONTRIBUTING.md has %d commands that rename the module, want 2", len(commands))
	}
	copied := filepath.Join(t.TempDir(), "copy")
	do := func(dir, command string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), sh, "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), module.EnvRoot+"=", module.EnvState+"=", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	do(root, "git clone --quiet . "+copied)
	for _, c := range commands {
		do(copied, strings.ReplaceAll(c[1], "HOST/", "example.com/x/"))
	}
	if left := do(copied, `git ls-files '*.go' | xargs grep -nE '^(import )?[[:space:]]*[a-z_.]*[[:space:]]*"flowbook/' || true`); left != "" {
		t.Errorf("imports that are left:\n%s", left)
	}
	do(copied, "go build ./... && go build -o bin/ ./tools/flowbook")
	do(copied, "go test -short ./ml/module ./ml/memo ./tools/gocell ./tools/runner ./tools/pipeline ./tools/jupyter/...")
	do(copied, "bin/flowbook run --offline notebooks/installation_requirements.ipynb")
	do(foreignModule(t), copied+"/bin/flowbook check --offline a.ipynb")
}
