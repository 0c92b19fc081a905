package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnPackages: of what gopls lists when it starts, the packages of the user's modules are left
// out, for those that a cell imports are listed with it; every other list stays.
func TestOwnPackages(t *testing.T) {
	top, err := filepath.Abs(string(filepath.Separator))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, dir, args, want string }{
		{"gopls starts", "gonb_1", "go list -e -deps=true -- TOP/gonb_1/... TOP/m/... builtin", "go list -e -deps=true -- TOP/gonb_1/... builtin"},
		{"gopls lists a package", "gonb_1", "go list -e -deps=true -- TOP/m/p", "go list -e -deps=true -- TOP/m/p"},
		{"another folder", "m", "go list -e -deps=true -- TOP/m/... TOP/n/...", "go list -e -deps=true -- TOP/m/... TOP/n/..."},
		{"a list of a cell's", "gonb_1", "go list TOP/gonb_1/... TOP/m/...", "go list TOP/gonb_1/... TOP/m/..."},
		{"vet", "gonb_1", "go vet -deps=true TOP/gonb_1/... TOP/m/...", "go vet -deps=true TOP/gonb_1/... TOP/m/..."},
		{"nothing", "gonb_1", "go", "go"},
	} {
		paths := strings.NewReplacer("TOP/", top, "/", string(filepath.Separator))
		got := strings.Join(ownPackages(filepath.Join(top, tt.dir), strings.Fields(paths.Replace(tt.args))), " ")
		if want := paths.Replace(tt.want); got != want {
			t.Errorf("%s: %s, want %s", tt.name, got, want)
		}
	}
}
