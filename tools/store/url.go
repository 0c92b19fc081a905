package store

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"flowbook/tools/status"
)

// URLError is a store's URL that cannot be used.
type URLError struct{ Err error }

func (e *URLError) Error() string { return "--store: " + e.Err.Error() }
func (e *URLError) Unwrap() error { return e.Err }

// ExitCode is that of unusable arguments: nothing was run.
func (e *URLError) ExitCode() int { return status.ExitUsage }

// parseURL refuses addresses that are no store, and passwords: a command line is seen by every user
// of the machine.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the URL, in which a password may stand
		}
		return nil, &URLError{fmt.Errorf("not a URL: %w", err)}
	}
	switch {
	case u.User != nil:
		return nil, &URLError{fmt.Errorf("the URL has a user or password in it; put them into $%s and $%s or into ~/.netrc", EnvUser, EnvPassword)}
	case u.RawQuery != "" || u.Fragment != "":
		return nil, &URLError{errors.New("the URL must not have ? or #")}
	case u.Scheme == "http" || u.Scheme == "https":
		if u.Host == "" {
			return nil, &URLError{fmt.Errorf("%s names no host", raw)}
		}
	case u.Scheme == "file":
		if u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") {
			return nil, &URLError{fmt.Errorf("%s: want three slashes and an absolute path, such as file:///srv/flowbook", raw)}
		}
	default:
		return nil, &URLError{fmt.Errorf("%s: want http://, https:// or file:///", raw)}
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// folderPath is the path of a file URL on this system: file:///C:/store is C:\store on Windows.
func folderPath(u *url.URL) string {
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path)
}
