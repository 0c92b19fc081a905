package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
)

// isFolder refuses an --out that is there and is no folder.
func isFolder(out string) error {
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return &usageError{fmt.Errorf("--out %s is a file; a folder is needed", display(out))}
	}
	return nil
}

// writeAtomic writes a file that appears under its name when it is complete, and returns its
// SHA-256. before runs when everything is written and not yet in place.
func writeAtomic(path string, write func(io.Writer) error, before func(sum string) error) (sum string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), atomicfile.Reason(err))
	}
	f, err := atomicfile.Create(path, 0o666)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), atomicfile.Reason(err))
	}
	defer f.Discard()
	digest := sha256.New()
	if err := write(io.MultiWriter(digest, f)); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), atomicfile.Reason(err))
	}
	sum = hex.EncodeToString(digest.Sum(nil))
	if err := f.Finish(); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), atomicfile.Reason(err))
	}
	if before != nil {
		if err := before(sum); err != nil {
			return "", err
		}
	}
	if err := f.Commit(); err != nil {
		return "", fmt.Errorf("write %s: %w", dataset.Rel(path), atomicfile.Reason(err))
	}
	return sum, nil
}
