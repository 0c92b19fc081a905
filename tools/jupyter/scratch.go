package jupyter

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
)

// scratchMod is the go.mod of a new scratch module. It requires nothing: `go get` adds the modules
// that the notebooks of a folder need.
const scratchMod = "// Of the notebooks in %s, which have no go.mod of their own.\nmodule scratch\n\ngo 1.26.0\n"

// Scratch returns the root of a module for notebooks that are in none: a folder of its own, in the
// user's cache folder, for each folder of notebooks. A module that `go get` fetches for one of them
// stays required there, in that version.
func Scratch(dir string) (root string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("make a module for notebooks without one: %w", err)
	}
	cache, err := cacheDir("")
	if err == nil && cache == "" {
		err = errors.New("there is no cache folder for it; set HOME, or make go.mod by go mod init")
	}
	if err != nil {
		return "", fmt.Errorf("make a module for the notebooks in %s: %w", dir, err)
	}
	sum := sha256.Sum256([]byte(dir))
	root = filepath.Join(cache, scratchFolder, hex.EncodeToString(sum[:])[:16])
	file := filepath.Join(root, "go.mod")
	if _, err = os.Stat(file); err == nil {
		return root, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(root, 0o700); err == nil {
			err = atomicfile.Write(file, fmt.Appendf(nil, scratchMod, dir), 0o600)
		}
	}
	if err != nil {
		return "", fmt.Errorf("make a module for the notebooks in %s: %w", dir, err)
	}
	return root, nil
}

const scratchFolder = "scratch"

// isScratch reports whether Scratch made the module in root.
func isScratch(root, cache string) bool {
	return strings.HasPrefix(root, filepath.Join(cache, scratchFolder)+string(filepath.Separator))
}
