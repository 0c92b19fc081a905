//go:build !windows

package module

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of f, which lasts until f is closed or the process ends, and reports whether it got it.
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil, errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK):
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, os.NewSyscallError("flock", err)
		}
	}
}

// release removes the lock file while it is still ours: who has it open already finds that it is no longer there.
func release(f *os.File, name string) {
	os.Remove(name)
	f.Close()
}
