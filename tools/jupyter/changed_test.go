package jupyter_test

import (
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/jupyter"
)

// TestChanged: the built GoNB is seen to be changed; a program that is no GoNB, and none, are not.
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
