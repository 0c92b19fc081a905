package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// destination is the place that a path leads to.
type destination struct {
	target  string      // the path after all symbolic links
	info    fs.FileInfo // of the file that is there; nil if there is none
	inPlace bool        // it is written into, not replaced
}

// maxLinks is the number of symbolic links that Linux follows in one path.
const maxLinks = 40

// lookUp finds out where path leads.
func lookUp(path string) (destination, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		info = nil
	case err != nil:
		return destination{}, err
	case info.IsDir():
		return destination{}, errors.New("is a directory")
	case info.Mode()&(fs.ModeDevice|fs.ModeCharDevice) == fs.ModeDevice:
		return destination{}, errors.New("is a block device")
	case !info.Mode().IsRegular():
		return destination{target: path, info: info, inPlace: true}, nil
	}
	target, descriptor, err := follow(path)
	if err != nil {
		return destination{}, err
	}
	// /dev/stdout and /proc/self/fd/1 lead to a file that a shell has open: a rename would take it
	// away.
	return destination{target: target, info: info, inPlace: info != nil && descriptor}, nil
}

// follow resolves the symbolic links of the last element of path; the system resolves the others.
// descriptor reports whether one of them stands for an open file of a process.
func follow(path string) (target string, descriptor bool, err error) {
	for range maxLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, descriptor, nil
		}
		if err != nil {
			return "", false, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return path, descriptor, nil
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil && strings.HasPrefix(dir, "/proc/") {
			descriptor = true
		}
		next, err := os.Readlink(path)
		if err != nil {
			return "", false, err
		}
		// not filepath.Join: if the folder is a link, Join would resolve ".." too early
		if !filepath.IsAbs(next) {
			next = filepath.Dir(path) + string(filepath.Separator) + next
		}
		path = next
	}
	return "", false, errors.New("the path leads through too many symbolic links")
}
