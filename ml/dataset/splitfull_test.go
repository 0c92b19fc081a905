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

// envFull names the file or folder that a process of a test works on, which may write small files
// only.
const envFull = "DATASET_TEST_FULL"

// limitFiles lets this process write no file that is larger.
func limitFiles(t *testing.T, limit syscall.Rlimit) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}

// onFullDisk runs the test again in a process that finds path in envFull, and must print that.
func onFullDisk(t *testing.T, path, want string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), envFull+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestMarkOnFullDisk: a mark that cannot be written whole is not there, and one that was there stays.
func TestMarkOnFullDisk(t *testing.T) {
	if dir := os.Getenv(envFull); dir != "" {
		limitFiles(t, syscall.Rlimit{Cur: 10, Max: 10})
		_, err := markFolder(dir)
		fmt.Println("error:", err)
		return
	}
	for _, before := range [][]string{nil, {splitting}} {
		dir := t.TempDir()
		for _, name := range before {
			writeFile(t, filepath.Join(dir, name), "killed")
		}
		onFullDisk(t, dir, splitting+": "+syscall.EFBIG.Error())
		if diff := cmp.Diff(before, namesIn(t, dir)); diff != "" {
			t.Errorf("files (-before +after):\n%s", diff)
		}
	}
}

// TestSplitOnFullDisk: a split that finds no room leaves the parts and the manifest of the split
// before, and nothing of its own. A limit on the size of files, of a process of its own, stands in
// for the full disk, which only root could make.
func TestSplitOnFullDisk(t *testing.T) {
	if path := os.Getenv(envFull); path != "" {
		limitFiles(t, syscall.Rlimit{Cur: 100, Max: 100})
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
	onFullDisk(t, path, "split_1.csv: "+syscall.EFBIG.Error())
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
