package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"flowbook/tools/netrc"
)

// limit is the size of the largest file that is read; tests lower it.
var limit = 1 << 30

// client waits a minute for an answer to begin; how long it takes is up to the file's size and the caller's context.
var client = func() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Minute
	return &http.Client{Transport: transport, CheckRedirect: sameMethod}
}()

// sameMethod follows a redirection as net/http does by itself, but never from a PUT to a GET: that
// one's success would say that the file is written.
func sameMethod(req *http.Request, via []*http.Request) error {
	if first := via[0].Method; req.Method != first {
		return fmt.Errorf("the server redirects to %s, where a %s would write nothing: give that address", &Address{req.URL}, first)
	}
	if len(via) >= 10 {
		return errors.New("stopped after 10 redirects")
	}
	return nil
}

func (a *Address) get(ctx context.Context) ([]byte, error) {
	resp, err := a.request(ctx, http.MethodGet, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return readAll(resp.Body)
}

// readAll reads a file, and refuses one that is larger than the limit.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(data) > limit {
		return nil, fmt.Errorf("more than %d MiB", limit>>20)
	}
	return data, err
}

func (a *Address) put(ctx context.Context, data []byte) error {
	resp, err := a.request(ctx, http.MethodPut, data)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// request sends a request and returns what was answered with a status of success.
func (a *Address) request(ctx context.Context, method string, data []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.url.String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPut {
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Header.Set("Accept", "application/json, */*;q=0.5") // the contents API of some servers has other forms
	}
	if a.url.User == nil {
		if user, password := netrc.Login(netrc.File(), a.url.Hostname()); user != "" {
			req.SetBasicAuth(user, password)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, cause(ctx, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("the server says %s: put user and password into %s", resp.Status, "~/.netrc, or use a signed address")
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return nil, fmt.Errorf("the server says %s: it takes no %s here", resp.Status, method)
	}
	return nil, fmt.Errorf("the server says %s", resp.Status)
}

// cause is the part of a client's error that says something; the rest has the address.
func cause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var whole *url.Error
	if errors.As(err, &whole) {
		err = whole.Err
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return fmt.Errorf("cannot connect: %w", dial.Err)
	}
	return err
}
