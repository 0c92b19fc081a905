package main

import (
	"fmt"
	"runtime/debug"

	"flowbook/tools/jupyter"
)

// version describes the source of this command: its version and commit, as far as the go command
// has noted them, Go, and the GoNB that it brings.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "flowbook, built without modules"
	}
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	commit := "commit unknown"
	if revision := setting["vcs.revision"]; revision != "" {
		commit = "commit " + revision
		if setting["vcs.modified"] == "true" {
			commit += " and changes"
		}
	}
	return fmt.Sprintf("flowbook %s, %s, %s, gonb %s", info.Main.Version, commit, info.GoVersion, jupyter.GoNBVersion())
}
