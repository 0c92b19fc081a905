package atomicfile

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// closeFirst says that the system neither renames nor removes an open file.
const closeFirst = true

// TryLock takes the lock of f, which lasts until f is closed or the process ends, and reports
// whether it got it. The error wraps errors.ErrUnsupported where the file system has no locks.
func TryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	case errors.Is(err, windows.ERROR_NOT_SUPPORTED), errors.Is(err, windows.ERROR_INVALID_FUNCTION):
		return false, errors.ErrUnsupported
	}
	return false, os.NewSyscallError("LockFileEx", err)
}

// keepOwner does nothing: a new file inherits the access list of its folder.
func keepOwner(*os.File, fs.FileInfo) {}
