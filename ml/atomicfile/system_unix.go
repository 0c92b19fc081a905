//go:build !windows

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// closeFirst says that the system neither renames nor removes an open file.
const closeFirst = false

// TryLock takes the lock of f, which lasts until f is closed or the process ends, and reports
// whether it got it. The error wraps errors.ErrUnsupported where the file system has no locks.
func TryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, syscall.ENOLCK):
			return false, errors.ErrUnsupported
		case !errors.Is(err, syscall.EINTR):
			return false, os.NewSyscallError("flock", err)
		}
	}
}

// keepOwner gives f the owner and group of the file that it replaces. Only root may give files
// away: for others the new file is theirs, as with any editor that renames.
func keepOwner(f *os.File, old fs.FileInfo) {
	was, ok := old.Sys().(*syscall.Stat_t)
	if !ok || int(was.Uid) == os.Geteuid() && int(was.Gid) == os.Getegid() {
		return
	}
	_ = f.Chown(int(was.Uid), int(was.Gid))
}
