package jupyter_test

import (
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// TestWrongGOROOT: a GOROOT without Go is named before a kernel starts, which would end with a
// trace of its calls.
func TestWrongGOROOT(t *testing.T) {
	goNB(t) // its programs are there: the setting is what fails
	for _, dir := range []string{"relative", t.TempDir()} {
		t.Setenv("GOROOT", dir)
		for range 2 { // the second time from what is kept of the first
			if _, err := jupyter.GoNB(t.Context(), root); err == nil || !strings.Contains(err.Error(), "GOROOT") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: got error %v", dir, err)
			}
		}
	}
}
