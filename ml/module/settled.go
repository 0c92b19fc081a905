package module

import (
	"io/fs"
	"os"
	"time"
)

// settled is the age at which a file's last change is told apart from the next one by its time.
const settled = 2 * time.Second

// Settled returns what the system says of a regular file that has not changed in the last moments;
// false for any other. While [Unchanged] holds, the file has the same contents.
func Settled(path string) (info fs.FileInfo, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	last := info.ModTime()
	if at := changed(info); at.After(last) {
		last = at
	}
	return info, time.Since(last) >= settled
}

// Unchanged reports whether a file is the one that it was, with the same size and time.
func Unchanged(before, now fs.FileInfo) bool {
	return os.SameFile(before, now) && before.Size() == now.Size() && before.ModTime().Equal(now.ModTime()) &&
		changed(before).Equal(changed(now))
}
