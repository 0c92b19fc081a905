//go:build !windows

package atomicfile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/atomicfile"
)

const (
	envWriter = "ATOMICFILE_TEST_WRITER"
	envFull   = "ATOMICFILE_TEST_FULL"
)

// TestMain is also the program that TestSweep kills, which begins to write a file and says so, and
// that of TestDiskFull, which may not write a file that large.
func TestMain(m *testing.M) {
	if path := os.Getenv(envFull); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8, Max: 8}); err != nil {
			panic(err)
		}
		if err := atomicfile.Write(path, make([]byte, 100), 0o666); err != nil {
			os.Stdout.WriteString(err.Error())
		}
		os.Exit(0)
	}
	if path := os.Getenv(envWriter); path != "" {
		f, err := atomicfile.Create(path, 0o666)
		if err != nil {
			panic(err)
		}
		f.Write([]byte("half"))
		os.Stdout.WriteString("written\n")
		select {}
	}
	os.Exit(m.Run())
}

// TestSweep: the temporary file of a program that was killed goes with the next sweep; those of
// running programs and the user's own files stay.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envWriter+"="+filepath.Join(dir, "a"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("written\n"))); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, ".tmp-flowbook-notes"), "mine")
	atomicfile.Sweep(dir)
	if got := namesIn(t, dir); len(got) != 2 || !atomicfile.IsTemp(got[0]) {
		t.Errorf("while the other program writes: %q", got)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its error is the kill
	atomicfile.Sweep(dir)
	if diff := cmp.Diff([]string{".tmp-flowbook-notes"}, namesIn(t, dir)); diff != "" {
		t.Errorf("after it was killed (-want +got):\n%s", diff)
	}
}

// TestMode: a new file gets the permissions less the umask, an old one keeps its own.
func TestMode(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := t.TempDir()
	old := put(t, filepath.Join(dir, "old"), "x")
	if err := os.Chmod(old, 0o604); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{old: 0o604, filepath.Join(dir, "new"): 0o640} {
		if err := atomicfile.Write(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, want %v (%v)", path, info.Mode(), want, err)
		}
	}
}

// TestLinks: a symbolic link stays, the file that it leads to is replaced or made.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "real", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "real", "file"), "old")
	for link, to := range map[string]string{
		"folder":           "real/deep",
		"direct":           "real/file",
		"chain":            "direct",
		"real/deep/up":     "../file", // through folder, ".." is that of real/deep
		"dangling":         "real/new",
		"real/deep/itself": "itself",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ path, target string }{
		{"direct", "real/file"}, {"chain", "real/file"}, {"folder/up", "real/file"}, {"dangling", "real/new"},
	} {
		path := filepath.Join(dir, test.path)
		if err := atomicfile.Write(path, []byte(test.path), 0o666); err != nil {
			t.Error(err)
			continue
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v %v", test.path, info.Mode(), err)
		}
		if got := text(t, filepath.Join(dir, test.target)); got != test.path {
			t.Errorf("%s: %s holds %q", test.path, test.target, got)
		}
	}
	if err := atomicfile.Write(filepath.Join(dir, "folder", "itself"), nil, 0o666); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link to itself: %v", err)
	}
}

// TestSpecial: devices and FIFOs are written into and stay what they are.
func TestSpecial(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip("no FIFOs here: ", err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("fifo", link); err != nil {
		t.Fatal(err)
	}
	if atomicfile.Replaces(link) || atomicfile.Replaces(os.DevNull) || !atomicfile.Replaces(filepath.Join(dir, "new")) {
		t.Error("Replaces does not tell a FIFO or device from a file")
	}
	read := make(chan string)
	go func() {
		data, err := os.ReadFile(fifo)
		if err != nil {
			t.Error(err)
		}
		read <- string(data)
	}()
	if err := atomicfile.Write(link, []byte("hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "hello" {
		t.Errorf("the FIFO's reader got %q", got)
	}
	if err := atomicfile.Write(os.DevNull, []byte("x"), 0o666); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		t.Errorf("%s is no device any more", os.DevNull)
	}
	if diff := cmp.Diff([]string{"fifo", "link"}, namesIn(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		if err := atomicfile.Write("/dev/full", []byte("x"), 0o666); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("/dev/full: got %v, want no space left", err)
		}
	}
}

// TestDescriptor: /proc/self/fd/N of a regular file is written into, because its owner holds that
// file.
func TestDescriptor(t *testing.T) {
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "out"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const path = "/proc/self/fd"
	if _, err := os.Stat(path); err != nil {
		t.Skip("no /proc here")
	}
	if _, err := f.WriteString("before "); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(filepath.Join(path, strconv.Itoa(int(f.Fd()))), []byte("now "), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("after"); err != nil {
		t.Fatal(err)
	}
	if got := text(t, f.Name()); got != "before now after" {
		t.Errorf("got %q", got)
	}
}

// TestDiskFull: where the new content does not fit, the old file stays. A limit on the size of
// files, of a process of its own, stands in for the full disk, which only root could make.
func TestDiskFull(t *testing.T) {
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envFull+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if want := "write " + path + ": " + syscall.EFBIG.Error(); string(out) != want {
		t.Errorf("got error %q, want %q", out, want)
	}
	if got := text(t, path); got != "old" {
		t.Errorf("the file holds %q", got)
	}
	if diff := cmp.Diff([]string{"a"}, namesIn(t, filepath.Dir(path))); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}
