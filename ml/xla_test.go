//go:build cgo && linux && amd64 && !noxla

package ml

import (
	"os"
	"path/filepath"
	"testing"
)

// TestBrokenPluginFallsBack: a file in the plugins' folder that is no library is a reason to
// compute in Go, no panic.
func TestBrokenPluginFallsBack(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", folder)
	for _, name := range []string{"pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cuda_plugin.so"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("no library"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := chooseBackend("", cudaPlugin)
	if got.Config != pureGo || got.Reason == "" {
		t.Errorf("got %+v, want pure Go and a reason", got)
	}
	t.Log(got.Reason)
}
