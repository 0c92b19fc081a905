//go:build !linux && !darwin

package pipeline

import "io/fs"

// identity is not known here: size and time of modification alone tell whether a file is still the
// same.
func identity(fs.FileInfo) (inode uint64, changed int64) { return 0, 0 }
