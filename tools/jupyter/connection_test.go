package jupyter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestNewFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), strings.Repeat("deep/", 20)))
	os.MkdirAll(os.TempDir(), 0o700)
	folder := newFolder()
	if longest := filepath.Join(folder, "gonb_12345678", "gopls_socket"); len(longest) > longestSocket {
		t.Errorf("%s has %d bytes, a socket's name may have %d", longest, len(longest), longestSocket)
	}
}

func TestConnectionFile(t *testing.T) {
	c, err := newConnection("ipc", "/tmp/fb1", "gonb")
	if err != nil {
		t.Fatal(err)
	}
	name, data := c.file()
	if !regexp.MustCompile(`^kernel-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.json$`).MatchString(name) {
		t.Errorf("name %s", name)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got["signature_scheme"] != "hmac-sha256" || got["transport"] != "ipc" || len(got["key"].(string)) < 26 {
		t.Errorf("%s", data)
	}
	if _, err := newConnection("udp", "/tmp/fb1", "x"); err == nil || err.Error() != `transport "udp" is neither ipc nor tcp` {
		t.Error(err)
	}
}

// TestFreePorts: no port is given to two kernels, until the first has released it.
func TestFreePorts(t *testing.T) {
	given := map[int]bool{}
	for range 40 {
		c, err := newConnection("tcp", "", "x")
		if err != nil {
			t.Fatal(err)
		}
		defer c.release()
		for _, port := range []int{c.ShellPort, c.IOPubPort, c.StdinPort, c.ControlPort, c.HBPort} {
			if given[port] {
				t.Fatalf("port %d was given twice", port)
			}
			given[port] = true
		}
	}
}
