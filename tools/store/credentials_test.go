package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTakeCredentials: what is started later, such as a kernel, does not inherit them.
func TestTakeCredentials(t *testing.T) {
	want := Credentials{User: "u", Password: "p", Token: "t", CA: "a", Cert: "c", Key: "k", Netrc: "n"}
	for name, value := range map[string]string{EnvUser: "u", EnvPassword: "p", EnvToken: "t", EnvCA: "a", EnvCert: "c", EnvKey: "k", "NETRC": "n"} {
		t.Setenv(name, value)
	}
	if diff := cmp.Diff(want, TakeCredentials()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{EnvUser, EnvPassword, EnvToken, EnvCA, EnvCert, EnvKey} {
		if value, ok := os.LookupEnv(name); ok {
			t.Errorf("$%s is still %q", name, value)
		}
	}
}

func TestNetrc(t *testing.T) {
	file := filepath.Join(t.TempDir(), "netrc")
	text := "machine a.example login one password x\nmachine b.example\n\tlogin two\n\tpassword y\nmachine c.example password z login three\ndefault login any password w\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string][2]string{
		"a.example": {"one", "x"}, "B.example": {"two", "y"}, "c.example": {"three", "z"}, "d.example": {"any", "w"},
	} {
		if user, password := netrc(file, host); [2]string{user, password} != want {
			t.Errorf("%s: %s %s, want %v", host, user, password, want)
		}
	}
	if user, _ := netrc(file+"none", "a.example"); user != "" {
		t.Errorf("without a file: %s", user)
	}
	// Credentials that are given win.
	if c := (Credentials{User: "me", Netrc: file}).of("a.example"); c.User != "me" || c.Password != "" {
		t.Errorf("%+v", c)
	}
}
