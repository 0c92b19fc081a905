//go:build linux

package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/runner"
	"flowbook/tools/sandbox"
	"flowbook/tools/sandbox/attack"
)

// TestHostile runs cells that attack the machine, each in a sandbox. Whatever they do is
// contained and told, nothing of the host changes, nothing runs on, and the next notebook runs
// well.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Go kernel for each attack; run without -short")
	}
	if _, err := sandbox.Find(); err != nil {
		t.Skip(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	m := attack.New(t, root)
	spec, err := jupyter.GoNB(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range m.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			cell := a.Cell
			for _, tag := range a.Tags {
				cell = "#" + tag + " " + cell
			}
			nb := book(t, cell)
			policy := spec.Policy(m.Folder)
			policy.Limits.Temp, policy.Limits.Memory, policy.Limits.Processes = 256<<20, 2<<30, 200
			timeout := 20 * time.Second
			if a.Ends { // of itself, on a loaded machine late
				timeout = 2 * time.Minute
			}
			res, err := runner.Run(t.Context(), nb, runner.Options{Spec: spec, Dir: m.Folder, Sandbox: &policy, Timeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			told := fmt.Sprint(res.Cells[0].Status)
			if e := res.Cells[0].Error; e != nil {
				told += " " + e.Error()
			}
			for _, o := range nb.Cells[0].Outputs {
				told += " " + o.Text + o.EValue
			}
			if !regexp.MustCompile(a.Want).MatchString(told) {
				t.Errorf("got %.2000s, want %q in it", told, a.Want)
			}
		})
	}
	m.Unchanged()
	nb := book(t, "import \"fmt\"\n%%\nfmt.Println(\"well\")")
	policy := spec.Policy(m.Folder)
	res, err := runner.Run(context.Background(), nb, runner.Options{Spec: spec, Dir: m.Folder, Sandbox: &policy})
	if err != nil || res.Status != runner.OK {
		t.Errorf("the next notebook: %v, %v", res, err)
	}
}

// TestSandboxCompiles: a package that was never compiled on this machine is compiled in the
// sandbox, and stays out of the build cache.
func TestSandboxCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Go kernel and compiles; run without -short")
	}
	if means, err := sandbox.Find(); err != nil || means != sandbox.Bubblewrap {
		t.Skip("install bubblewrap and allow user namespaces to test it")
	}
	root := t.TempDir()
	unique := fmt.Sprint("never compiled before ", time.Now().UnixNano())
	for name, text := range map[string]string{"go.mod": "module example.com/new\n\ngo 1.26\n",
		"said/said.go": "package said\n\nfunc Said() string { return \"" + unique + "\" }\n"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		old := time.Now().Add(-time.Hour) // the go command keeps an index of older files in the build cache
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	spec, err := jupyter.GoNB(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	nb := book(t, "import (\"fmt\"; \"example.com/new/said\")\n%%\nfmt.Println(said.Said())")
	policy := spec.Policy(root)
	res, err := runner.Run(t.Context(), nb, runner.Options{Spec: spec, Dir: root, Sandbox: &policy})
	if err != nil {
		t.Fatal(err)
	}
	if out := nb.Cells[0].Outputs; len(out) != 1 || out[0].Text != unique+"\n" {
		t.Errorf("got %q", outcome(nb, res))
	}
}
