package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/ml/module"
)

// TestAlone: the command does everything when nothing of this repository is there: built from a
// clone that is deleted, in another folder, with an empty home. It logs what the first run costs,
// which builds the kernel.
func TestAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command and a kernel; run without -short")
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	temp, work := t.TempDir(), foreignModule(t)
	clone, built, bin, home := filepath.Join(temp, "clone"), filepath.Join(temp, "built"), filepath.Join(temp, "moved"), filepath.Join(temp, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	command := func(dir string, env []string, args ...string) (string, *os.ProcessState) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return string(out), cmd.ProcessState
	}
	here := append(os.Environ(), module.EnvRoot+"=", module.EnvState+"=", "CGO_ENABLED=0")
	command(root, here, "git", "clone", "--quiet", ".", clone)
	command(clone, here, "go", "build", "-o", built+string(filepath.Separator), "./tools/flowbook")
	if err := os.RemoveAll(clone); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(built, bin); err != nil {
		t.Fatal(err)
	}
	caches, _ := command(root, here, "go", "env", "GOMODCACHE", "GOCACHE")
	modules, goCache, _ := strings.Cut(strings.TrimSpace(caches), "\n")
	env := []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GOMODCACHE=" + modules, "GOCACHE=" + goCache, "GOPROXY=off", "GOFLAGS=", "CGO_ENABLED=0", "TMPDIR=" + os.TempDir()}
	flowbook := func(want string, args ...string) *os.ProcessState {
		t.Helper()
		out, state := command(work, env, append([]string{filepath.Join(bin, "flowbook")}, args...)...)
		if !strings.Contains(out, want) {
			t.Errorf("flowbook %q: %q is not in:\n%s", args, want, out)
		}
		return state
	}
	first := flowbook("a.ipynb: ok", "run", "a.ipynb")
	again := flowbook("a.ipynb: ok", "run", "a.ipynb")
	t.Logf("the first run took %.1f s of processor time, the second %.1f s; the kernel has %.0f MB in %s", (first.UserTime() + first.SystemTime()).Seconds(),
		(again.UserTime() + again.SystemTime()).Seconds(), size(t, filepath.Join(home, ".cache", "flowbook"))/1e6, home)
	flowbook("b c.ipynb: ok", "check", ".")
	flowbook("stored the new outputs of 1 cell", "check", "--update", changedOutput(t, work))
	flowbook("1 page", "export", "a.ipynb", "--out", "site")
	flowbook("pipeline.yaml", "init")
	flowbook("3 steps: 3 ran", "pipeline")
	flowbook("3 steps: 3 up to date", "pipeline")
	flowbook("a.ipynb: ok", "run", "--incremental", "a.ipynb")
	flowbook("1 cached", "run", "--incremental", "a.ipynb")
	flowbook("flows.csv", "data", "generate", "--rows", "300", "--out", "flows.csv")
	flowbook("model", "train", "--data", "flows.csv", "--detector", "zscore", "--model", "model")
	flowbook("", "detect", "--model", "model", "flows.csv")
	flowbook("kernel", "kernel", "install", "--user")
	flowbook("a.ipynb: ok", "run", "--kernel", "stock", "a.ipynb")
	flowbook("ok", "doctor")
	flowbook("gonb", "--version")
	text, err := os.ReadFile(filepath.Join(work, "go.mod"))
	if err != nil || string(text) != "module example.com/mine\n\ngo 1.25.0\n" {
		t.Errorf("go.mod is %q, %v", text, err)
	}
}

// changedOutput makes a notebook whose stored output is another than its cell prints.
func changedOutput(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "a.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "stored.ipynb"), []byte(strings.Replace(string(text), `["1\n"]`, `["2\n"]`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(filepath.Join(dir, "stored.ipynb")) })
	return "stored.ipynb"
}

// size is how many bytes the files of a folder have.
func size(t *testing.T, dir string) (n float64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += float64(info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
