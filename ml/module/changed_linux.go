package module

import (
	"io/fs"
	"syscall"
	"time"
)

// changed is the time of a file's last change, which programs cannot set; zero if it is not known.
func changed(info fs.FileInfo) time.Time {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(s.Ctim.Unix())
	}
	return time.Time{}
}
