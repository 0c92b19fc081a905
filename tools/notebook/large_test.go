package notebook

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestTooLarge: a file of 20 GB, which has no blocks on the disk, is refused before it is read.
func TestTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 20<<30); err != nil {
		t.Skip("the file system takes no file of 20 GB: ", err)
	}
	_, err := ReadFile(path)
	var bad *Error
	if !errors.As(err, &bad) || bad.File != path {
		t.Errorf("got error %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[Limit]bool{57: false, 58: true, 0: true} {
		if _, err := limit.ReadFile(path); (err == nil) != want {
			t.Errorf("58 bytes under a limit of %d: %v", limit, err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := limit.Read(f); (err == nil) != want {
			t.Errorf("58 bytes from a pipe under a limit of %d: %v", limit, err)
		}
		f.Close()
	}
}
