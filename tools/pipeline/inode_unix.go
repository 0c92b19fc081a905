//go:build unix

package pipeline

import (
	"io/fs"
	"syscall"
)

// inode tells a file from another one that was put in its place.
func inode(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Ino)
	}
	return 0
}
