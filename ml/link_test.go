package ml

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLinksLittle: every notebook cell links what this package imports, so Arrow, XLA and the tools
// must stay out of it, and the number of packages from other modules must not creep up.
func TestLinksLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the go command for the dependencies")
	}
	for pkg, most := range map[string]int{"flowbook/ml": 80, "flowbook/ml/detect": 90, "flowbook/ml/dataset": 32, "flowbook/ml/display": 46} {
		cmd := exec.Command("go", "list", "-deps", pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list -deps %s: %v", pkg, err)
		}
		n := 0
		for _, dep := range strings.Fields(string(out)) {
			if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") {
				n++
			}
			for _, heavy := range []string{"parquet-go", "go-xla", "flowbook/tools"} {
				if strings.Contains(dep, heavy) {
					t.Errorf("%s links %s", pkg, dep)
				}
			}
		}
		t.Logf("%s links %d packages of other modules", pkg, n)
		if n > most {
			t.Errorf("%s links %d packages of other modules, more than %d", pkg, n, most)
		}
	}
}
