package figure

import (
	"os/exec"
	"strings"
	"testing"
)

// Every notebook cell links this package: it must not pull in gonum's other
// backends, its twelve fonts, or a package of ours other than the writer of files.
func TestLinksLittle(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command on the PATH")
	}
	out, err := exec.CommandContext(t.Context(), goTool, "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for _, path := range strings.Fields(string(out)) {
		switch {
		case path == "gonum.org/v1/plot", path == "gonum.org/v1/plot/font/liberation",
			strings.HasPrefix(path, "gonum.org/v1/gonum/"),
			strings.HasPrefix(path, "gonum.org/v1/plot/vg/vg") && path != "gonum.org/v1/plot/vg/vgimg",
			strings.HasPrefix(path, "flowbook/") && path != "flowbook/ml/figure" && path != "flowbook/ml/atomicfile":
			t.Errorf("%s is linked", path)
		}
	}
}
