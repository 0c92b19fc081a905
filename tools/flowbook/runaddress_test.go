package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"flowbook/tools/jupyter/fake"
	"flowbook/tools/status"
)

const echoBook = `{"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["var x = 1"]}],` +
	`"metadata":{"kernelspec":{"display_name":"echo","language":"echo","name":"echo"}},"nbformat":4,"nbformat_minor":5}`

// elsewhereWorld is a folder with the echo kernel, without a module and with a home of its own. It returns what runs flowbook there.
func elsewhereWorld(t *testing.T) (flowbook func(want int, args ...string) string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for name, value := range map[string]string{"HOME": dir, "FLOWBOOK_ROOT": "", "FLOWBOOK_STATE": "", "NETRC": filepath.Join(dir, "netrc"), "JUPYTER_PATH": filepath.Join(dir, ".jupyter"), "GITHUB_ACTIONS": ""} {
		t.Setenv(name, value)
	}
	if err := fake.Install(filepath.Join(dir, ".jupyter"), "echo", fake.Script{}); err != nil {
		t.Fatal(err)
	}
	if err := fake.Install(filepath.Join(dir, ".jupyter"), "snake", fake.Script{Language: "python"}); err != nil {
		t.Fatal(err)
	}
	return func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, &out); code != want {
			t.Errorf("flowbook %q: exit status %d, want %d", args, code, want)
		}
		return out.String()
	}
}

// wants fails if a text lacks one of the parts, or has what must stay secret.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in:\n%s", part, text)
		}
	}
	if strings.Contains(text, "sesame") {
		t.Errorf("a password was printed:\n%s", text)
	}
}

// TestHTTPNotebooks: a notebook comes from a server and goes to one; what cannot be written stays here.
func TestHTTPNotebooks(t *testing.T) {
	var mu sync.Mutex
	files := map[string]string{"/in/a.ipynb": echoBook, "/in/bad.ipynb": "<html>"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch data, known := files[r.URL.Path]; {
		case r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/full/"):
			w.WriteHeader(http.StatusInsufficientStorage)
		case r.Method == http.MethodPut:
			text, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			files[r.URL.Path] = string(text)
		case !known:
			http.NotFound(w, r)
		default:
			io.WriteString(w, data)
		}
	}))
	t.Cleanup(server.Close)
	flowbook := elsewhereWorld(t)
	here := strings.Replace(server.URL, "http://", "http://me:sesame@", 1)
	out := flowbook(exitUsage, "run", here+"/in/a.ipynb", "-o", here+"/out/{n}.ipynb", "--papermill", "-p", "n", "7", "-k", "echo", "--inject-input-path")
	if files["/out/7.ipynb"] != "" {
		t.Error("a kernel without a language took parameters")
	}
	wants(t, out, "notebooks are not supported: only go and python")
	out = flowbook(exitOK, "run", here+"/in/a.ipynb", "-o", here+"/out/")
	wants(t, out, "/in/a.ipynb: ok, 1 cell", "http://xxxxx@", "/out/a.ipynb\n")
	wants(t, files["/out/a.ipynb"], `"text": [`, "var x = 1")
	wants(t, flowbook(exitFailed, "run", here+"/in/a.ipynb", "-o", here+"/full/a.ipynb"), "the server says 507 Insufficient Storage; the executed notebook is in .flowbook/out/a.ipynb")
	wants(t, flowbook(exitUsage, "run", here+"/in/none.ipynb"), "/in/none.ipynb: the server says 404 Not Found")
	wants(t, flowbook(exitInvalid, "run", here+"/in/bad.ipynb"), "/in/bad.ipynb: ")
	wants(t, flowbook(exitUsage, "run", here+"/in/a.ipynb", "--in-place"), "--in-place needs a file")
	wants(t, flowbook(exitUsage, "run", here+"/in/a.ipynb", "--watch"), "--watch needs files")
	wants(t, flowbook(exitUsage, "run", here+"/in/a.ipynb", here+"/out/a.ipynb", "-o", here+"/out/b.ipynb"), "2 notebooks and one output", "end it with a slash")
	wants(t, flowbook(exitOK, "run", here+"/in/a.ipynb", "-o", here+"/out/p.ipynb", "--prepare-only"), "prepared, not executed")
	wants(t, files["/out/p.ipynb"], `"outputs": []`)
	wants(t, flowbook(exitOK, "check", here+"/out/a.ipynb"), "ok, 1 cell")
	wants(t, flowbook(exitOK, "validate", here+"/out/a.ipynb"), "valid, format 4.5, 1 cell")
	flowbook(exitOK, "run", here+"/in/a.ipynb", "-o", here+"/out/{n}{{.ipynb", "-p", "n", "7", "--inject-paths", "--prepare-only", "-k", "snake", "--papermill")
	wants(t, files["/out/7{.ipynb"], "n = 7", `PAPERMILL_INPUT_PATH = \"http://xxxxx@`, "/out/7%7B.ipynb")
}

// TestSecretsOfAddresses: a mistake in a command line with an address is told without its password
// and signature, which wants checks.
func TestSecretsOfAddresses(t *testing.T) {
	flowbook := elsewhereWorld(t)
	if err := os.WriteFile("a.ipynb", []byte(echoBook), 0o644); err != nil {
		t.Fatal(err)
	}
	const at = "https://me:sesame@h/"
	wants(t, flowbook(exitUsage, "run", "a.ipynb", "-o", at+"{x}.ipynb?sig=sesame", "-p", "n", "1"), "https://xxxxx@h/", `no parameter "x"`)
	wants(t, flowbook(exitUsage, "run", "a.ipynb", "-o", at+"x}.ipynb", "-p", "n", "1"), "https://xxxxx@h/", "a brace has no other")
	wants(t, flowbook(exitUsage, "run", "--papermill", "a.ipynb", at+"b.ipynb", at+"c.ipynb"), `"a.ipynb" "https://xxxxx@h/b.ipynb"`)
	wants(t, flowbook(exitUsage, "run", "a.ipynb", "--junit", at+"j.xml"), "https://xxxxx@h/j.xml: only local files are written here")
	wants(t, flowbook(exitUsage, "run", "https://me:se/same@h/a.ipynb"), "begins with https:// is no URL")
}

// TestStoppedDownload: a signal while a notebook is fetched is the cause that the command ends with.
func TestStoppedDownload(t *testing.T) {
	stopped, stop := context.WithCancelCause(t.Context())
	begun := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	elsewhereWorld(t)
	go func() {
		<-begun
		stop(&signalError{syscall.SIGTERM})
	}()
	var out bytes.Buffer
	if code := run(stopped, []string{"run", server.URL + "/a.ipynb"}, strings.NewReader(""), &out, &out); code != status.ExitTerminated {
		t.Errorf("exit status %d, want %d\n%s", code, status.ExitTerminated, &out)
	}
	wants(t, out.String(), "flowbook: stopped by signal: terminated\n")
}

// TestPrepareOnlyAlone: nothing is executed, so flags that say how are mistakes.
func TestPrepareOnlyAlone(t *testing.T) {
	flowbook := elsewhereWorld(t)
	if err := os.WriteFile("a.ipynb", []byte(echoBook), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--in-place", "--watch", "--incremental"} {
		wants(t, flowbook(exitUsage, "run", "a.ipynb", "--prepare-only", flag), "--prepare-only and "+flag+" exclude each other")
	}
}

// TestS3Notebooks: the same with a real S3 server.
func TestS3Notebooks(t *testing.T) {
	gateway := os.Getenv("FLOWBOOK_S3")
	if gateway == "" {
		t.Skip("set $FLOWBOOK_S3 to the program of github.com/versity/versitygw@v1.8.0 (go install .../cmd/versitygw); `.ci/run cgo` does")
	}
	flowbook := elsewhereWorld(t)
	bucket := filepath.Join(t.TempDir(), "bucket")
	if err := os.Mkdir(bucket, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bucket, "a.ipynb"), []byte(echoBook), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(t.Context(), gateway, "--port", address, "posix", filepath.Dir(bucket))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY=me", "ROOT_SECRET_KEY=opensesame")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			break
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatal(err)
		}
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://"+address)
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "me")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "opensesame")
	wants(t, flowbook(exitOK, "run", "s3://bucket/a.ipynb", "-o", "s3://bucket/out/"), "s3://bucket/a.ipynb: ok, 1 cell", ", s3://bucket/out/a.ipynb")
	text, err := os.ReadFile(filepath.Join(bucket, "out", "a.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, string(text), `"text": [`, "var x = 1")
	wants(t, flowbook(exitUsage, "run", "s3://bucket/none.ipynb"), "read s3://bucket/none.ipynb: the server says NoSuchKey")
	wants(t, flowbook(exitUsage, "run", "s3://none/a.ipynb"), "read s3://none/a.ipynb: the server says NoSuchBucket")
	wants(t, flowbook(exitUsage, "run", "s3://bucket"), "the address has a bucket and no key: s3://BUCKET/KEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "sesame")
	wants(t, flowbook(exitUsage, "run", "s3://bucket/a.ipynb"), "the server says SignatureDoesNotMatch: look at $AWS_ACCESS_KEY_ID")
	if err := os.WriteFile("a.ipynb", []byte(echoBook), 0o644); err != nil {
		t.Fatal(err)
	}
	wants(t, flowbook(exitFailed, "run", "a.ipynb", "-o", "s3://bucket/b.ipynb"), "write s3://bucket/b.ipynb: the server says SignatureDoesNotMatch", "the executed notebook is in .flowbook/out/a.ipynb")
}
