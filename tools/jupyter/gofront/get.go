package main

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
	"flowbook/tools/netrc"
)

// get stands in for `go get` of a cell, without the network where it can. The go command asks the
// module proxy for the newest of every module that a cell's packages may be in, each time. Here the
// packages are looked for in the user's modules and the kernel's own first, then in the module
// cache, and only those found nowhere are downloaded, by the user's settings. Nothing at all is
// done where the last build, with the same files, found every package that main.go imports.
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
	if _, shelved, ok := k.shelf(main).find(); ok && k.stands(&shelved.Built) {
		return 0, true
	}
	said, err := k.goGet(k.dir, []string{"GOPROXY=off"})
	if err == nil {
		return 0, true
	}
	if buildsAhead() {
		return 1, true // downloads, and their messages, are for the kernel that runs the cells
	}
	home := k.dir // of the module that will require the missing packages
	if scratch := os.Getenv(module.EnvScratch); scratch != "" {
		home = scratch
	}
	missing := missingFrom(said)
	var archived []string
	for _, pkg := range missing {
		if m := cached(os.Getenv("GOMODCACHE"), pkg); m != "" {
			archived = append(archived, m)
		}
	}
	if len(archived) > 0 {
		if _, err := k.goGet(home, cacheProxy(), archived...); err == nil {
			if _, err := k.goGet(k.dir, []string{"GOPROXY=off"}); err == nil {
				return 0, true
			}
		}
	}
	if home != k.dir {
		_, _ = k.goGet(home, nil, missing...) // a failure shows in the next step
	}
	if said, err = k.goGet(k.dir, nil); err == nil {
		return 0, true
	}
	fmt.Fprintln(os.Stderr, explainGet(said, missing, os.Getenv("GOPROXY") == "off"))
	return 1, true
}

// goGet runs go get in a folder, with settings of the environment.
func (k *keep) goGet(dir string, settings []string, modules ...string) (said string, err error) {
	cmd := exec.Command(k.real, append([]string{"get"}, modules...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), settings...)
	if dir != k.dir {
		cmd.Env = append(cmd.Env, "GOWORK=off")
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// missingFrom are the packages that go get says no module provides.
func missingFrom(said string) []string {
	var missing []string
	for _, m := range missingPackage.FindAllStringSubmatch(said, -1) {
		if !slices.Contains(missing, m[1]) && !gocell.IsStd(m[1]) {
			missing = append(missing, m[1])
		}
	}
	return missing
}

// cacheProxy are settings by which the go command takes modules from its own cache, in which it has
// checked their sums, and from nowhere else.
func cacheProxy() []string {
	cache := os.Getenv("GOMODCACHE")
	path := filepath.ToSlash(filepath.Join(cache, "cache", "download"))
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	proxy := url.URL{Scheme: "file", Path: path}
	return []string{"GOPROXY=" + proxy.String(), "GOPRIVATE=", "GONOPROXY=none", "GOSUMDB=off"}
}

// missingPackage finds the package that no module provides: "main.go:4:2: no required module
// provides package p", "m imports\n\tp: cannot find module providing package p".
var missingPackage = regexp.MustCompile(`(?:cannot find module providing package|no required module provides package|module [^ \n]+@[^ \n]+ found.*, but does not contain package) ([^\s:;,]+)`)

// explainGet names in a line the modules that go get could not fetch and the remedy; the go
// command's message comes after it.
func explainGet(said string, missing []string, offline bool) string {
	said = strings.TrimSpace(netrc.Hide(said)) // of $GOPROXY
	what := "a module that the cell needs cannot be had"
	if len(missing) > 0 {
		what = "no module provides package " + missing[0]
	}
	cure := cureGet(said, offline)
	if m := notInStd.FindStringSubmatch(said); m != nil {
		what, cure = "package "+m[1]+" is neither Go's nor in a module of yours", cureLocal(m[1])
	}
	if cure == "" {
		return said
	}
	// GoNB has advice of its own about go.work for these words of the go command; it does not fit.
	said = strings.ReplaceAll(said, "cannot find module providing package", "no module provides package")
	return what + ": " + cure + "\n" + indent(said)
}

// notInStd finds the package that can have no module, because its path names no host.
var notInStd = regexp.MustCompile(`package (\S+) is not in std`)

// cureLocal is the remedy for such a package.
func cureLocal(pkg string) string {
	if strings.HasPrefix(pkg, "flowbook/ml") {
		return "take it from a clone of Flowbook: go mod edit -require flowbook@v0.0.0 -replace flowbook=CLONE, or go work init . CLONE"
	}
	return "is the path right? That of a module without an address needs a replace in your go.mod, or a go.work"
}

// cureGet returns the reason why go get failed and the remedy; "" where the go command's words are
// enough.
func cureGet(said string, offline bool) string {
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(said, text) })
	}
	switch {
	case has("is not in std"):
		return "" // no module would help
	case has("updates to go.mod needed", "requires go >="):
		return ""
	case offline || has("GOPROXY=off"):
		return "it is not in the module cache, and the network is off (--offline, GOPROXY=off): run once without, or have your go.mod require it"
	case has("dial tcp", "connection refused", "no such host", "i/o timeout", "network is unreachable"):
		return "it is not in the module cache, and the module proxy cannot be reached: look at the network and at $GOPROXY"
	case has("does not contain package"):
		return "the module is there and has no such package: is the path right?"
	case has("unknown revision", "404 ", "410 ", "403 ", "unrecognized import path", "not found", "no such file or directory", "cannot find module providing package", "malformed module path"):
		return "neither the module proxy nor its repository has it: is the path right? For a private one set $GOPRIVATE"
	}
	return ""
}

func indent(text string) string {
	var b bytes.Buffer
	for line := range strings.Lines(text) {
		b.WriteString("    " + line)
	}
	return b.String()
}

// userGet runs a `go get` of a cell's own, in a shell line. Where the notebook is in no module it
// is the one that was made for its folder which then requires the fetched modules. Failures are
// explained.
func userGet(real, dir string, args []string) int {
	cmd := exec.Command(real, args...)
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	if scratch := os.Getenv(module.EnvScratch); scratch != "" && moduleAbove(dir) == "" {
		cmd.Dir = scratch
		cmd.Env = append(os.Environ(), "GOWORK=off")
	}
	var said bytes.Buffer
	cmd.Stderr = io.MultiWriter(withoutLogins{os.Stderr}, &said)
	err := cmd.Run()
	if err == nil {
		return 0
	}
	if cure := cureGet(said.String(), os.Getenv("GOPROXY") == "off"); cure != "" {
		fmt.Fprintln(os.Stderr, "go get: "+cure)
	}
	return 1
}

// withoutLogins hides the logins of URLs. The go command writes whole lines.
type withoutLogins struct{ w io.Writer }

func (h withoutLogins) Write(text []byte) (int, error) {
	_, err := io.WriteString(h.w, netrc.Hide(string(text)))
	return len(text), err
}

// moduleAbove returns the nearest folder with a go.mod, dir or one above; "" if there is none.
func moduleAbove(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}
