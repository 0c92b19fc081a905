// Package remote reads and writes whole files at addresses: http://, https:// (GET and PUT) and s3://. A file:// address is a local path.
//
// Logins are where other programs have them: in the address, in ~/.netrc, and for S3 in AWS's environment variables and files. No
// message has a login or a signature.
package remote

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"flowbook/tools/netrc"
)

// An Address is where a file lies, on this machine or another.
type Address struct {
	url *url.URL
}

var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*)://`)

// Is reports whether a word is an address and no path.
func Is(word string) bool { return scheme.MatchString(word) }

// Parse reads an address. It refuses each scheme that it does not know, and names those that it does.
func Parse(word string) (*Address, error) {
	found := scheme.FindStringSubmatch(word)
	if found == nil {
		return nil, fmt.Errorf("%s is no address", word)
	}
	u, err := url.Parse(word)
	if err != nil { // which quotes a part of the word, and that may be of the password
		return nil, fmt.Errorf("an address that begins with %s is no URL (write special characters of a name or a password as %%XX)", found[0])
	}
	a := &Address{u}
	switch u.Scheme {
	case "http", "https", "s3":
		if u.Host == "" {
			return nil, fmt.Errorf("%s has no host", a)
		}
		if u.Scheme == "s3" && strings.ContainsAny(word, "?#") {
			return nil, fmt.Errorf("%s: the key of an S3 address has no ? and no #: write them as %%3F and %%23", a)
		}
	case "file":
		if u.Host != "" && u.Host != "localhost" {
			return nil, fmt.Errorf("%s is on another machine: write file:///PATH", a)
		}
	default:
		return nil, fmt.Errorf("%s: no %s:// addresses, only http://, https://, s3:// and file://; copy the file with a tool that knows them", a, u.Scheme)
	}
	return a, nil
}

// Shown is a word of the command line for messages: an address without login and query.
func Shown(word string) string {
	found := scheme.FindString(word)
	if found == "" {
		return word
	}
	u, err := url.Parse(word)
	if err != nil {
		return found + "…"
	}
	return (&Address{u}).String()
}

// String is the address for messages, without login and query.
func (a *Address) String() string {
	u := *a.url
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	return netrc.Hide(u.String())
}

// Base is the last part of the path.
func (a *Address) Base() string {
	base := path.Base(a.url.Path)
	if base == "/" || base == "." {
		return a.url.Hostname()
	}
	return base
}

// Folder reports whether the address ends in a slash.
func (a *Address) Folder() bool { return a.url.Path == "" || strings.HasSuffix(a.url.Path, "/") }

// Join is the address of a file in the folder.
func (a *Address) Join(name string) *Address { return &Address{a.url.JoinPath(url.PathEscape(name))} }

// Local is the path of a file:// address.
func (a *Address) Local() (string, bool) {
	if a.url.Scheme != "file" {
		return "", false
	}
	name := a.url.Path
	if runtime.GOOS == "windows" {
		name = strings.TrimPrefix(name, "/") // of /C:/folder
	}
	return filepath.FromSlash(name), true
}

// Read reads the file; the error does not name it.
func (a *Address) Read(ctx context.Context) ([]byte, error) {
	if a.url.Scheme == "s3" {
		return a.download(ctx)
	}
	return a.get(ctx)
}

// Write writes the file; the error does not name it.
func (a *Address) Write(ctx context.Context, data []byte) error {
	if a.url.Scheme == "s3" {
		return a.upload(ctx, data)
	}
	return a.put(ctx, data)
}
