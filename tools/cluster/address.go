//go:build temporal

package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// Environment variables of Temporal's own tools. Only the first two have a flag; the kernels
// inherit none of them.
const (
	EnvAddress   = "TEMPORAL_ADDRESS"
	EnvNamespace = "TEMPORAL_NAMESPACE"
	envAPIKey    = "TEMPORAL_API_KEY"
	envCert      = "TEMPORAL_TLS_CLIENT_CERT_PATH"
	envKey       = "TEMPORAL_TLS_CLIENT_KEY_PATH"
	envCA        = "TEMPORAL_TLS_SERVER_CA_CERT_PATH"
	envName      = "TEMPORAL_TLS_SERVER_NAME"
	envTLS       = "TEMPORAL_TLS" // "true" where no certificate is given
)

// Server is where Temporal is.
type Server struct {
	Address   string
	Namespace string // "" means default
}

// AddressError says why a Temporal server cannot be used, in one line.
type AddressError struct {
	Server Server
	Err    error
}

func (e *AddressError) Error() string { return "temporal " + e.Server.Address + ": " + e.Err.Error() }
func (e *AddressError) Unwrap() error { return e.Err }

// dial connects, and makes sure that the namespace is there and may be used.
func dial(ctx context.Context, s Server) (client.Client, error) { return dialAs(ctx, s, "") }

func dialAs(ctx context.Context, s Server, identity string) (client.Client, error) {
	opt := client.Options{HostPort: s.Address, Namespace: s.Namespace, Identity: identity, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
	if opt.Namespace == "" {
		opt.Namespace = client.DefaultNamespace
	}
	s.Namespace = opt.Namespace
	if key := os.Getenv(envAPIKey); key != "" {
		opt.Credentials = client.NewAPIKeyStaticCredentials(key)
	}
	var err error
	if opt.ConnectionOptions.TLS, err = tlsOf(); err != nil {
		return nil, &AddressError{s, err}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := client.DialContext(ctx, opt)
	if err == nil {
		_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: s.Namespace})
		if err != nil {
			c.Close()
		}
	}
	if err != nil {
		return nil, &AddressError{s, plainly(s, err)}
	}
	return c, nil
}

// plainly reports the fault of an address in one line.
func plainly(s Server, err error) error {
	var noNamespace *serviceerror.NamespaceNotFound
	var denied *serviceerror.PermissionDenied
	var deadline *serviceerror.DeadlineExceeded
	text := strings.Join(strings.Fields(err.Error()), " ")
	switch {
	case errors.As(err, &noNamespace):
		return fmt.Errorf("there is no namespace %s; make it, or name another with $%s", s.Namespace, EnvNamespace)
	case errors.As(err, &denied), strings.Contains(text, "Unauthenticated"), strings.Contains(text, "authorization"):
		return fmt.Errorf("not allowed to use namespace %s: set $%s, or $%s and $%s", s.Namespace, envAPIKey, envCert, envKey)
	case strings.Contains(text, "first record does not look like a TLS handshake"):
		return errors.New("the server does not speak TLS, and the environment wants it")
	case strings.Contains(text, "certificate signed by unknown authority"):
		return fmt.Errorf("certificate signed by unknown authority: name its authority's file with $%s", envCA)
	case strings.Contains(text, "error reading server preface"):
		return fmt.Errorf("the server ended the connection: if it wants TLS, set $%s=true", envTLS)
	case errors.As(err, &deadline), errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in 10s: is it a Temporal server, and does it want TLS?")
	}
	if i := strings.LastIndex(text, "desc = "); i >= 0 {
		text = text[i+len("desc = "):]
	}
	text = strings.Trim(strings.TrimPrefix(text, "failed reaching server: "), `"`)
	return errors.New(text)
}

// tlsOf returns the connection's TLS settings from the environment, nil without TLS.
func tlsOf() (*tls.Config, error) {
	cert, key, ca, name := os.Getenv(envCert), os.Getenv(envKey), os.Getenv(envCA), os.Getenv(envName)
	if cert == "" && key == "" && ca == "" && name == "" && os.Getenv(envAPIKey) == "" && os.Getenv(envTLS) != "true" {
		return nil, nil
	}
	if os.Getenv(envTLS) == "false" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", envCA, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("$%s: %s contains no certificate", envCA, ca)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("$%s and $%s: %w", envCert, envKey, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// Check says whether a server can be used, and which workers poll a queue there.
func Check(ctx context.Context, s Server, queue string) (workers []string, err error) {
	c, err := dial(ctx, s)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return pollers(ctx, c, queue)
}
