package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
)

// Build names this build of flowbook: a submitter and its workers must be of the same one. A
// released version, or a clean commit, is named as such; any other program by its bytes.
var Build = sync.OnceValues(buildName)

func buildName() (string, error) {
	info, ok := debug.ReadBuildInfo()
	version := ""
	if ok {
		version = info.Main.Version
	}
	if version != "" && version != "(devel)" && !strings.Contains(version, "+dirty") {
		return version, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(self)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return "devel-" + hex.EncodeToString(h.Sum(nil))[:12], nil
}
