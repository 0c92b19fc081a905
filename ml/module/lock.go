package module

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"flowbook/ml/atomicfile"
)

// Lock takes the lock of that name, a file in an existing folder, and returns the function that
// releases it. It waits while another process, or another caller in this one, holds the lock. The
// operating system also releases it when the process dies. On a file system without locks Lock
// returns at once.
func Lock(ctx context.Context, name string) (unlock func(), err error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil && !inRemoval(err) {
			return nil, fmt.Errorf("lock: %w", err)
		}
		if err == nil {
			locked, err := atomicfile.TryLock(f)
			if errors.Is(err, errors.ErrUnsupported) {
				locked, err = true, nil
			}
			if err == nil && locked && isAt(f, name) {
				return func() { release(f, name) }, nil
			}
			f.Close()
			if err != nil {
				return nil, fmt.Errorf("lock %s: %w", name, err)
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// isAt reports whether f is still the file of that name: its last owner may have removed it between
// our open and our lock.
func isAt(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(mine, there)
}

// release removes the lock file while it is still ours: another program that has it open already
// finds that it is gone. Windows removes no open file; if another program has it open by then, it
// stays.
func release(f *os.File, name string) {
	if runtime.GOOS == "windows" {
		f.Close()
	}
	os.Remove(name)
	f.Close()
}

// inRemoval reports whether a file could not be opened because its owner is just removing it, which
// Windows calls a sharing violation.
func inRemoval(err error) bool {
	const sharingViolation = syscall.Errno(32)
	return runtime.GOOS == "windows" && errors.Is(err, sharingViolation)
}
