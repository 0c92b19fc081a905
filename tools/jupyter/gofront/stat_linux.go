package main

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// changed is when a file was last written, also by a program that has set its time back.
func changed(info fs.FileInfo) time.Time {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		if t := time.Unix(s.Ctim.Unix()); t.After(info.ModTime()) {
			return t
		}
	}
	return info.ModTime()
}

// private reports whether a folder is this user's, and nobody else can write into it.
func private(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.IsDir() && int(s.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
