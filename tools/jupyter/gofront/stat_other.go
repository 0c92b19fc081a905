//go:build !linux

package main

import (
	"io/fs"
	"runtime"
	"time"
)

// changed is when a file was last written.
func changed(info fs.FileInfo) time.Time { return info.ModTime() }

// private reports whether nobody else can write into a folder, as far as its mode tells: on Windows
// it tells nothing.
func private(info fs.FileInfo) bool {
	return info.IsDir() && (runtime.GOOS == "windows" || info.Mode().Perm()&0o022 == 0)
}
