//go:build unix

package jupyter

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSweepRuns: the folder and the processes of a run whose runner and supervisor are dead go; a
// run that lives, and folders that only look like one, stay.
func TestSweepRuns(t *testing.T) {
	base := t.TempDir()
	for _, name := range []string{"fbdeadaaaa", "fbliveaaaa", "fbnotarun2", "other"} {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if name == "fbnotarun2" {
			continue
		}
		if err := os.WriteFile(filepath.Join(base, name, "kernel-1.json"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held, err := hold(filepath.Join(base, "fbliveaaaa"))
	if err != nil || held == nil {
		t.Skip("the file system has no locks: ", err)
	}
	defer held.Close()
	cell := exec.Command("sleep", "1000")
	cell.Env = append(os.Environ(), envKernel+"="+filepath.Join(base, "fbdeadaaaa"))
	if err := cell.Start(); err != nil {
		t.Skip("no sleep here: ", err)
	}
	sweepRuns(base, 0)
	if err := cell.Wait(); err == nil { // it would sleep for a quarter of an hour
		t.Error("the dead run's cell has ended by itself")
	}
	entries, err := os.ReadDir(base)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if diff := cmp.Diff([]string{"fbliveaaaa", "fbnotarun2", "other"}, left); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
