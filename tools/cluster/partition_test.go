//go:build temporal && linux

package cluster

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a proxy that can be cut.
type wire struct {
	to    string
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func newWire(t *testing.T, to string) (w *wire, address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w = &wire{to: to}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			w.mu.Lock()
			if w.cut {
				in.Close()
				out.Close()
			} else {
				w.conns = append(w.conns, in, out)
				go func() { io.Copy(in, out); in.Close() }()
				go func() { io.Copy(out, in); out.Close() }()
			}
			w.mu.Unlock()
		}
	}()
	return w, l.Addr().String()
}

func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut = cut; cut {
		for _, c := range w.conns {
			c.Close()
		}
		w.conns = nil
	}
}

// TestPartition cuts a worker's connection to Temporal for a minute while it has a run, which goes
// on there and is given to another worker. The run writes something else each time: the submitter
// and everybody after have the same bytes.
func TestPartition(t *testing.T) {
	if !*partition {
		t.Skip("set -partition: it takes two minutes")
	}
	s := newSite(t)
	module := s.path("module")
	s.notebook(module, "each", `import ("fmt"; "os"; "time")
`, "var k = 0", `%%
time.Sleep(25*time.Second)
text := fmt.Sprintln(k, time.Now().UnixNano())
fmt.Print(text)
os.WriteFile(fmt.Sprintf("../Datasets/each_%d.txt", k), []byte(text), 0o644)`)
	w, address := newWire(t, s.temporal)
	direct := s.temporal
	s.temporal = address
	first := s.worker(1, "-j", "4")
	s.temporal = direct
	done := make(chan told, 1)
	go func() { done <- s.submit(module) }()
	await(t, 3*time.Minute, "grid at the worker", func() bool { return strings.Count(first.log.text(), "each-k-") == 4 })
	time.Sleep(5 * time.Second)
	w.set(true)
	second := s.worker(2, "-j", "4")
	time.Sleep(time.Minute)
	w.set(false)
	got := <-done
	if got.code != 0 {
		t.Fatalf("%+v", got)
	}
	clone := s.path("clone")
	if err := os.CopyFS(clone, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".flowbook", "Datasets/first.txt"} {
		if err := os.RemoveAll(filepath.Join(clone, name)); err != nil {
			t.Fatal(err)
		}
	}
	matches(t, "the clone", `5 steps: 5 fetched`, s.run(clone, "pipeline").out)
	s.same("the clone", s.results(module), s.results(clone))
	t.Logf("worker 1:\n%s\nworker 2:\n%s", first.log.text(), second.log.text())
	id := regexp.MustCompile(`submitted: (\S+)`).FindStringSubmatch(got.err)[1]
	history, err := exec.Command(filepath.Join(os.Getenv("FLOWBOOK_PEERS"), "temporal"), "workflow", "show", "--address", s.temporal, "--workflow-id", id, "--output", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(history), "EVENT_TYPE_ACTIVITY_TASK_COMPLETED"); n != 5 {
		t.Errorf("%d results of 5 runs", n)
	}
}
