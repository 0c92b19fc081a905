package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"time"
)

// step is an executed action in the go command's record of a build (go build -debug-actiongraph).
type step struct {
	Mode                           string
	TimeReady, TimeStart, TimeDone time.Time
}

const graphFlag = "debug-actiongraph="

// withoutGraph are flags of the go command that let the record of the last build stand.
func withoutGraph(flags string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(flags), func(flag string) bool {
		return strings.HasPrefix(strings.TrimLeft(flag, "-"), graphFlag)
	}), " ")
}

// writeGraph writes the action graph of a build that gofront did without the go command, if GOFLAGS
// asks for one.
func writeGraph(steps []step) {
	for _, flag := range strings.Fields(os.Getenv("GOFLAGS")) {
		if path, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), graphFlag); ok {
			if data, err := json.Marshal(steps); err == nil {
				_ = os.WriteFile(path, data, 0o600) // as the go command's own, it is for measuring only
			}
		}
	}
}
