package jupyter

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"flowbook/ml/module"
)

// TestKernelFiles: the module that the binary carries has all that gofront imports of ours, and
// GoNB, goimports and x/mod in the versions of our go.mod.
func TestKernelFiles(t *testing.T) {
	files, err := kernelFiles()
	if err != nil {
		t.Fatal(err)
	}
	list := func(args ...string) []string {
		t.Helper()
		out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
		if err != nil {
			t.Skipf("go list: %v: install Go from https://go.dev/dl", err)
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	for _, file := range list("-deps", "-f", `{{$p := .}}{{range .GoFiles}}{{$p.ImportPath}}/{{.}}{{"\n"}}{{end}}`, "./gofront") {
		if name, ours := strings.CutPrefix(file, module.Self+"/"); ours && files[name] == nil {
			t.Errorf("gofront needs %s: see source.go beside it", name)
		}
	}
	mod, err := modfile.Parse("go.mod", files["go.mod"], nil)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]bool{}
	for _, line := range list("-m", "all") {
		versions[line] = true
	}
	for _, r := range mod.Require { // what only these need may be older here
		if !slices.Contains([]string{goNBPackage, "golang.org/x/tools", "golang.org/x/mod"}, r.Mod.Path) {
			continue
		}
		if line := r.Mod.Path + " " + r.Mod.Version; !versions[line] {
			t.Errorf("kernelmod/go.mod.txt has %s, go.mod another version", line)
		}
	}
	for name := range files {
		if strings.HasSuffix(name, "_test.go") || filepath.IsAbs(name) {
			t.Errorf("%s is among the files", name)
		}
	}
}

func TestCellFlags(t *testing.T) {
	for user, want := range map[string]string{
		"": "-ldflags=-s", "-mod=vendor -tags=a,b": "-tags=a,b -ldflags=-s", "-modfile=x.mod -trimpath": "-trimpath -ldflags=-s", "--ldflags=-w": "--ldflags=-w",
	} {
		if got := cellFlags(user); got != want {
			t.Errorf("cellFlags(%q) = %q, want %q", user, got, want)
		}
	}
}

// TestInherited: what a user sets for GoNB reaches the kernel, what a kernel that we descend from
// has set for its own children does not.
func TestInherited(t *testing.T) {
	t.Setenv("GONB_TMP_DIR", "/nowhere")
	t.Setenv("JPY_PARENT_PID", "1")
	t.Setenv("GONB_MINE", "a")
	t.Setenv("JPY_MINE", "b")
	env := strings.Join(environ(&Spec{}, nil, t.TempDir(), false), "\n") + "\n"
	for _, want := range []string{"GONB_MINE=a\n", "JPY_MINE=b\n"} {
		if !strings.Contains(env, want) {
			t.Errorf("%q does not reach the kernel", want)
		}
	}
	for _, not := range []string{"GONB_TMP_DIR", "JPY_PARENT_PID"} {
		if strings.Contains(env, not) {
			t.Errorf("%s reaches the kernel", not)
		}
	}
}
