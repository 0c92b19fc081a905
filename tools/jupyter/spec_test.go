package jupyter

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
)

// install writes a kernel.json below the data folder base.
func install(t *testing.T, base, name, content string) {
	t.Helper()
	dir := filepath.Join(base, "kernels", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// noJupyter hides the machine's own Jupyter, as far as variables decide on it, and returns a data
// folder that is first.
func noJupyter(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("JUPYTER_PATH", filepath.Join(dir, "path"))
	t.Setenv("JUPYTER_DATA_DIR", filepath.Join(dir, "user"))
	t.Setenv("JUPYTER_PREFER_ENV_PATH", "")
	t.Setenv("VIRTUAL_ENV", filepath.Join(dir, "venv"))
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	return dir
}

func TestFindSpec(t *testing.T) {
	dir := noJupyter(t)
	install(t, filepath.Join(dir, "user"), "Both", `{"argv":["a","{connection_file}"],"display_name":"User's","language":"x","interrupt_mode":"message","env":{"A":"${B}:c"},"metadata":{"debugger":true}}`)
	install(t, filepath.Join(dir, "venv", "share", "jupyter"), "both", `{"argv":["b"],"display_name":"Environment's"}`)
	install(t, filepath.Join(dir, "user"), "zzz-broken", `{"argv":`)
	install(t, filepath.Join(dir, "user"), "zzz-empty", `{"argv":[]}`)

	got, err := FindSpec("BOTH")
	if err != nil {
		t.Fatal(err)
	}
	want := &Spec{Name: "both", Dir: filepath.Join(dir, "user", "kernels", "Both"), Argv: []string{"a", "{connection_file}"},
		DisplayName: "User's", Language: "x", InterruptMode: "message", Env: map[string]string{"A": "${B}:c"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	t.Setenv("JUPYTER_PREFER_ENV_PATH", "1")
	if got, err := FindSpec("both"); err != nil || got.DisplayName != "Environment's" {
		t.Errorf("with JUPYTER_PREFER_ENV_PATH: %+v, %v", got, err)
	}
	install(t, filepath.Join(dir, "path"), "both", `{"argv":["c"],"display_name":"Path's"}`)
	if got, err := FindSpec("both"); err != nil || got.DisplayName != "Path's" {
		t.Errorf("with JUPYTER_PATH: %+v, %v", got, err)
	}
	for name, want := range map[string]string{"zzz-broken": "unexpected end of JSON", "zzz-empty": "it has no argv"} {
		if _, err := FindSpec(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestFindSpecNotFound(t *testing.T) {
	dir := noJupyter(t)
	install(t, filepath.Join(dir, "user"), "one", `{"argv":["a"]}`)
	_, err := FindSpec("none")
	var missing *NotFoundError
	if !errors.As(err, &missing) || missing.Name != "none" || !strings.Contains(err.Error(), `no kernel is called "none"; there are: one`) {
		t.Error(err)
	}
}

func TestUserDir(t *testing.T) {
	noJupyter(t)
	t.Setenv("JUPYTER_DATA_DIR", "")
	home := t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE", "APPDATA"} {
		t.Setenv(name, home)
	}
	t.Setenv("XDG_DATA_HOME", "")
	want := map[string]string{"darwin": "Library/Jupyter", "windows": "jupyter"}[runtime.GOOS]
	if want == "" {
		want = ".local/share/jupyter"
	}
	if got := UserDir(); got != filepath.Join(home, filepath.FromSlash(want)) {
		t.Errorf("got %s", got)
	}
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	prefix := filepath.Join(dir, "venv")
	for _, program := range []string{filepath.Join(dir, "bin", "python"), filepath.Join(prefix, "bin", "python")} {
		os.MkdirAll(filepath.Dir(program), 0o700)
		if err := os.WriteFile(program+exe, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	for _, test := range []struct {
		name string
		spec Spec
		want []string
	}{
		{"on the PATH", Spec{Argv: []string{"python", "-f", "{connection_file}"}}, []string{filepath.Join(dir, "bin", "python"), "-f", "conn"}},
		{"its environment's python", Spec{Dir: filepath.Join(prefix, "share", "jupyter", "kernels", "python3"), Argv: []string{"python", "{resource_dir}/x"}},
			[]string{filepath.Join(prefix, "bin", "python"), filepath.Join(prefix, "share", "jupyter", "kernels", "python3") + "/x"}},
	} {
		got, err := test.spec.command("conn")
		if err != nil {
			t.Fatal(err)
		}
		got[0] = strings.TrimSuffix(got[0], exe)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestEnviron(t *testing.T) {
	t.Setenv("GONB_PIPE", "outer")
	t.Setenv("JPY_PARENT_PID", "1")
	t.Setenv(envKernel, "outer")
	t.Setenv(module.EnvAhead, "1")
	t.Setenv("FLOWBOOK_TEST_BASE", "base")
	got := map[string]string{}
	for _, pair := range environ(&Spec{Env: map[string]string{"X": "a:${FLOWBOOK_TEST_BASE}:${FLOWBOOK_TEST_NOT}", "Y": "spec"}}, []string{"Y=extra"}, "/folder", false) {
		name, value, _ := strings.Cut(pair, "=")
		got[name] = value
	}
	for name, want := range map[string]string{"X": "a:base:${FLOWBOOK_TEST_NOT}", "Y": "extra", "TMPDIR": "/folder", envKernel: "/folder",
		"GONB_PIPE": "", "JPY_PARENT_PID": "", module.EnvAhead: ""} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}
