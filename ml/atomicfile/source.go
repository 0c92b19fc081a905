package atomicfile

import "embed"

// Source are the Go files of this package: gofront needs them, which is built where Flowbook runs.
//
//go:embed *.go
var Source embed.FS
