package remote

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ word, name, base, err string }{
		{"http://h/a/b.ipynb", "http://h/a/b.ipynb", "b.ipynb", ""},
		{"https://me:secret@h:8/a/b.ipynb?X-Amz-Signature=secret#f", "https://me:xxxxx@h:8/a/b.ipynb", "b.ipynb", ""},
		{"s3://bucket/a b.ipynb", "s3://bucket/a%20b.ipynb", "a b.ipynb", ""},
		{"http://host", "http://host", "host", ""},
		{"gs://bucket/a.ipynb", "", "", "gs://bucket/a.ipynb: no gs:// addresses, only http://, https://, s3:// and file://; copy the file with a tool that knows them"},
		{"abfs://me:secret@h/x", "", "", "abfs://me:xxxxx@h/x: no abfs:// addresses, only http://, https://, s3:// and file://; copy the file with a tool that knows them"},
		{"file://other/a", "", "", "file://other/a is on another machine: write file:///PATH"},
		{"s3:///a", "", "", "s3:///a has no host"},
		{"http://me:sec%ret@h/", "", "", "an address that begins with http://: invalid URL escape"},
	} {
		a, err := Parse(tt.word)
		if err != nil {
			if !strings.HasPrefix(err.Error(), tt.err) || tt.err == "" || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", tt.word, err)
			}
			continue
		}
		if diff := cmp.Diff([]string{tt.name, tt.base, tt.err}, []string{a.String(), a.Base(), ""}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.word, diff)
		}
	}
	for word, want := range map[string]bool{"gs:/a": false, `C:\a`: false, "a b://": false, "s3://": true, "x-y.z+1://a": true} {
		if got := Is(word); got != want {
			t.Errorf("%s: %v", word, got)
		}
	}
	a, err := Parse("file:///a%20b/c.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	if name, ok := a.Local(); !ok || filepath.ToSlash(name) != "/a b/c.ipynb" {
		t.Errorf("%q %v", name, ok)
	}
}

// TestHTTP: what a server has is read, what is written lies there; what it refuses is told without a secret.
func TestHTTP(t *testing.T) {
	files := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case strings.HasPrefix(r.URL.Path, "/login/") && (user != "me" || password != "secret"):
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/fixed/"):
			w.WriteHeader(http.StatusMethodNotAllowed)
		case r.Method == http.MethodPut:
			data, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			files[r.URL.Path] = r.Header.Get("Content-Type") + " " + string(data)
			w.WriteHeader(http.StatusCreated)
		case files[r.URL.Path] == "":
			http.NotFound(w, r)
		default:
			fmt.Fprint(w, files[r.URL.Path])
		}
	}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("NETRC", filepath.Join(home, "netrc"))
	where := func(path string) *Address {
		t.Helper()
		a, err := Parse(strings.Replace(server.URL, "http://", "http://"+map[bool]string{true: "me:wrong@"}[strings.HasPrefix(path, "/login/wrong")], 1) + path)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if err := where("/a b").Write(t.Context(), []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got, err := where("/a b").Read(t.Context()); err != nil || string(got) != "application/json text" {
		t.Errorf("%q, %v", got, err)
	}
	fails := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "wrong") {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	_, err := where("/none").Read(t.Context())
	fails(err, "the server says 404 Not Found")
	fails(where("/fixed/a").Write(t.Context(), nil), "the server says 405 Method Not Allowed: it takes no PUT here")
	fails(where("/login/a").Write(t.Context(), nil), "the server says 401 Unauthorized: put user and password into ~/.netrc")
	if err := os.WriteFile(filepath.Join(home, "netrc"), []byte("machine 127.0.0.1 login me password secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := where("/login/a").Write(t.Context(), []byte("x")); err != nil {
		t.Error(err)
	}
	_, err = where("/login/wrong").Read(t.Context()) // what the address says goes before the file
	fails(err, "401")
	server.Close()
	_, err = where("/a b").Read(t.Context())
	fails(err, "cannot connect")
}
