//go:build unix

package display

import (
	"encoding/gob"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/sys/unix"
)

// cellEnv makes the test binary play the program of a cell.
const cellEnv = "DISPLAY_TEST_CELL"

func TestMain(m *testing.M) {
	if os.Getenv(cellEnv) != "" {
		cell()
		return
	}
	os.Exit(m.Run())
}

func cell() {
	clock := time.Unix(0, 0)
	now = func() time.Time { return clock }
	fmt.Print("a")
	Show(table{"first"})
	fmt.Print("b")
	clock = clock.Add(time.Hour)
	Update("loss", "epoch 1")
	Update("loss", "epoch 2") // held back
	Update("loss", "epoch 3")
	clock = clock.Add(updateEvery)
	Update("loss", "epoch 4")
	Update("loss", "epoch 5")
	Show("last") // draws epoch 5 first
	fmt.Print("c")
}

// The parent plays the kernel: it reads displays from one named pipe and
// acknowledges on the other, as GoNB does. At each display it notes how much
// the cell has printed so far, which is the order a reader sees.
func TestKernelSees(t *testing.T) {
	dir := t.TempDir()
	to, from := filepath.Join(dir, "to"), filepath.Join(dir, "from")
	for _, path := range []string{to, from} {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Skip("this file system has no named pipes: " + err.Error())
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), cellEnv+"=1", protocol.GONB_PIPE_ENV+"="+to, protocol.GONB_PIPE_BACK_ENV+"="+from)
	var stdout, stderr strings.Builder
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w, err := os.OpenFile(from, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()

	var seen []string
	updates := map[string]string{} // display id → what it was first used for
	dec, enc := gob.NewDecoder(r), gob.NewEncoder(w)
	buf := make([]byte, 100)
	printed := func(want string) {
		for stdout.String() != want {
			n, err := pipe.Read(buf)
			stdout.Write(buf[:n])
			if err != nil {
				t.Fatalf("read the cell's prints: %v, have %q\n%s", err, stdout.String(), stderr.String())
			}
		}
	}
	for {
		var data protocol.DisplayData
		if err := dec.Decode(&data); err != nil {
			break // the cell has ended
		}
		if v, ok := data.Data[protocol.MIMECommValue]; ok {
			id := v.(protocol.CommValue).Value
			if err := enc.Encode(protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: id}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text := data.Data[protocol.MIMETextPlain].(string)
		switch {
		case text == "first":
			printed("a")
			want := map[string]any{"text/html": map[string]any{"wide": true}}
			if diff := cmp.Diff(want, data.Metadata); diff != "" {
				t.Error("metadata (-want +got)\n" + diff)
			}
			json := map[string]any{"rows": []any{1, 2.5, "three", true}}
			if diff := cmp.Diff(any(json), data.Data["application/json"]); diff != "" {
				t.Error("JSON document (-want +got)\n" + diff)
			}
		case data.DisplayID != "":
			if _, known := updates[data.DisplayID]; known {
				text += " (update)"
			}
			updates[data.DisplayID] = text
		}
		seen = append(seen, text)
	}
	printed("abc")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("cell: %v\n%s", err, stderr.String())
	}
	want := []string{"first", "epoch 1", "epoch 4 (update)", "epoch 5 (update)", "last"}
	if !slices.Equal(want, seen) {
		t.Error("displays (-want +got)\n" + cmp.Diff(want, seen))
	}
}

// A program started by a cell inherits GONB_PIPE but may find no pipe there.
func TestStalePipe(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), cellEnv+"=1", protocol.GONB_PIPE_ENV+"="+filepath.Join(t.TempDir(), "gone"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("afirst\nbepoch 5\nlast\nc", string(out)); diff != "" {
		t.Error("output (-want +got)\n" + diff)
	}
}
