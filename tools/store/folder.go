package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"flowbook/ml/atomicfile"
)

// folder is a store in a folder that machines share.
type folder struct{ dir string }

func openFolder(u *url.URL) (*folder, error) {
	f := &folder{folderPath(u)}
	info, err := os.Stat(f.dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the first upload makes it
	}
	return f, err
}

func (f *folder) path(kind, name string) string { return filepath.Join(f.dir, kind, name) }

func (f *folder) get(_ context.Context, kind, name string) (io.ReadCloser, int64, error) {
	file, err := os.Open(f.path(kind, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrMissing
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

func (f *folder) has(_ context.Context, kind, name string) (bool, error) {
	_, err := os.Stat(f.path(kind, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (f *folder) put(ctx context.Context, kind, name string, size int64, body io.Reader) error {
	dir := filepath.Join(f.dir, kind)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return refusedBy(err)
	}
	file, err := atomicfile.Create(f.path(kind, name), 0o644)
	if err != nil {
		return refusedBy(err)
	}
	defer file.Discard()
	n, err := io.Copy(file, readFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return body.Read(p)
	}))
	if err == nil && n != size {
		err = fmt.Errorf("it ended after %d of %d bytes", n, size)
	}
	if err == nil {
		err = file.Commit()
	}
	return refusedBy(err)
}

// refusedBy makes a *RefusedError of an error that the next entry would have, too.
func refusedBy(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) {
		return &RefusedError{atomicfile.Reason(err).Error()}
	}
	return err
}

// readFunc is a function that reads.
type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
