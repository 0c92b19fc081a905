package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"flowbook/ml/module"
)

// action is what we use of the form of a composite action.
type action struct {
	Inputs map[string]struct {
		Description, Default string
		Required             bool
	}
	Runs struct {
		Using string
		Steps []struct {
			Name, Uses, Shell, Run string
			With, Env              map[string]string
		}
	}
}

// expression is one of the CI system's.
var expression = regexp.MustCompile(`\$\{\{ *([^}]*?) *\}\}`)

// TestAction executes the composite action's own steps in order, in a module of somebody else's, as
// the CI system does: expressions replaced, each step by bash -e, what a step adds to $GITHUB_PATH
// on the PATH of the next ones. Steps that use other actions, which set up Go and caches, are only
// looked at.
func TestAction(t *testing.T) {
	if !*commands {
		t.Skip("builds flowbook and executes a notebook: run with -commands, as .ci/run commands does")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on the PATH: the action's steps are for it")
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, ".github", "actions", "flowbook")
	text, err := os.ReadFile(filepath.Join(folder, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var act action
	if err := yaml.Unmarshal(text, &act); err != nil {
		t.Fatal(err)
	}
	if act.Runs.Using != "composite" {
		t.Errorf("using %q, want composite", act.Runs.Using)
	}
	temp, work := t.TempDir(), foreignModule(t)
	run := func(inputs map[string]string) (string, error) {
		t.Helper()
		values := map[string]string{"github.action_path": folder, "runner.temp": temp, "runner.os": "Linux", "runner.arch": "X64"}
		for name, in := range act.Inputs {
			values["inputs."+name] = in.Default
			if in.Description == "" {
				t.Errorf("input %s has no description", name)
			}
		}
		for name, value := range inputs {
			if _, ok := act.Inputs[name]; !ok {
				t.Errorf("the action has no input %s", name)
			}
			values["inputs."+name] = value
		}
		replace := func(text string) string {
			return expression.ReplaceAllStringFunc(text, func(e string) string {
				name := expression.FindStringSubmatch(e)[1]
				value, ok := values[name]
				if !ok && !strings.HasPrefix(name, "hashFiles(") {
					t.Errorf("nothing is known of %s", e)
				}
				return value
			})
		}
		added := filepath.Join(temp, "path")
		if err := os.WriteFile(added, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for _, step := range act.Runs.Steps {
			for _, text := range step.With {
				replace(text)
			}
			if step.Uses != "" {
				if name, _, _ := strings.Cut(step.Uses, "@"); !slices.Contains([]string{"actions/setup-go", "actions/cache"}, name) {
					t.Errorf("the action uses %s", step.Uses)
				}
				continue
			}
			if step.Shell != "bash" {
				t.Errorf("step %s has no shell: bash, without which a composite action is refused", step.Name)
			}
			script := filepath.Join(temp, "step.sh")
			if err := os.WriteFile(script, []byte(replace(step.Run)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), bash, "--noprofile", "--norc", "-e", "-o", "pipefail", script)
			paths, err := os.ReadFile(added)
			if err != nil {
				t.Fatal(err)
			}
			dirs := strings.Fields(string(paths))
			slices.Reverse(dirs)
			cmd.Dir = work
			cmd.Env = append(os.Environ(), "GITHUB_PATH="+added, "GITHUB_ACTIONS=true", module.EnvRoot+"=", module.EnvState+"=",
				"PATH="+strings.Join(append(dirs, os.Getenv("PATH")), string(filepath.ListSeparator)))
			for name, value := range step.Env {
				cmd.Env = append(cmd.Env, name+"="+replace(value))
			}
			out, err := cmd.CombinedOutput()
			said.Write(out)
			if err != nil {
				return said.String(), err
			}
		}
		return said.String(), nil
	}
	if out, err := run(map[string]string{"junit": "notebooks.xml"}); err != nil || !strings.Contains(out, "b c.ipynb: ok") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(work, "notebooks.xml")); err != nil {
		t.Error(err)
	}
	if out, err := run(map[string]string{"check": "false", "notebooks": "[ab].ipynb"}); err != nil || !strings.Contains(out, "a.ipynb: ok") || strings.Contains(out, "b c.ipynb") {
		t.Errorf("%v\n%s", err, out)
	}
	// A cell that prints something else fails the step, with an annotation.
	notebook := filepath.Join(work, "a.ipynb")
	data, err := os.ReadFile(notebook)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(notebook, []byte(strings.Replace(string(data), `"1\n"`, `"2\n"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(nil); err == nil || !strings.Contains(out, "::error file=a.ipynb") {
		t.Errorf("a wrong output: %v\n%s", err, out)
	}
}

// foreignModule is a repository of somebody else's with two notebooks whose outputs are stored.
func foreignModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	notebook := `{"cells": [{"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {},
 "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n"]}], "source": ["import \"example.com/mine/one\"\n", "%%\n", "fmt.Println(one.One)"]}],
 "metadata": {"kernelspec": {"display_name": "Go (gonb)", "language": "go", "name": "gonb"}}, "nbformat": 4, "nbformat_minor": 5}
`
	for name, text := range map[string]string{"go.mod": "module example.com/mine\n\ngo 1.25.0\n", "one/one.go": "package one\n\nconst One = 1\n", "a.ipynb": notebook, "b c.ipynb": notebook} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("git %v: %v: install git\n%s", args, err, out)
		}
	}
	return dir
}

// TestPreCommitHooks: each hook calls a command that there is, for notebooks.
func TestPreCommitHooks(t *testing.T) {
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Name, Entry, Language, Files string }
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) == 0 {
		t.Fatal(err, hooks)
	}
	for _, h := range hooks {
		if h.ID == "" || h.Name == "" || h.Language != "golang" || !regexp.MustCompile(h.Files).MatchString("a/b.ipynb") {
			t.Errorf("%+v", h)
		}
		words := strings.Fields(h.Entry)
		parser, err := newParser(new(cli), os.Stdout, os.Stderr, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(append(words[1:], "a.ipynb")); err != nil || words[0] != "flowbook" {
			t.Errorf("%s: %v", h.Entry, err)
		}
	}
}

// TestActionsArePinned: every action that a workflow of ours, or one that we hand out, uses stands
// there by its commit; a tag can be moved.
func TestActionsArePinned(t *testing.T) {
	root := filepath.Join("..", "..")
	var files []string
	for _, pattern := range []string{".github/workflows/*.yml", ".github/actions/*/action.yml", "tools/flowbook/init/*.yml", "tools/runner/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	uses := regexp.MustCompile(`(?m)^ *- uses: (.*)$`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if strings.HasPrefix(m[1], "{{REPOSITORY}}/") { // ours, which has no address yet
				continue
			}
			n++
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s: uses %q, want OWNER/ACTION@COMMIT # VERSION", file, m[1])
			}
		}
	}
	if n < 7 {
		t.Errorf("found %d actions, expected more", n)
	}
}

// TestGitHubForms: what the CI system reads is YAML with the top-level keys that it knows.
func TestGitHubForms(t *testing.T) {
	root := filepath.Join("..", "..", ".github")
	for name, keys := range map[string][]string{
		"dependabot.yml":            {"version", "updates"},
		"workflows/ci.yml":          {"name", "on", "permissions", "jobs"},
		"ISSUE_TEMPLATE/fault.yml":  {"name", "description", "labels", "body"},
		"ISSUE_TEMPLATE/alarm.yml":  {"name", "description", "labels", "body"},
		"ISSUE_TEMPLATE/wish.yml":   {"name", "description", "labels", "body"},
		"ISSUE_TEMPLATE/config.yml": {"blank_issues_enabled"},
	} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := yaml.Unmarshal(text, &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for key := range got {
			if !slices.Contains(keys, key) {
				t.Errorf("%s: unknown key %s", name, key)
			}
		}
		if len(got) != len(keys) {
			t.Errorf("%s has %d keys, want %v", name, len(got), keys)
		}
	}
}
