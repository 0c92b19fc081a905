package jupyter

import (
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
)

// cgoEnabled is the value of CGO_ENABLED for the kernel's programs: that of this command, because
// packages above net are then compiled once for both (net/http and crypto/tls among them), but "0"
// where no C compiler is found, as after the command was copied to another machine.
func cgoEnabled(command *debug.BuildInfo) string {
	if command == nil || !slices.Contains(command.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "1"}) {
		return "0"
	}
	compiler := "gcc"
	if words := strings.Fields(os.Getenv("CC")); len(words) > 0 {
		compiler = words[0]
	}
	if _, err := exec.LookPath(compiler); err != nil {
		return "0"
	}
	return "1"
}
