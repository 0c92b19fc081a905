//go:build temporal && linux

package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// authority makes certificates.
type authority struct {
	s    *site
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(s *site, name string) *authority {
	s.t.Helper()
	a := &authority{s: s}
	a.issue(name)
	return a
}

// issue makes a certificate and writes it and its key to files of the name. The first is the
// authority's own.
func (a *authority) issue(name string) tls.Certificate {
	a.s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.s.t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if a.cert == nil {
		cert.IsCA, cert.BasicConstraintsValid, cert.KeyUsage = true, true, x509.KeyUsageCertSign
		a.cert, a.key = cert, key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.s.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.s.t.Fatal(err)
	}
	for ending, block := range map[string]*pem.Block{".crt": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(a.s.path(name+ending), pem.EncodeToMemory(block), 0o600); err != nil {
			a.s.t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// guardServer stands before Temporal, whose development server offers no TLS: it speaks TLS, and
// lets in who has the API key or a certificate of the authority, as Temporal Cloud does. It
// returns its address.
func (s *site) guardServer(a *authority, key string) string {
	s.t.Helper()
	to := s.temporal
	var plain http.Protocols
	plain.SetUnencryptedHTTP2(true)
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: to}) },
		Transport:     &http.Transport{Protocols: &plain},
		FlushInterval: -1,
	}
	pool := x509.NewCertPool()
	pem, err := os.ReadFile(s.path(a.cert.Subject.CommonName + ".crt"))
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		s.t.Fatal("no certificate of the authority", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer "+key || len(r.TLS.PeerCertificates) > 0 {
				proxy.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/grpc") // an answer of trailers alone: PERMISSION_DENIED
			w.Header().Set("Grpc-Status", "7")
			w.Header().Set("Grpc-Message", "Request unauthorized.")
		}),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{a.issue("temporal.example")}, ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven},
	}
	go server.ServeTLS(l, "", "")
	s.t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// apiKey is a word that no message has.
const apiKey = "opensesame"

// TestDoctorTemporal: whatever is wrong with a Temporal server, its namespace, the credentials or
// the workers, doctor says in a line.
func TestDoctorTemporal(t *testing.T) {
	s := newSite(t)
	a, stranger := newAuthority(s, "authority"), newAuthority(s, "stranger")
	a.issue("client")
	stranger.issue("impostor")
	guarded := s.guardServer(a, apiKey)
	base := s.env
	ca := envCA + "=" + s.path("authority.crt")
	for _, tt := range []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"no workers", nil, []string{"--temporal", s.temporal}, `^missing +Temporal +\S+, no worker polls queue flowbook$`},
		{"a wrong address", nil, []string{"--temporal", "127.0.0.1:1"}, `^wrong +Temporal +temporal 127\.0\.0\.1:1: .*connection refused`},
		{"another server", nil, []string{"--temporal", strings.TrimPrefix(s.store, "http://")}, `^wrong +Temporal +temporal \S+: .*`},
		{"a wrong namespace", nil, []string{"--temporal", s.temporal, "--namespace", "none"}, `^wrong +Temporal +temporal \S+: there is no namespace none; make it, or name another with \$TEMPORAL_NAMESPACE$`},
		{"an API key", []string{ca, envAPIKey + "=" + apiKey}, []string{"--temporal", guarded}, `^missing +Temporal +\S+, no worker polls queue flowbook$`},
		{"a certificate", []string{ca, envCert + "=" + s.path("client.crt"), envKey + "=" + s.path("client.key")}, []string{"--temporal", guarded},
			`^missing +Temporal +\S+, no worker polls queue flowbook$`},
		{"a server name", []string{ca, envName + "=temporal.example", envAPIKey + "=" + apiKey}, []string{"--temporal", guarded}, `^missing +Temporal +\S+, no worker`},
		{"no credentials", []string{ca}, []string{"--temporal", guarded},
			`^wrong +Temporal +temporal \S+: not allowed to use namespace default: set \$TEMPORAL_API_KEY, or \$TEMPORAL_TLS_CLIENT_CERT_PATH and \$TEMPORAL_TLS_CLIENT_KEY_PATH$`},
		{"a wrong key", []string{ca, envAPIKey + "=another"}, []string{"--temporal", guarded}, `^wrong +Temporal +temporal \S+: not allowed to use namespace default: set `},
		{"a stranger's certificate", []string{ca, envCert + "=" + s.path("impostor.crt"), envKey + "=" + s.path("impostor.key")}, []string{"--temporal", guarded},
			`^wrong +Temporal +temporal \S+: not allowed to use namespace default: set `}, // which a client does not even send
		{"an unknown authority", []string{envTLS + "=true"}, []string{"--temporal", guarded}, `^wrong +Temporal +temporal \S+: .*certificate signed by unknown authority: name its authority's file with \$TEMPORAL_TLS_SERVER_CA_CERT_PATH$`},
		{"another server's name", []string{ca, envName + "=elsewhere.example"}, []string{"--temporal", guarded}, `^wrong +Temporal +temporal \S+: .*certificate.*elsewhere\.example`},
		{"a file that is not there", []string{envCA + "=" + s.path("none.crt")}, []string{"--temporal", guarded}, `^wrong +Temporal +temporal \S+: \$TEMPORAL_TLS_SERVER_CA_CERT_PATH: .*no such file`},
		{"no TLS where it is wanted", nil, []string{"--temporal", guarded}, `^wrong +Temporal +temporal \S+: the server ended the connection: if it wants TLS, set \$TEMPORAL_TLS=true$`},
		{"TLS where there is none", []string{envTLS + "=true"}, []string{"--temporal", s.temporal}, `^wrong +Temporal +temporal \S+: the server does not speak TLS, and the environment wants it$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.env = append(base[:len(base):len(base)], tt.env...)
			got := s.run(s.path("module"), append([]string{"doctor"}, tt.args...)...)
			matches(t, tt.name, `(?m)`+tt.want, got.out)
			if strings.Contains(got.out+got.err, apiKey) {
				t.Error("the API key is printed")
			}
		})
	}

	// A pipeline over TLS.
	s.env = append(base[:len(base):len(base)], ca, envAPIKey+"="+apiKey)
	s.temporal, s.extra = guarded, []string{ca, envAPIKey + "=" + apiKey}
	w := s.worker(1)
	got := s.submit(s.path("module"))
	matches(t, "a pipeline over TLS", `5 steps: 5 ran`, got.out)
	if strings.Contains(w.log.text()+got.out+got.err, apiKey) {
		t.Error("the API key is printed")
	}
}
