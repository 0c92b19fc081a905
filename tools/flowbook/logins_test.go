package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoLogins: no command shows the login of an address or writes it into a file, where it has
// been of use and where it has not. A user's name may be a token.
func TestNoLogins(t *testing.T) {
	const notebook = `{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {"tags": ["parameters"]}, "outputs": [], "source": ["var x = 1"]}],
"metadata": {"kernelspec": {"display_name": "Go (gonb)", "language": "go", "name": "gonb"}}, "nbformat": 4, "nbformat_minor": 5}
`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, _, _ := r.BasicAuth(); user != "TOKEN" || strings.HasSuffix(r.URL.Path, "/none.ipynb") {
			http.NotFound(w, r)
			return
		}
		if r.Method == http.MethodGet {
			w.Write([]byte(notebook))
		}
	}))
	t.Cleanup(server.Close)
	there := strings.Replace(server.URL, "http://", "http://TOKEN@", 1)
	const nobody = "http://TOKEN@127.0.0.1:1" // nothing listens
	for name, value := range map[string]string{"GOPROXY": "https://TOKEN@127.0.0.1:1", "AWS_ENDPOINT_URL": nobody, "AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "TOKEN"} {
		t.Setenv(name, value)
	}
	for _, test := range []struct {
		args string
		code int
		says string
	}{
		{"run --prepare-only --inject-paths -o out.ipynb " + there + "/a.ipynb", exitOK, "xxxxx@"},
		{"run --prepare-only -o " + there + "/b.ipynb " + there + "/a.ipynb", exitOK, "xxxxx@"},
		{"run --prepare-only " + there + "/none.ipynb", exitUsage, "xxxxx@"},
		{"run --help-notebook " + there + "/a.ipynb", exitOK, "xxxxx@"},
		{"run --dry-run -o " + there + "/b.ipynb " + there + "/a.ipynb", exitOK, "xxxxx@"},
		{"run --in-place " + there + "/a.ipynb", exitUsage, "xxxxx@"},
		{"run --prepare-only -o " + nobody + "/b.ipynb " + there + "/a.ipynb", exitFailed, "cannot connect"},
		{"run --papermill a b " + there + "/a.ipynb", exitUsage, "xxxxx@"},
		{"run -o gs://TOKEN@bucket/b.ipynb a.ipynb", exitUsage, "xxxxx@"},
		{"run --junit " + there + "/junit.xml a.ipynb", exitUsage, "xxxxx@"},
		{"check " + nobody + "/a.ipynb", exitUsage, "xxxxx@"},
		{"validate " + there + "/a.ipynb", exitOK, "xxxxx@"},
		{"export --out site " + there + "/a.ipynb", exitOK, "site"},
		{"data generate --out " + there + "/flows.csv", exitUsage, "xxxxx@"},
		{"store ls --store " + there, exitUsage, "user or password"},
		{"doctor --store " + there, exitOK, "user or password"},
		{"detect --model none --syslog tcp://TOKEN@127.0.0.1:1/x none.csv", exitFailed, ""},
	} {
		dir := t.TempDir()
		t.Chdir(dir)
		for name, text := range map[string]string{"go.mod": "module example.com/mine\n\ngo 1.25.0\n", "a.ipynb": notebook} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if code := run(t.Context(), strings.Fields(test.args), strings.NewReader(""), &out, &out); code != test.code || !strings.Contains(out.String(), test.says) {
			t.Errorf("%s: exit status %d, want %d and %q\n%s", test.args, code, test.code, test.says, &out)
		}
		if strings.Contains(out.String(), "TOKEN") {
			t.Errorf("%s shows the login:\n%s", test.args, &out)
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if text, err := os.ReadFile(path); err != nil || bytes.Contains(text, []byte("TOKEN")) {
				t.Errorf("%s: %s holds the login, %v", test.args, path, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
