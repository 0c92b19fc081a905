package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// get does what `go get` would for a cell, without the network where it can. The go command asks the module proxy for the newest of every module that
// a cell's packages may be in, each time. Here the packages are looked for in the user's modules and the kernel's own first, then in the module
// cache, and only what is nowhere there is asked for, by the user's settings. Nothing at all is done where the last build, with the same files,
// found every package that main.go imports.
func (k *keep) get() (status int, done bool) {
	main, err := readMain(filepath.Join(k.dir, "main.go"))
	if err != nil {
		return 0, false
	}
	world, err := k.world(k.real)
	if err != nil {
		return 0, false
	}
	if b, ok := k.last(world); ok && within(main.imports, b.Imports) {
		return 0, true
	}
	for _, settings := range [][]string{{"GOPROXY=off"}, cacheProxy()} {
		if _, err := k.goGet(settings); err == nil {
			return 0, true
		}
	}
	said, err := k.goGet(nil)
	if err == nil {
		return 0, true
	}
	fmt.Fprintln(os.Stderr, explainGet(said, os.Getenv("GOPROXY") == "off"))
	return 1, true
}

func (k *keep) goGet(settings []string) (said string, err error) {
	cmd := exec.Command(k.real, "get")
	cmd.Env = append(os.Environ(), settings...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// cacheProxy are settings by which the go command takes modules from its own cache, in which it has checked their sums, and from nowhere else.
func cacheProxy() []string {
	cache := os.Getenv("GOMODCACHE")
	path := filepath.ToSlash(filepath.Join(cache, "cache", "download"))
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	proxy := url.URL{Scheme: "file", Path: path}
	return []string{"GOPROXY=" + proxy.String(), "GOPRIVATE=", "GONOPROXY=none", "GOSUMDB=off"}
}

// missingPackage finds the package that no module provides: "main.go:4:2: no required module provides package p", "m imports\n\tp: cannot find
// module providing package p".
var missingPackage = regexp.MustCompile(`(?:cannot find module providing package|no required module provides package|module [^ \n]+@[^ \n]+ found.*, but does not contain package) ([^\s:;,]+)`)

// explainGet says in a line what go get could not have and what to do; what the go command said comes after it.
func explainGet(said string, offline bool) string {
	said = strings.TrimSpace(said)
	what := "a module that the cell needs cannot be had"
	if m := missingPackage.FindStringSubmatch(said); m != nil {
		what = "no module provides package " + m[1]
	}
	var why string
	switch {
	case offline:
		why = "it is not in the module cache, and the network is off (--offline, GOPROXY=off): run once without, or have your go.mod require it"
	case strings.Contains(said, "dial tcp") || strings.Contains(said, "connection refused") || strings.Contains(said, "no such host") || strings.Contains(said, "i/o timeout"):
		why = "it is not in the module cache, and the module proxy cannot be reached: look at the network and $GOPROXY"
	case strings.Contains(said, "unknown revision") || strings.Contains(said, "404 ") || strings.Contains(said, "410 ") || strings.Contains(said, "unrecognized import path") || strings.Contains(said, "not found"):
		why = "neither the module proxy nor its repository has it: is the path right? For a private one set $GOPRIVATE"
	case strings.Contains(said, "does not contain package"):
		why = "the module is there and has no such package: is the path right?"
	case strings.Contains(said, "is not in std"):
		what, why = "a package is not in the standard library", "is the path right?"
	default:
		return said
	}
	// GoNB has advice of its own about go.work for these words of the go command; it does not fit.
	said = strings.ReplaceAll(said, "cannot find module providing package", "no module provides package")
	return what + ": " + why + "\n" + indent(said)
}

func indent(text string) string {
	var b bytes.Buffer
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}
