package book

import (
	"net/url"
	"path"
	"strings"
)

// Launch is the address that opens a page's notebook on the book's Binder, "" where the book names
// none.
func (b *Book) Launch(file string) string {
	c := b.config
	if c.Launch.Binder == "" || path.Ext(file) != ".ipynb" {
		return ""
	}
	repository, ok := repository(c.Repository.URL)
	if !ok {
		return ""
	}
	kind := "lab/tree/"
	if c.Launch.Interface == "classic" {
		kind = "tree/"
	}
	return strings.TrimRight(c.Launch.Binder, "/") + "/v2/" + repository + "/" + url.PathEscape(b.branch()) + "?urlpath=" + url.QueryEscape(kind+path.Join(c.Repository.Path, file))
}

// Source is the address of a page's file in the book's repository, "" where the book names none.
func (b *Book) Source(file string) string {
	u, err := url.Parse(b.config.Repository.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.Path = path.Join(strings.TrimSuffix(u.Path, ".git"), "blob", b.branch(), b.config.Repository.Path, file)
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func (b *Book) branch() string {
	if b.config.Repository.Branch != "" {
		return b.config.Repository.Branch
	}
	return "master" // jupyter-book's default
}

// repository is a repository in Binder's words.
func repository(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	name := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	switch u.Host {
	case "github.com":
		return "gh/" + name, strings.Count(name, "/") == 1
	case "gitlab.com":
		return "gl/" + url.QueryEscape(name), name != ""
	}
	u.User = nil // the page is for others
	return "git/" + url.QueryEscape(u.String()), name != ""
}
