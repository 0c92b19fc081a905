package jupyter_test

import (
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// Changed is true for the built GoNB, and false for another program and for a missing one.
func TestChanged(t *testing.T) {
	gonb := strings.TrimSuffix(goNB(t).Argv[0], ".exe")
	for _, tt := range []struct {
		program string
		want    bool
	}{
		{gonb, true},
		{filepath.Join(filepath.Dir(gonb), "real", "goimports"), false},
		{filepath.Join(t.TempDir(), "gonb"), false},
	} {
		if got := jupyter.Changed(tt.program); got != tt.want {
			t.Errorf("%s: changed %v, want %v", filepath.Base(tt.program), got, tt.want)
		}
	}
}
