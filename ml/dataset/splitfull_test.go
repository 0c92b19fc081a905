//go:build unix

package dataset

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// envFull names the file that a process of this test splits, which may write no file of more than
// 100 bytes.
const envFull = "DATASET_TEST_FULL"

// TestSplitOnFullDisk: a split that finds no room leaves the parts and the manifest of the split
// before, and nothing of its own. A limit on the size of files, of a process of its own, stands in
// for the full disk, which only root could make.
func TestSplitOnFullDisk(t *testing.T) {
	if path := os.Getenv(envFull); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100, Max: 100}); err != nil {
			t.Fatal(err)
		}
		_, err := Split(context.Background(), path, filepath.Dir(path), SplitOptions{Rows: 60})
		fmt.Println("error:", err)
		return
	}
	path := writeFile(t, filepath.Join(t.TempDir(), "flows"), "h\n"+strings.Repeat("1\n", 61))
	dir := filepath.Dir(path)
	want, err := Split(context.Background(), path, dir, SplitOptions{Rows: 20})
	if err != nil {
		t.Fatal(err)
	}
	before := namesIn(t, dir)
	cmd := exec.Command(os.Args[0], "-test.run=^TestSplitOnFullDisk$")
	cmd.Env = append(os.Environ(), envFull+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "split_1.csv: "+syscall.EFBIG.Error()) {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(before, namesIn(t, dir)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
	got, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifest (-before +after):\n%s", diff)
	}
	for _, p := range got.Parts {
		if info, err := os.Stat(filepath.Join(dir, p.Name)); err != nil || info.Size() != p.Bytes {
			t.Errorf("%s: %v, %v, want %d bytes", p.Name, info, err, p.Bytes)
		}
	}
}
