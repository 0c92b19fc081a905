package jupyter_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"flowbook/tools/jupyter"
)

// TestFloodWaits: a program that writes faster than anybody reads waits; the kernel does not keep
// in memory what it has written.
func TestFloodWaits(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("writes 400 MB through a kernel and reads /proc; run without -short on Linux")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	id, err := k.Execute(`import ("os"; "strings")
%%
b := []byte(strings.Repeat("y", 1<<20))
for range 400 {
	os.Stdout.Write(b)
}
`, false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // nobody reads
	wrote, idle := 0, false
	for !idle {
		select {
		case m, ok := <-k.Messages():
			if !ok {
				t.Fatal(k.Death())
			}
			if m.Parent.MsgID == id && m.Header.MsgType == "stream" {
				wrote += strings.Count(string(m.Content), "y") // stream has none
			}
			idle = m.Parent.MsgID == id && strings.Contains(string(m.Content), `"idle"`)
		case <-time.After(2 * time.Minute):
			t.Fatal("no end")
		}
	}
	if wrote != 400<<20 {
		t.Errorf("%d bytes came, want %d", wrote, 400<<20)
	}
	a := execute(t, k, `import ("fmt"; "os"; "regexp")
%%
status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", os.Getppid()))
fmt.Println(string(regexp.MustCompile("VmHWM:\\s*(\\d+)").FindSubmatch(status)[1]))
`)
	var peak int
	if _, err := fmt.Sscan(a.stdout, &peak); err != nil {
		t.Fatalf("%v: %+v", err, a)
	}
	if peak > 200_000 {
		t.Errorf("the kernel took %d kB at most, want at most 200000", peak)
	}
	t.Logf("the kernel took %d kB at most", peak)
}
