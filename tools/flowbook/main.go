package main

import (
	"context"
	"os"
	"path/filepath"

	"flowbook/tools/jupyter"
)

func main() {
	jupyter.Main()
	absoluteTemp()
	os.Exit(supervised(os.Stderr, func(ctx context.Context) int {
		return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	}))
}

// absoluteTemp makes the names of temporary folders absolute: programs start in other folders,
// where a relative one is not there.
func absoluteTemp() {
	for _, name := range []string{"TMPDIR", "GOTMPDIR", "TMP", "TEMP"} {
		dir := os.Getenv(name)
		if dir == "" || filepath.IsAbs(dir) {
			continue
		}
		if abs, err := filepath.Abs(dir); err == nil {
			os.Setenv(name, abs)
		}
	}
}
