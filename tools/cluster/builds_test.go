//go:build temporal && linux

package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newer builds a flowbook whose messages have the format after this one's.
func (s *site) newer() string {
	s.t.Helper()
	text, err := os.ReadFile("types.go")
	if err != nil {
		s.t.Fatal(err)
	}
	changed := strings.Replace(string(text), fmt.Sprint("const Format = ", Format), fmt.Sprint("const Format = ", Format+1), 1)
	if changed == string(text) {
		s.t.Fatal("types.go has no constant Format")
	}
	here, err := filepath.Abs("types.go")
	if err != nil {
		s.t.Fatal(err)
	}
	there, list := s.path("types.go"), s.path("overlay.json")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{here: there}})
	if err == nil {
		err = os.WriteFile(there, []byte(changed), 0o644)
	}
	if err == nil {
		err = os.WriteFile(list, overlay, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	program := s.path("newer")
	cmd := exec.Command("go", "build", "-tags", "temporal", "-overlay", list, "-o", program, "flowbook/tools/flowbook")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	return program
}

// TestBuilds has two builds of flowbook, one with a newer format of messages, at one queue:
// neither runs what the other has submitted, both say so, and the pipeline ends on the worker of
// its own build.
func TestBuilds(t *testing.T) {
	s := newSite(t)
	module, mine, newer := s.path("module"), s.flowbook, s.newer()
	older := s.worker(1, "-j", "4")
	s.flowbook = newer
	refused := `no worker of queue flowbook is of this flowbook \(devel-[0-9a-f]{12}\): .* flowbook devel-[0-9a-f]{12}; install the same one there and here`
	if got := s.submit(module); got.code != 2 {
		t.Errorf("a queue with an older worker: %+v", got)
	} else {
		matches(t, "a queue with an older worker", `(?m)^flowbook: `+refused+`$`, got.err)
	}
	matches(t, "doctor", `(?m)^wrong +Temporal +`+refused, s.run(module, "doctor", "--temporal", s.temporal).out)

	worker := s.worker(2, "-j", "1")
	got := s.submit(module, "--detach")
	id := strings.TrimSpace(strings.TrimPrefix(got.out, "submitted: "))
	await(t, 3*time.Minute, "run at the newer worker", func() bool { return strings.Contains(worker.log.text(), "first: starts") })
	worker.cmd.Process.Signal(syscall.SIGSTOP) // its run is given to the older one, after its last heartbeat
	await(t, time.Minute, "run at the older worker", func() bool { return strings.Contains(older.log.text(), "left to others") })
	worker.cmd.Process.Signal(syscall.SIGCONT)
	got = s.submit(module, "--attach", id)
	if got.code != 0 {
		t.Fatalf("%+v", got)
	}
	matches(t, "the pipeline", `5 steps: `, got.out)
	matches(t, "the older worker", fmt.Sprintf(`run first has message format %d, this flowbook knows %d; left to others`, Format+1, Format), older.log.text())
	if strings.Contains(older.log.text(), ": starts") {
		t.Errorf("the older worker has run something:\n%s", older.log.text())
	}
	s.flowbook = mine
	if got := s.local(s.path("local"), "first"); got.code != 0 {
		t.Fatalf("the local run: %+v", got)
	}
	s.same("two builds", s.results(s.path("local")), s.results(module))
}
