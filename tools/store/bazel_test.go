package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"
)

// envBazelRemote names the program of a real server.
const envBazelRemote = "FLOWBOOK_BAZEL_REMOTE"

// bazelRemote starts a real server with more arguments and returns its address.
func bazelRemote(t *testing.T, args ...string) (address string) {
	t.Helper()
	program := os.Getenv(envBazelRemote)
	if program == "" {
		t.Skipf("set $%s to the bazel-remote program; `.ci/run` builds it (see build_server there)", envBazelRemote)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	cmd := exec.Command(program, append([]string{"--dir", t.TempDir(), "--max_size", "1", "--http_address", address, "--grpc_address", "none"}, args...)...)
	var told strings.Builder
	cmd.Stdout, cmd.Stderr = &told, &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-exited
	})
	for {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("bazel-remote: %v\n%s", err, told.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stores are the kinds of stores, each with what makes one.
func stores(t *testing.T) map[string]func(t *testing.T) (url string) {
	return map[string]func(t *testing.T) string{
		"folder":       func(t *testing.T) string { return fileURL(filepath.Join(t.TempDir(), "new", "store")) },
		"server":       func(t *testing.T) string { return newRemote(t).opened.String() },
		"bazel-remote": func(t *testing.T) string { return "http://" + bazelRemote(t) },
	}
}

// TestBazelRemoteReads has the real server read an entry of ours and print it, and refuse wrong
// bytes and wrong entries.
func TestBazelRemoteReads(t *testing.T) {
	s := open(t, "http://"+bazelRemote(t), Options{})
	d, err := s.PutBytes(t.Context(), []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	key := DigestOf([]byte("a key")).Hash
	r := &Result{Files: []File{{"Datasets/x.txt", d}, {executedPath, DigestOf(nil)}}, Record: Record{Format: recordFormat, Key: key, Step: "x"}}
	if _, err := s.PutBytes(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.PutResult(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.String()+"/ac/"+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		OutputFiles []struct {
			Path   string
			Digest struct{ Hash, SizeBytes string }
		}
		ExitCode int
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var files []string
	for _, f := range got.OutputFiles {
		files = append(files, f.Path+" "+f.Digest.Hash+" "+f.Digest.SizeBytes)
	}
	want := []string{"Datasets/x.txt " + d.Hash + " 5", executedPath + " " + DigestOf(nil).Hash + " "} // protojson leaves out zero
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got):\n%s%s", diff, text)
	}
	back, err := s.Result(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, back); diff != "" {
		t.Errorf("the entry comes back as (-want +got):\n%s", diff)
	}
	if err := s.backend.put(t.Context(), "cas", d.Hash, 5, strings.NewReader("hallo")); err == nil && s.Verify(t.Context(), d) != nil {
		t.Error("wrong bytes were taken")
	}
	r.Files[0].Digest = DigestOf([]byte("never stored"))
	r.Record.Key = DigestOf([]byte("another key")).Hash
	if err := s.PutResult(t.Context(), r); err == nil {
		if _, err := s.Result(t.Context(), r.Record.Key); !errors.Is(err, ErrMissing) {
			t.Errorf("an entry whose blob is not there: %v", err)
		}
	}
}

// TestBazelRemoteFull stores more than the server may keep: it evicts or refuses, and the pipeline
// goes on.
func TestBazelRemoteFull(t *testing.T) {
	s := open(t, "http://"+bazelRemote(t, "--max_blob_size", "1000"), Options{})
	c, local := newClone(t), newClone(t)
	c.run(s)
	local.run(nil)
	c.sameFiles(local)
	if len(c.warnings) != 1 {
		t.Errorf("warnings %q", c.warnings)
	}
}

// TestTLS asks the real server with and without the right certificates and passwords.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	authority := certify(t, dir, "ca", nil)
	certify(t, dir, "server", authority)
	certify(t, dir, "client", authority)
	file := func(name string) string { return filepath.Join(dir, name) }
	hash, err := bcrypt.GenerateFromPassword([]byte("sesame"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		if err := os.WriteFile(file(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file(name)
	}
	serverTLS := []string{"--tls_cert_file", file("server.crt"), "--tls_key_file", file("server.key")}
	mutual := "https://" + bazelRemote(t, append(serverTLS, "--tls_ca_file", file("ca.crt"))...)
	password := "https://" + bazelRemote(t, append(serverTLS, "--htpasswd_file", write("htpasswd", "ali:"+string(hash)+"\n"))...)
	netrc := write("netrc", "machine example.com login x password y\nmachine 127.0.0.1\n  login ali\n  password sesame\ndefault login z password z\n")
	tests := []struct {
		name, url string
		cred      Credentials
		want      string // the error
	}{
		{"client certificate", mutual, Credentials{CA: file("ca.crt"), Cert: file("client.crt"), Key: file("client.key")}, ""},
		{"no client certificate", mutual, Credentials{CA: file("ca.crt")}, `certificate required|401 Unauthorized`},
		{"unknown authority", mutual, Credentials{Cert: file("client.crt"), Key: file("client.key")}, `certificate signed by unknown authority`},
		{"password", password, Credentials{CA: file("ca.crt"), User: "ali", Password: "sesame"}, ""},
		{"password of netrc", password, Credentials{CA: file("ca.crt"), Netrc: netrc}, ""},
		{"wrong password", password, Credentials{CA: file("ca.crt"), User: "ali", Password: "secret123"}, `401 Unauthorized: set \$FLOWBOOK_STORE_USER`},
		{"no password", password, Credentials{CA: file("ca.crt"), Netrc: file("none")}, `401 Unauthorized: set \$FLOWBOOK_STORE_USER`},
		{"http to https", strings.Replace(password, "https", "http", 1), Credentials{}, `400 Bad Request`},
	}
	local := newClone(t)
	local.run(nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, tt.url, Options{Credentials: tt.cred})
			err := s.Check(t.Context())
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !regexp.MustCompile(tt.want).MatchString(err.Error())) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "secret123") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("error %v", err)
			}
			c := newClone(t)
			c.run(s)
			c.sameFiles(local)
			if want := min(1, len(tt.want)); len(c.warnings) != want {
				t.Errorf("warnings %q", c.warnings)
			}
		})
	}
	for name, cred := range map[string]Credentials{
		"cert without key": {Cert: file("client.crt")}, "no such CA": {CA: file("none")}, "a CA that is none": {CA: netrc}, "no such cert": {Cert: file("none"), Key: file("none")},
	} {
		if _, err := Open(mutual, Options{Credentials: cred}); err == nil || !strings.Contains(err.Error(), "$FLOWBOOK_STORE_C") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// certify writes NAME.crt and NAME.key, signed by an authority or, without one, an authority's own.
func certify(t *testing.T, dir, name string, by *tls.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: by == nil,
	}
	parent, signer := cert, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for ext, block := range map[string]*pem.Block{"crt": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name+"."+ext), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func ExampleOpen() {
	_, err := Open("https://user:secret@cache.example.com", Options{})
	fmt.Println(err)
	// Output: --store: the URL has a user or password in it; put them into $FLOWBOOK_STORE_USER and $FLOWBOOK_STORE_PASSWORD or into ~/.netrc
}
