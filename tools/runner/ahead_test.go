package runner

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
)

// What is built ahead: each group once, cells alone as they are, nothing of the shell's, and no
// cell after a command for GoNB.
func TestPrograms(t *testing.T) {
	sh := newSharing(planned(t, "!true", "func A() int { return 1 }\n%%\nfmt.Println(A())", "%%\nfmt.Println(A() + 1)", "var B = 2", "// skip", "%goflags -race", "%%\nfmt.Println(3)"))
	var first []string
	for _, source := range sh.programs() {
		line, _, _ := strings.Cut(source, "\n")
		first = append(first, line)
	}
	if diff := cmp.Diff([]string{"func A() int { return 1 }", "var B = 2"}, first); diff != "" {
		t.Errorf("programs (-want +got):\n%s", diff)
	}
	if sh.worthwhile(len(sh.group) - 1) {
		t.Error("building ahead is worthwhile after the last cell")
	}
	sh.s.opt.NoAhead = true
	if sh.worthwhile(0) {
		t.Error("building ahead is worthwhile where it is turned off")
	}
	sh.s.opt.NoAhead = false
	busy := int32(runtime.GOMAXPROCS(0))
	running.Add(busy)
	defer running.Add(-busy)
	if sh.worthwhile(0) {
		t.Error("building ahead is worthwhile with as many notebooks as processors")
	}
}

// A kernel that builds ahead leaves a program for each group and runs none of them.
func TestAhead(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs; run without -short")
	}
	if runtime.GOOS == "darwin" {
		t.Skip("no program outlives its kernel on macOS, so none is built ahead")
	}
	dir, programs := t.TempDir(), t.TempDir()
	t.Setenv(module.EnvPrograms, programs)
	mark := filepath.Join(dir, "ran")
	body := "import \"os\"\n%%\nos.WriteFile(" + "`" + mark + "`" + ", nil, 0o600)"
	s := planned(t, body, "%%\nfmt.Println(1)", "var C = 3\n%%\nfmt.Println(C)", "%%\nfmt.Println(C + 1)")
	spec, err := jupyter.GoNB(context.Background(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	s.opt.Spec, s.opt.Dir = spec, dir
	sh := newSharing(s)
	a := aheadOf(sh)
	<-a.done
	left, err := filepath.Glob(filepath.Join(programs, "*.program"))
	if want := len(sh.programs()); err != nil || len(left) != want || want == 0 {
		t.Errorf("%d programs, want %d: %v", len(left), want, err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a cell was executed")
	}
}
