//go:build unix

package memo

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// envFull is set in a process of TestDoOnFullDisk that may write no file of more than 8 bytes.
const envFull = "MEMO_TEST_FULL"

// TestDoOnFullDisk: a result that was computed and finds no room in the store is returned all the
// same, and a line says once that it is not kept. A limit on the size of files, of a process of its own, stands in for the full disk, which
// only root could make.
func TestDoOnFullDisk(t *testing.T) {
	if os.Getenv(envFull) == "" {
		inStore(t)
		cmd := exec.Command(os.Args[0], "-test.run=^TestDoOnFullDisk$")
		cmd.Env = append(os.Environ(), envFull+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "computed 2 times") || strings.Count(string(out), "memo: results are not kept and are computed each time: ") != 1 {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8, Max: 8}); err != nil {
		t.Fatal(err)
	}
	if err := (store{dir: t.TempDir(), limit: 100}).write("key", []byte("value")); !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("got %v, want the limit to be felt", err)
	}
	for range 2 {
		got, err := Do(t.Context(), ask, question{Rates: map[string]float64{"a": 7}})
		if err != nil || got.Loss[2] != 7 {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	fmt.Println("computed", calls.Load(), "times")
}
