package jupyter

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoEnvOfVanishedToolchain: the kept answer of the go command names a toolchain that
// `go clean -modcache` has removed since; the go command, which fetches it anew, is asked again.
func TestGoEnvOfVanishedToolchain(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on the PATH: install Go from https://go.dev/dl")
	}
	goCommand, err := findGo()
	if err != nil {
		t.Fatal(err)
	}
	dir, cache := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := readGoEnv(t.Context(), goCommand, dir, t.TempDir(), cache)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(cache, "goenv", "*.txt"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %q, %v", kept, err)
	}
	text, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	gone := strings.Replace(string(text), want.GOROOT, filepath.Join(dir, "gone"), 1)
	if err := os.WriteFile(kept[0], []byte(gone), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readGoEnv(t.Context(), goCommand, dir, t.TempDir(), cache)
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if again, err := os.ReadFile(kept[0]); err != nil || string(again) != string(text) {
		t.Errorf("kept %q, %v; want %q", again, err, text)
	}
}
