//go:build linux

// Package attack has cells that attack the machine, for the tests of all that runs strangers'
// cells in a sandbox, and the machine that they attack:
//
//	m := attack.New(t, root)
//	for _, a := range m.Attacks() {
//		… // run a.Cell in a sandbox; the message matches a.Want
//	}
//	m.Unchanged()
package attack

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flowbook/ml/module"
)

// Attack is a cell that tries to break out of a sandbox. Its output, its error or the end of its
// kernel shows whether the sandbox held.
type Attack struct {
	Name string
	Cell string
	Want string // regular expression for the message if the sandbox held
	Tags []string
	Ends bool // its kernel ends with it
}

// Machine holds the targets of the attacks: files, addresses, processes.
type Machine struct {
	Folder string // a notebook's; it has the file answer.txt

	t       testing.TB
	files   map[string]string // path → content
	absent  []string          // paths that must not come into being
	memo    string            // folder of the memo
	server  string            // address
	agent   string            // path of a unix socket
	reached atomic.Int32      // connections to either
	marker  string            // argument of the processes that try to live on
}

// token is the value of $GITHUB_TOKEN.
const token = "the token of the host"

// New makes a machine: a home with a key, a notebook's folder, a secret in the environment, a
// result of the memo and a record of the pipeline in the state of the module in root, a TCP
// server and a unix socket. All is gone with the test.
func New(t testing.TB, root string) *Machine {
	t.Helper()
	home := t.TempDir()
	state, err := module.State(root)
	if err != nil {
		t.Fatal(err)
	}
	unique := fmt.Sprint("attacked-", os.Getpid())
	m := &Machine{Folder: t.TempDir(), t: t, memo: filepath.Join(state, "memo"), agent: filepath.Join(home, "agent.sock"),
		marker: fmt.Sprint("86400.", os.Getpid())}
	m.files = map[string]string{
		filepath.Join(home, ".ssh", "id"):                         "the key",
		filepath.Join(m.Folder, "answer.txt"):                     "mine",
		filepath.Join(m.memo, unique):                             "a result",
		filepath.Join(state, "pipeline", "steps", unique+".json"): "a record",
	}
	for path, text := range m.files {
		err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
		t.Cleanup(func() { os.Remove(path) })
	}
	if err != nil {
		t.Fatal(err)
	}
	m.absent = []string{filepath.Join(home, "x"), filepath.Join(state, unique+"-x"),
		filepath.Join(goEnv(t, "GOMODCACHE"), unique), filepath.Join(goEnv(t, "GOCACHE"), unique)}
	t.Setenv("GITHUB_TOKEN", token)
	m.server = m.listen("tcp", "127.0.0.1:0")
	m.listen("unix", m.agent)
	return m
}

func goEnv(t testing.TB, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// listen counts who connects.
func (m *Machine) listen(network, address string) string {
	m.t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
			m.reached.Add(1)
		}
	}()
	return l.Addr().String()
}

// path returns the file with the content.
func (m *Machine) path(content string) string {
	for path, text := range m.files {
		if text == content {
			return path
		}
	}
	panic("no file with " + content)
}

// imports begin each cell.
const imports = "import (\"fmt\"; \"net\"; \"os\"; \"os/exec\"; \"path/filepath\"; \"strings\"; \"time\")\n" +
	"var _, _, _, _, _, _ = net.Dial, os.Getenv, exec.Command, filepath.Glob, strings.Contains, time.Sleep\n%%\n"

// Attacks returns the cells.
func (m *Machine) Attacks() []Attack {
	list := append(m.onFiles(), m.onNetwork()...)
	list = append(list, m.onResources()...)
	for i := range list {
		list[i].Cell = imports + list[i].Cell
	}
	return list
}

func (m *Machine) onFiles() []Attack {
	return []Attack{
		{Name: "reads a key", Cell: `_, err := os.ReadFile("` + m.path("the key") + `"); fmt.Println(err)`, Want: "no such file or directory"},
		{Name: "reads the environment", Cell: `fmt.Printf("token %q\n", os.Getenv("GITHUB_TOKEN"))`, Want: `token ""`},
		{Name: "reads the environment of others", Cell: `p, _ := filepath.Glob("/proc/[0-9]*/environ"); read, leaks := 0, 0` + "\n" +
			`for _, f := range p { b, err := os.ReadFile(f); if err == nil { read++ }; if strings.Contains(string(b), "` + token + `") { leaks++ } }` + "\n" +
			`fmt.Println(read > 0, leaks, "leaks")`, Want: "true 0 leaks"},
		{Name: "writes into the home", Cell: `fmt.Println(os.WriteFile("` + m.absent[0] + `", nil, 0o644))`, Want: "no such file or directory"},
		{Name: "changes a file beside the notebook", Cell: `fmt.Println(os.WriteFile("answer.txt", []byte("theirs"), 0o644))` +
			"\n" + `b, _ := os.ReadFile("answer.txt"); fmt.Println(string(b))`, Want: "theirs"},
		{Name: "replaces a file by a link", Cell: `os.WriteFile("answer.txt", nil, 0o644)` + "\n" +
			`fmt.Println(os.Remove("answer.txt"), os.Symlink("` + m.path("the key") + `", "answer.txt"))`, Want: "<nil> <nil>"},
		{Name: "writes into the tools' state", Cell: `fmt.Println(os.WriteFile("` + m.absent[1] + `", nil, 0o644))` + "\n" +
			`r, _ := filepath.Glob("` + m.memo + `/*"); fmt.Println(len(r), "results")`, Want: "0 results"},
		{Name: "forges a result and a record", Cell: `for _, f := range []string{"` + m.path("a result") + `", "` + m.path("a record") + `"} {` + "\n" +
			`	os.MkdirAll(filepath.Dir(f), 0o755); fmt.Println(os.WriteFile(f, []byte("forged"), 0o644)) }; fmt.Println("tried")`, Want: "tried"},
		{Name: "changes Go's caches", Cell: `for _, f := range []string{"` + m.absent[2] + `", "` + m.absent[3] + `"} { fmt.Println(os.WriteFile(f, nil, 0o644)) }`,
			Want: "<nil>\n<nil>"}, // in a copy
		{Name: "changes the kernel's programs", Cell: `p, _ := exec.LookPath("go"); fmt.Println(os.Remove(p), os.WriteFile(p, nil, 0o755))`,
			Want: "read-only file system.*read-only file system"},
	}
}

func (m *Machine) onNetwork() []Attack {
	return []Attack{
		{Name: "connects to a server of this machine", Cell: `_, err := net.Dial("tcp", "` + m.server + `"); fmt.Println(err)`, Want: "connection refused"},
		{Name: "connects to an agent's socket", Cell: `_, err := net.Dial("unix", "` + m.agent + `"); fmt.Println(err)`, Want: "no such file or directory"},
		{Name: "connects to a server elsewhere", Cell: `_, err := net.Dial("tcp", "192.0.2.1:80"); fmt.Println(err)`, Want: "network is unreachable"},
		{Name: "asks for a name", Cell: `_, err := net.LookupHost("example.com"); fmt.Println(err)`, Want: "lookup example.com"},
	}
}

func (m *Machine) onResources() []Attack {
	return []Attack{
		{Name: "looks at others' processes", Cell: `p, _ := filepath.Glob("/proc/[0-9]*"); fmt.Println(len(p) < 10)`, Want: "true"},
		{Name: "fills the disk", Cell: `f, _ := os.Create(filepath.Join(os.TempDir(), "big")); b := make([]byte, 1<<20)` + "\n" +
			`for { if _, err := f.Write(b); err != nil { fmt.Println(err); break } }`, Want: "no space left on device|file too large"},
		{Name: "fills the run folder", Cell: `b := make([]byte, 1<<20)` + "\n" +
			`for i := 0; ; i++ { if os.WriteFile(filepath.Join(os.TempDir(), fmt.Sprintf("../big%d", i)), b, 0o644) != nil { break } }` + "\n" +
			`time.Sleep(time.Hour)`, Want: `wrote more than \d+ MB`, Ends: true},
		{Name: "takes all memory", Cell: `var b [][]byte; for { x := make([]byte, 64<<20); for i := range x { x[i] = 1 }; b = append(b, x) }`,
			Want: `of memory; the limit is \d+ MB`, Ends: true},
		{Name: "forks", Cell: `for { if exec.Command("sleep", "` + m.marker + `").Start() != nil { time.Sleep(time.Millisecond) } }`,
			Want: `processes; the limit is \d+`, Ends: true},
		{Name: "floods the output", Cell: `s := strings.Repeat("flood ", 10000); for range 500 { fmt.Println(s) }`, Want: "flood"},
		{Name: "leaves a daemon", Cell: `fmt.Println(exec.Command("env", "-i", "setsid", "-f", "sleep", "` + m.marker + `").Run())`, Want: "<nil>"},
		{Name: "never ends", Cell: `for { time.Sleep(time.Second) }`, Want: "ran longer than|CellTimeoutError"},
		{Name: "ends before its test", Cell: `os.Exit(0)`, Want: "the program ended before its main did"},
		{Name: "would skip its execution", Cell: `fmt.Println("ran all the same")`, Want: "ran all the same", Tags: []string{"skip-execution"}},
	}
}

// Unchanged reports everything that the attacks have changed, reached or left behind.
func (m *Machine) Unchanged() {
	m.t.Helper()
	if n := m.reached.Load(); n > 0 {
		m.t.Errorf("cells have reached a server of this machine %d times", n)
	}
	for path, want := range m.files {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			m.t.Errorf("%s is %q, %v; want %q", filepath.Base(path), got, err, want)
		}
	}
	for _, path := range m.absent {
		if _, err := os.Lstat(path); err == nil {
			m.t.Errorf("%s was made", path)
			os.Remove(path)
		}
	}
	// killed processes take a moment to end
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := m.left()
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			m.t.Errorf("these run on: %q", left)
			return
		}
	}
}

// left are the processes of attacks that still run.
func (m *Machine) left() (lines []string) {
	list, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		m.t.Fatal(err)
	}
	for _, file := range list {
		if line, err := os.ReadFile(file); err == nil && strings.Contains(string(line), m.marker) {
			lines = append(lines, string(line))
		}
	}
	return lines
}
