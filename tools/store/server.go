package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// server is a store behind HTTP.
type server struct {
	url     *url.URL
	client  *http.Client
	cred    Credentials
	timeout time.Duration
}

func openServer(u *url.URL, opt Options) (*server, error) {
	tls, err := opt.Credentials.tls()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tls
	transport.TLSHandshakeTimeout = opt.Timeout
	transport.MaxIdleConnsPerHost = 8
	transport.DialContext = (&net.Dialer{Timeout: opt.Timeout, KeepAlive: 30 * time.Second}).DialContext
	return &server{url: u, client: &http.Client{Transport: transport}, cred: opt.Credentials.of(u.Hostname()), timeout: opt.Timeout}, nil
}

// RefusedError reports that a store refuses new entries: it is full or read-only, or it does not
// accept the credentials.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return e.Why }

// errSlow ends a request that stands still.
var errSlow = errors.New("no answer")

func (s *server) request(ctx context.Context, method, kind, name string, size int64, body io.Reader) (*http.Response, *watchdog, error) {
	ctx, dog := watch(ctx, s.timeout)
	if body != nil {
		body = &guarded{r: body, dog: dog}
	}
	if size == 0 {
		body = http.NoBody
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url.JoinPath(kind, name).String(), body)
	if err != nil {
		dog.stop()
		return nil, nil, err
	}
	if body != nil {
		req.ContentLength = size
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	s.cred.authorize(req)
	resp, err := s.client.Do(req)
	if err != nil {
		err = s.cause(ctx, err)
		dog.stop()
		return nil, nil, err
	}
	return resp, dog, nil
}

// cause is the part of an HTTP client's error that says something.
func (s *server) cause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errSlow) {
		return fmt.Errorf("%w in %v", errSlow, s.timeout)
	} else if cause != nil {
		return cause
	}
	var op *url.Error
	if errors.As(err, &op) {
		err = op.Err
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		err = dial.Err
		var call *os.SyscallError // connect, as has been said
		if errors.As(err, &call) {
			err = call.Err
		}
		return fmt.Errorf("cannot connect: %w", err)
	}
	return err
}

func (s *server) get(ctx context.Context, kind, name string) (io.ReadCloser, int64, error) {
	resp, dog, err := s.request(ctx, http.MethodGet, kind, name, 0, nil)
	if err != nil {
		return nil, 0, err
	}
	if err := answer(resp); err != nil {
		dog.stop()
		return nil, 0, err
	}
	return &response{guarded{resp.Body, dog, s}, resp}, resp.ContentLength, nil
}

func (s *server) has(ctx context.Context, kind, name string) (bool, error) {
	resp, dog, err := s.request(ctx, http.MethodHead, kind, name, 0, nil)
	if err != nil {
		return false, err
	}
	defer dog.stop()
	if resp.StatusCode == http.StatusMethodNotAllowed || resp.StatusCode == http.StatusNotImplemented {
		resp.Body.Close()
		return false, nil // it does not know HEAD: the upload will tell
	}
	err = answer(resp)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	resp.Body.Close()
	return err == nil, err
}

func (s *server) put(ctx context.Context, kind, name string, size int64, body io.Reader) error {
	resp, dog, err := s.request(ctx, http.MethodPut, kind, name, size, body)
	if err != nil {
		return err
	}
	defer dog.stop()
	err = answer(resp)
	if err == nil {
		resp.Body.Close()
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage:
		return &RefusedError{err.Error()}
	}
	return err
}

// answer returns an error unless the server has fulfilled the request, and then closes the
// response.
func answer(resp *http.Response) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return ErrMissing
	case http.StatusUnauthorized:
		return fmt.Errorf("%s: set $%s and $%s, $%s, or write an entry of ~/.netrc", resp.Status, EnvUser, EnvPassword, EnvToken)
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	if why := strings.Map(printable, string(line)); why != "" && !strings.HasPrefix(why, "<") {
		return fmt.Errorf("%s: %s", resp.Status, why)
	}
	return errors.New(resp.Status)
}

// printable drops the control characters of a stranger's text.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// watchdog cancels a request in which nothing moves.
type watchdog struct {
	timer   *time.Timer
	timeout time.Duration
	cancel  context.CancelCauseFunc
}

func watch(ctx context.Context, timeout time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watchdog{time.AfterFunc(timeout, func() { cancel(errSlow) }), timeout, cancel}
}

func (d *watchdog) moved() { d.timer.Reset(d.timeout) }
func (d *watchdog) stop()  { d.timer.Stop(); d.cancel(nil) }

// guarded tells the watchdog of each read.
type guarded struct {
	r      io.Reader
	dog    *watchdog
	server *server
}

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.dog.moved()
	return n, err
}

// response is the body of an answer.
type response struct {
	guarded
	resp *http.Response
}

func (r *response) Read(p []byte) (int, error) {
	n, err := r.guarded.Read(p)
	if err != nil && err != io.EOF {
		err = r.server.cause(r.resp.Request.Context(), err)
	}
	return n, err
}

func (r *response) Close() error {
	r.dog.stop()
	return r.resp.Body.Close()
}
