package cluster

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestManifest validates the Kubernetes manifest against the API's schema, strictly, and a mistake
// in it.
func TestManifest(t *testing.T) {
	validate := filepath.Join(os.Getenv("FLOWBOOK_PEERS"), "kubernetes-validate")
	if _, err := os.Stat(validate); os.Getenv("FLOWBOOK_PEERS") == "" || err != nil {
		t.Skip("set $FLOWBOOK_PEERS to a folder with kubernetes-validate: pip install kubernetes-validate==1.37.0; `.ci/run` installs it")
	}
	manifest := filepath.Join("deploy", "worker.yaml")
	if out, err := exec.Command(validate, "--strict", manifest).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", manifest, err, out)
	}
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, []byte(strings.Replace(string(text), "replicas:", "replica:", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(validate, "--strict", wrong).CombinedOutput(); err == nil {
		t.Errorf("a mistake passes: %s", out)
	}
}
