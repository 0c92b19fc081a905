package store

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"flowbook/tools/netrc"
)

// Environment variables of the store. A password never stands in a command line, and the kernels do
// not inherit these.
const (
	EnvURL      = "FLOWBOOK_STORE"
	EnvUser     = "FLOWBOOK_STORE_USER"
	EnvPassword = "FLOWBOOK_STORE_PASSWORD"
	EnvToken    = "FLOWBOOK_STORE_TOKEN" // in the place of the two
	EnvCA       = "FLOWBOOK_STORE_CA"    // PEM file of the server's certificate authority
	EnvCert     = "FLOWBOOK_STORE_CERT"  // PEM files of the client's certificate
	EnvKey      = "FLOWBOOK_STORE_KEY"
)

// Credentials are the login at a store.
type Credentials struct {
	User, Password string
	Token          string
	CA             string // path of a PEM file; "" means the system's authorities
	Cert, Key      string // paths of PEM files
	Netrc          string // path of a netrc file, used where there is neither user nor token
}

// TakeCredentials reads the credentials of the environment and removes them there, so that nothing
// started later inherits them.
func TakeCredentials() Credentials {
	take := func(name string) string {
		value := os.Getenv(name)
		os.Unsetenv(name)
		return value
	}
	c := Credentials{
		User: take(EnvUser), Password: take(EnvPassword), Token: take(EnvToken),
		CA: take(EnvCA), Cert: take(EnvCert), Key: take(EnvKey), Netrc: netrc.File(),
	}
	return c
}

// of returns the credentials for a host: those given, or the netrc file's.
func (c Credentials) of(host string) Credentials {
	if c.User != "" || c.Token != "" || c.Netrc == "" {
		return c
	}
	c.User, c.Password = netrc.Login(c.Netrc, host)
	return c
}

func (c Credentials) authorize(req *http.Request) {
	switch {
	case c.Token != "":
		req.Header.Set("Authorization", "Bearer "+c.Token)
	case c.User != "":
		req.SetBasicAuth(c.User, c.Password)
	}
}

func (c Credentials) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", EnvCA, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("$%s: %s contains no certificate", EnvCA, c.CA)
		}
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, fmt.Errorf("$%s and $%s must be set together", EnvCert, EnvKey)
	}
	if c.Cert != "" {
		cert, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("$%s and $%s: %w", EnvCert, EnvKey, err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	return config, nil
}
