// Package tools carries the sources of the programs that are built where Flowbook runs, so that the
// flowbook command needs no clone.
package tools

import "embed"

// Source are the Go files of gofront, and of the packages that it imports from this folder.
//
//go:embed jupyter/gofront/*.go gocell/*.go netrc/*.go
var Source embed.FS
