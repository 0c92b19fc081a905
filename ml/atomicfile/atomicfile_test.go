package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/atomicfile"
)

// namesIn lists a folder.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSteps: path has the old content until Commit, whatever is written, and after Discard.
func TestSteps(t *testing.T) {
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	f, err := atomicfile.Create(path, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if got := text(t, path); got != "old" {
		t.Errorf("after Discard: %q", got)
	}
	if f, err = atomicfile.Create(path, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"new ", "text"} {
		if _, err := f.Write([]byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Finish(); err != nil {
		t.Fatal(err)
	}
	if got := text(t, path); got != "old" {
		t.Errorf("after Finish: %q", got)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if got := text(t, path); got != "new text" {
		t.Errorf("after Commit: %q", got)
	}
	if diff := cmp.Diff([]string{"a"}, namesIn(t, filepath.Dir(path))); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

// TestErrors: an error names the path as the caller knows it, once, and leaves nothing behind.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, filepath.Join(dir, "absent", "file"), filepath.Join(dir, strings.Repeat("x", 300)), filepath.Join(folder, "file") + "/"} {
		err := atomicfile.Write(path, []byte("x"), 0o666)
		var named *fs.PathError
		if !errors.As(err, &named) || named.Op != "write" || named.Path != path {
			t.Errorf("%s: got error %v", path, err)
		}
		if reason := atomicfile.Reason(err).Error(); strings.Contains(reason, dir) || strings.Contains(err.Error(), "tmp-flowbook") {
			t.Errorf("%s: reason %q of %v", path, reason, err)
		}
	}
	if diff := cmp.Diff([]string{"folder"}, namesIn(t, dir)); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
}

// TestNames: the temporary name does not depend on the path's, so any name that the system takes
// can be written.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	want := []string{"-dash", ".tmp-mine", "a b%20'#[x]^", strings.Repeat("n", 255), "ž日本"}
	for _, name := range want {
		if err := atomicfile.Write(filepath.Join(dir, name), []byte(name), 0o666); err != nil {
			t.Error(err)
		} else if got := text(t, filepath.Join(dir, name)); got != name {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if diff := cmp.Diff(want, namesIn(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestReason(t *testing.T) {
	_, read := os.ReadFile(filepath.Join(t.TempDir(), "absent"))
	rename := os.Rename(filepath.Join(t.TempDir(), "absent"), "x")
	other := errors.New("other")
	for _, err := range []error{read, rename} {
		if got := atomicfile.Reason(err); !errors.Is(got, fs.ErrNotExist) || strings.Contains(got.Error(), "absent") {
			t.Errorf("reason of %v: %v", err, got)
		}
	}
	if got := atomicfile.Reason(other); got != other {
		t.Errorf("reason of another error: %v", got)
	}
}
