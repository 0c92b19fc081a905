package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// cached returns, as path@version, the newest module in the module cache that has a package; "" if
// none has. Releases go before pre-releases.
func cached(cache, pkg string) string {
	for p := pkg; p != "." && p != "/"; p = path.Dir(p) {
		escaped, err := module.EscapePath(p)
		if err != nil {
			continue
		}
		archives, err := filepath.Glob(filepath.Join(cache, "cache", "download", filepath.FromSlash(escaped), "@v", "*.zip"))
		if err != nil {
			continue
		}
		best := ""
		for _, archive := range archives {
			v, err := module.UnescapeVersion(strings.TrimSuffix(filepath.Base(archive), ".zip"))
			if err != nil || !semver.IsValid(v) || best != "" && !newer(v, best) {
				continue
			}
			folder, err := module.EscapeVersion(v)
			if err != nil {
				continue
			}
			info, err := os.Stat(filepath.Join(cache, filepath.FromSlash(escaped)+"@"+folder, filepath.FromSlash(strings.TrimPrefix(pkg, p))))
			if err == nil && info.IsDir() {
				best = v
			}
		}
		if best != "" {
			return p + "@" + best
		}
	}
	return ""
}

func newer(a, b string) bool {
	if released := semver.Prerelease(a) == ""; released != (semver.Prerelease(b) == "") {
		return released
	}
	return semver.Compare(a, b) > 0
}
