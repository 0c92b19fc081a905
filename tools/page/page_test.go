package page

import (
	"os"
	"path/filepath"
	"testing"
)

// told counts what a test would say.
type told struct {
	testing.TB
	errors int
}

func (t *told) Helper()               {}
func (t *told) Name() string          { return "TestPage" }
func (t *told) Errorf(string, ...any) { t.errors++ }

func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(path, []byte("# Title\n\n"+begin+"\nold\n\n"+end+"\nmore\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	double := &told{TB: t}
	for _, step := range []struct {
		want   string
		update bool
		errors int
	}{
		{"old\n", false, 0},
		{"new\n", false, 1},
		{"new\n", true, 1},
		{"new\n", false, 1},
		{"old\n", false, 2},
	} {
		if Check(double, path, step.want, step.update); double.errors != step.errors {
			t.Errorf("%+v: %d errors, want %d", step, double.errors, step.errors)
		}
	}
	got, err := os.ReadFile(path)
	if want := "# Title\n\n" + begin + "\nnew\n\n" + end + "\nmore\n"; err != nil || string(got) != want {
		t.Errorf("the page is %q, %v; want %q", got, err, want)
	}
}
