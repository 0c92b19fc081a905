package main

import (
	"os"
	"os/exec"
	"regexp"
)

var (
	undetermined = regexp.MustCompile(`could not determine what C\.\w+ refers to`)
	excluded     = regexp.MustCompile(`build constraints exclude all Go files in .*`)
)

// withCgo builds a cell that says import "C": with cgo, which other cells do without. GoNB drops
// the comment above the import, which would be C.
func withCgo(real string, args []string) int {
	cmd := exec.Command(real, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.CombinedOutput()
	out = undetermined.ReplaceAll(out, []byte(`$0 (cgo: GoNB keeps no C above import "C"; put it into a package of your module)`))
	os.Stderr.Write(out)
	if err != nil {
		return 1
	}
	return 0
}

// namesCgo adds to the go command's message on a package without files that they may need cgo.
func namesCgo(said string) string {
	if os.Getenv("CGO_ENABLED") == "1" {
		return said
	}
	return excluded.ReplaceAllString(said, "$0 (cells are built without cgo; if the package needs it, run with --env CGO_ENABLED=1, or kernel install --gpu)")
}
