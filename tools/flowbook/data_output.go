package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"flowbook/ml/dataset"
)

// writeAtomic writes a file that appears under its name when it is complete, and returns its SHA-256. before runs when everything is written
// and not yet in place.
func writeAtomic(path string, write func(io.Writer) error, before func(sum string) error) (sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), cause(err))
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*-"+filepath.Base(path))
	if err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), cause(err))
	}
	defer os.Remove(f.Name()) // gone already where all went well
	defer f.Close()
	h := hashed{f, sha256.New()}
	if err := write(h); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), cause(err))
	}
	sum = hex.EncodeToString(h.digest.Sum(nil))
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), cause(err))
	}
	if before != nil {
		if err := before(sum); err != nil {
			return "", err
		}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), cause(err))
	}
	return sum, nil
}

// cause is what package os found wrong, without the path that our messages have already, and shorter.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

// hashed writes to a file and to its digest.
type hashed struct {
	file   *os.File
	digest hash.Hash
}

func (h hashed) Write(b []byte) (int, error) {
	h.digest.Write(b)
	return h.file.Write(b)
}
