package jupyter_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// TestGoGet: a package is added by a shell line, as JupyterLab sends it: where there is a module
// proxy it is there in the next cell and in go.mod; where there is none the line says so.
func TestGoGet(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the module proxy")
	}
	goNB(t) // is built
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/adds\n\ngo 1.26.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	spec, err := jupyter.GoNB(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("offline", func(t *testing.T) {
		k := start(t, jupyter.Options{Spec: spec, Dir: dir, Env: []string{"GOPROXY=off"}})
		a := execute(t, k, "!go get example.com/pkg@v1.0.0")
		if want := "go get: it is not in the module cache, and the network is off (--offline, GOPROXY=off)"; !strings.Contains(a.stderr, want) {
			t.Errorf("it says %q, want %q in it", a.stderr, want)
		}
	})
	t.Run("login", func(t *testing.T) { // of the module proxy: the go command shows it
		k := start(t, jupyter.Options{Spec: spec, Dir: dir, Env: []string{"GOPROXY=https://TOKEN@127.0.0.1:1"}})
		for _, cell := range []string{"!go get example.com/pkg@v1.0.0", "import _ \"example.com/pkg\"\n%%\n"} {
			a := execute(t, k, cell)
			if said := fmt.Sprintf("%+v", a); strings.Contains(said, "TOKEN") || !strings.Contains(said, "https://xxxxx@127.0.0.1:1") {
				t.Errorf("%s says %s", cell, said)
			}
		}
	})
	t.Run("online", func(t *testing.T) {
		get := exec.Command("go", "mod", "download", "rsc.io/quote@v1.5.2", "rsc.io/sampler@v1.3.0", "golang.org/x/text@v0.0.0-20170915032832-14c0d48ead0c")
		get.Dir = t.TempDir()
		get.Env = append(os.Environ(), "GOMODCACHE="+t.TempDir(), "GOFLAGS=-modcacherw")
		if out, err := get.CombinedOutput(); err != nil {
			t.Skipf("no module proxy can be reached (go env GOPROXY): %s", out)
		}
		k := start(t, jupyter.Options{Spec: spec, Dir: dir})
		if a := execute(t, k, "!go get rsc.io/quote@v1.5.2"); a.status != "ok" || strings.Contains(a.stderr, "exit status") {
			t.Fatalf("%+v", a)
		}
		a := execute(t, k, "import \"rsc.io/quote\"\n%%\nfmt.Println(quote.Go())")
		if want := "Don't communicate by sharing memory, share memory by communicating.\n"; a.stdout != want {
			t.Errorf("%+v, want %q", a, want)
		}
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil || !strings.Contains(string(mod), "rsc.io/quote v1.5.2") {
			t.Errorf("go.mod does not require it: %s %v", mod, err)
		}
	})
}
