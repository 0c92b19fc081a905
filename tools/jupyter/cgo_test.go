package jupyter

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestCgoEnabled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the compiler of the test has no ending that Windows executes")
	}
	with := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "-ldflags", Value: "-s"}, {Key: "CGO_ENABLED", Value: "1"}}}
	without := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "0"}}}
	for _, c := range []struct {
		name    string
		command *debug.BuildInfo
		there   string // the compiler on the PATH
		cc      string
		want    string
	}{
		{"as the command", with, "gcc", "", "1"},
		{"the command is built without", without, "gcc", "", "0"},
		{"nothing is known of the command", nil, "gcc", "", "0"},
		{"no compiler", with, "", "", "0"},
		{"another compiler", with, "clang", "clang -m64", "1"},
		{"another compiler is missing", with, "gcc", "clang", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bin := t.TempDir()
			if c.there != "" {
				if err := os.WriteFile(filepath.Join(bin, c.there), []byte("#!/bin/sh\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", bin)
			t.Setenv("CC", c.cc)
			if got := cgoEnabled(c.command); got != c.want {
				t.Errorf("CGO_ENABLED=%s, want %s", got, c.want)
			}
		})
	}
}
