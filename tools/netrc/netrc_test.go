package netrc

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLogin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "netrc")
	text := "machine a.example login one password x\nmachine b.example\n\tlogin two\n\tpassword y\nmachine c.example password z login three\ndefault login any password w\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string][2]string{
		"a.example": {"one", "x"}, "B.example": {"two", "y"}, "c.example": {"three", "z"}, "d.example": {"any", "w"},
	} {
		if user, password := Login(file, host); [2]string{user, password} != want {
			t.Errorf("%s: %s %s, want %v", host, user, password, want)
		}
	}
	if user, _ := Login(file+"none", "a.example"); user != "" {
		t.Errorf("without a file: %s", user)
	}
}
