//go:build unix

package module

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// TestStateOnFullDisk: a state folder whose .gitignore found no room is made anew the next time. A
// limit on the size of files, of a process of its own, stands in for the full disk.
func TestStateOnFullDisk(t *testing.T) {
	const envRoot = "MODULE_TEST_FULL"
	if root := os.Getenv(envRoot); root != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
			t.Fatal(err)
		}
		if _, err := State(root, "memo"); err == nil {
			t.Error("the full disk was not felt")
		}
		return
	}
	t.Setenv(EnvState, "")
	root := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestStateOnFullDisk$")
	cmd.Env = append(os.Environ(), envRoot+"="+root)
	cmd.Run() // its output does not fit either
	if entries, err := os.ReadDir(root); err != nil || len(entries) > 0 {
		t.Errorf("the full disk left %v, %v", entries, err)
	}
	if _, err := State(root, "memo"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(root, ".flowbook", ".gitignore")); err != nil || string(text) != "*\n" {
		t.Errorf(".gitignore has %q, %v", text, err)
	}
}
