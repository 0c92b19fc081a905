package remote

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ word, name, base, err string }{
		{"http://h/a/b.ipynb", "http://h/a/b.ipynb", "b.ipynb", ""},
		{"https://me:secret@h:8/a/b.ipynb?X-Amz-Signature=secret#f", "https://xxxxx@h:8/a/b.ipynb", "b.ipynb", ""},
		{"s3://bucket/a b.ipynb", "s3://bucket/a%20b.ipynb", "a b.ipynb", ""},
		{"https://secret@h/b.ipynb", "https://xxxxx@h/b.ipynb", "b.ipynb", ""},
		{"http://host", "http://host", "host", ""},
		{"gs://bucket/a.ipynb", "", "", "gs://bucket/a.ipynb: no gs:// addresses, only http://, https://, s3:// and file://; copy the file with a tool that knows them"},
		{"abfs://me:secret@h/x", "", "", "abfs://xxxxx@h/x: no abfs:// addresses, only http://, https://, s3:// and file://; copy the file with a tool that knows them"},
		{"file://other/a", "", "", "file://other/a is on another machine: write file:///PATH"},
		{"s3:///a", "", "", "s3:///a has no host"},
		{"http://me:sec%ret@h/", "", "", "an address that begins with http:// is no URL (write special characters of a name or a password as %XX)"},
		{"http://me:pa/secret@h/x", "", "", "an address that begins with http:// is no URL (write special characters of a name or a password as %XX)"},
		{"s3://b/run#1.ipynb", "", "", "s3://b/run: the key of an S3 address has no ? and no #: write them as %3F and %23"},
		{"s3://b/run?secret", "", "", "s3://b/run: the key of an S3 address has no ? and no #: write them as %3F and %23"},
	} {
		a, err := Parse(tt.word)
		if err != nil {
			if !strings.HasPrefix(err.Error(), tt.err) || tt.err == "" || regexp.MustCompile(`secret|sec%|"|:pa\b`).MatchString(err.Error()) {
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

// TestShown: a word of the command line stands in a message without its password and signature.
func TestShown(t *testing.T) {
	for word, want := range map[string]string{
		"a b.ipynb": "a b.ipynb",
		"https://me:secret@h/a.ipynb?X-Amz-Signature=secret#f": "https://xxxxx@h/a.ipynb",
		"https://me:se/cret@h/a.ipynb":                         "https://…",
		"gs://me:secret@h/a":                                   "gs://xxxxx@h/a",
	} {
		if got := Shown(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}

// TestJoin: a file's name is one part of the address, whatever is in it.
func TestJoin(t *testing.T) {
	for _, name := range []string{"a.ipynb", "100% done.ipynb", "a%20b.ipynb", "run#1?.ipynb", "ä;b.ipynb"} {
		folder, err := Parse("http://h/out/")
		if err != nil {
			t.Fatal(err)
		}
		joined := folder.Join(name)
		again, err := Parse(joined.url.String())
		if err != nil || joined.url.Path != "/out/"+name || again.url.Path != joined.url.Path {
			t.Errorf("%s: %s, path %q, %v", name, joined.url, joined.url.Path, err)
		}
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
		case strings.HasPrefix(r.URL.Path, "/moved/"):
			status, err := strconv.Atoi(path.Base(r.URL.Path))
			if err != nil {
				t.Error(err)
			}
			http.Redirect(w, r, "/there?signature=wrong", status)
		case strings.HasPrefix(r.URL.Path, "/circle"):
			http.Redirect(w, r, "/circle", http.StatusTemporaryRedirect)
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
	for _, status := range []string{"307", "308"} {
		if err := where("/moved/"+status).Write(t.Context(), []byte(status)); err != nil || files["/there"] != "application/json "+status {
			t.Errorf("a redirection %s: %v, %q is there", status, err, files["/there"])
		}
	}
	for _, status := range []string{"301", "302", "303"} { // which are followed by a GET
		fails(where("/moved/"+status).Write(t.Context(), []byte("new")), "the server redirects to "+server.URL+"/there, where a PUT would write nothing: give that address")
		if got, err := where("/moved/" + status).Read(t.Context()); err != nil || string(got) != "application/json 308" {
			t.Errorf("a redirection %s of a GET: %q, %v", status, got, err)
		}
	}
	_, err = where("/circle").Read(t.Context())
	fails(err, "stopped after 10 redirects")
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

// TestLimit: a file that is too large is refused, and never cut.
func TestLimit(t *testing.T) {
	text := bytes.Repeat([]byte("x"), 2<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Sun, 01 Mar 2026 10:00:00 GMT") // S3 has both
		w.Header().Set("ETag", `"1"`)
		w.Write(text)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret"} {
		t.Setenv(name, value)
	}
	old := limit
	t.Cleanup(func() { limit = old })
	for _, word := range []string{server.URL + "/a", "s3://bucket/a"} {
		for size, want := range map[int]string{1 << 20: "more than 1 MiB", 2 << 20: ""} {
			limit = size
			a, err := Parse(word)
			if err != nil {
				t.Fatal(err)
			}
			data, err := a.Read(t.Context())
			if want == "" && (err != nil || !bytes.Equal(data, text)) || want != "" && (err == nil || err.Error() != want) {
				t.Errorf("%s, limit %d: %d bytes, %v", word, size, len(data), err)
			}
		}
	}
}

// TestEndpoint: a server's address that is none is told without the password that may be in it.
func TestEndpoint(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_S3", "")
	t.Setenv("AWS_ENDPOINT_URL", "me:secret@host:9000")
	a, err := Parse("s3://bucket/a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "$AWS_ENDPOINT_URL") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
