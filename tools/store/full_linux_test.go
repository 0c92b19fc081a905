package store

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullFolder stores into a folder whose disk is full, and into one that is read-only: one
// warning, the same bytes.
func TestFullFolder(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small file system cannot be mounted: %v; run as root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	local := newClone(t)
	local.run(nil)
	for _, tt := range []struct{ name, want string }{{"full", "no space left on device"}, {"read-only", "read-only file system"}} {
		c := newClone(t)
		c.run(open(t, fileURL(filepath.Join(dir, "store")), Options{}))
		c.sameFiles(local)
		if len(c.warnings) != 1 || !strings.Contains(c.warnings[0], tt.want+"; nothing more is stored") {
			t.Errorf("%s: warnings %q", tt.name, c.warnings)
		}
		other := newClone(t) // what came through is whole
		other.run(open(t, fileURL(filepath.Join(dir, "store")), Options{}), func(x *Executor) { x.ReadOnly = true })
		other.sameFiles(local)
		if tt.name == "full" {
			if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
				t.Skipf("it cannot be made read-only: %v", err)
			}
		}
	}
}
