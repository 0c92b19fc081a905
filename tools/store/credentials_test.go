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

// Credentials that are given win over the netrc file's.
func TestCredentialsOfHost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(file, []byte("machine a.example login one password x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := (Credentials{Netrc: file}).of("a.example"); c.User != "one" || c.Password != "x" {
		t.Errorf("%+v", c)
	}
	if c := (Credentials{User: "me", Netrc: file}).of("a.example"); c.User != "me" || c.Password != "" {
		t.Errorf("%+v", c)
	}
}
