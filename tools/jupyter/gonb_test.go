package jupyter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"flowbook/tools/jupyter"
)

// root is this module's.
const root = "../.."

// goNB returns the spec of the real kernel; the first call on a machine builds it.
func goNB(t testing.TB) *jupyter.Spec {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command on the PATH: install Go from https://go.dev/dl")
	}
	spec, err := jupyter.GoNB(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// answer is what a cell sent, brought together.
type answer struct {
	stdout, stderr, ename, evalue, status string
	traceback                             []string
	displays                              int
	data                                  map[string]any // of the last display
}

// execute runs a cell to reply and idle.
func execute(t testing.TB, k *jupyter.Kernel, code string) answer {
	t.Helper()
	id, err := k.Execute(code, false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	for replied, idle := false, false; !replied || !idle; {
		var m jupyter.Message
		var ok bool
		select {
		case m, ok = <-k.Messages():
		case <-time.After(2 * time.Minute):
			t.Fatal("no answer")
		}
		if !ok {
			t.Fatal(k.Death())
		}
		if m.Parent.MsgID != id {
			continue
		}
		var c struct {
			Name, Text, Ename, Evalue, Status string
			Traceback                         []string
			Data                              map[string]any
			State                             string `json:"execution_state"`
		}
		if err := json.Unmarshal(m.Content, &c); err != nil {
			t.Fatal(err)
		}
		switch m.Header.MsgType {
		case "stream":
			if c.Name == "stdout" {
				a.stdout += c.Text
			} else {
				a.stderr += c.Text
			}
		case "display_data", "execute_result":
			a.data = c.Data
			a.displays++
		case "error":
			a.ename, a.evalue, a.traceback = c.Ename, c.Evalue, c.Traceback
		case "execute_reply":
			a.status, replied = c.Status, true
		case "status":
			idle = c.State == "idle"
		}
	}
	return a
}

func TestGoNB(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOENV", "off")
	k := start(t, jupyter.Options{Spec: goNB(t)})
	t.Run("print", func(t *testing.T) {
		if a := execute(t, k, "import \"fmt\"\n%%\nfmt.Println(1)"); a.stdout != "1\n" || a.status != "ok" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("compile error", func(t *testing.T) {
		a := execute(t, k, "%%\nx := 1")
		if a.status != "error" || !strings.Contains(a.evalue, "declared and not used: x") || len(a.traceback) == 0 {
			t.Errorf("%+v", a)
		}
	})
	if testing.Short() {
		t.Skip("three more cells take a second; run without -short")
	}
	t.Run("panic", func(t *testing.T) {
		a := execute(t, k, "%%\npanic(\"out of cheese\")")
		if a.status != "error" || a.evalue != "exit status 2" || !strings.Contains(a.stderr, "panic: out of cheese") {
			t.Errorf("%+v", a)
		}
	})
	t.Run("display", func(t *testing.T) {
		a := execute(t, k, "import \"github.com/janpfeifer/gonb/gonbui\"\n%%\ngonbui.DisplayHTML(\"<b>hi</b>\")\ngonbui.Sync()")
		if a.status != "ok" || a.data["text/html"] != "<b>hi</b>" {
			t.Errorf("%+v", a)
		}
	})
	t.Run("environment", func(t *testing.T) {
		a := execute(t, k, "import (\"fmt\"; \"os\")\n%%\nfmt.Println(os.Getenv(\"GOFLAGS\"), os.Getenv(\"FLOWBOOK_GOWORK\"), os.TempDir())")
		if want := "-ldflags=-s off " + k.Folder() + "\n"; a.stdout != want {
			t.Errorf("got %q, want %q", a.stdout, want)
		}
	})
}

// burst displays more than a reader has read when the program ends, and does not wait for it.
const burst = `import (
	"fmt"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
)

%%
gonbui.DisplayHTML(strings.Repeat("x", 60_000))
for i := range 300 {
	gonbui.DisplayHTML(fmt.Sprint(i))
}`

// TestDisplaysArrive: GoNB 0.11.5 closes the pipe of displays when a cell's program has ended, read
// or not. In three of five runs such a kernel showed 35, 1 and none of this cell's 301 displays.
func TestDisplaysArrive(t *testing.T) {
	if testing.Short() {
		t.Skip("five cells take some seconds; run without -short")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	for range 5 {
		if a := execute(t, k, burst); a.status != "ok" || a.displays != 301 || a.data["text/html"] != "299" {
			t.Errorf("%d displays, the last %v, stderr %s", a.displays, a.data["text/html"], a.stderr)
		}
	}
}

// heldPipe leaves a process that holds the pipe of displays.
const heldPipe = `import (
	"os/exec"

	"github.com/janpfeifer/gonb/gonbui"
)

%%
holder := exec.Command("sh", "-c", "exec 9>$GONB_PIPE; echo; exec sleep 120")
opened, _ := holder.StdoutPipe()
_ = holder.Start()
_, _ = opened.Read(make([]byte, 1))
gonbui.DisplayHTML("seen")`

// TestDisplayPipeHeld: a process that outlives the cell's program with the pipe open does not keep
// the cell for ever.
func TestDisplayPipeHeld(t *testing.T) {
	if testing.Short() {
		t.Skip("executes cells; run without -short")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	a := execute(t, k, heldPipe)
	if a.status != "ok" || a.data["text/html"] != "seen" || !strings.Contains(a.stderr, "still holds the pipe of displays") {
		t.Errorf("%+v", a)
	}
}

// TestDisplayPipeHeldInterrupted: an interrupt ends the wait for such a process's displays.
func TestDisplayPipeHeldInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("executes cells; run without -short")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	execute(t, k, "var ready = 1") // no interrupt is lost while the kernel starts
	over, deaf := make(chan struct{}), filepath.Join(t.TempDir(), "deaf")
	defer close(over)
	go func() { // one that comes before the program has ended is the program's, which ignores it
		for {
			select {
			case <-over:
				return
			case <-time.After(50 * time.Millisecond):
				if _, err := os.Stat(deaf); err == nil {
					_ = k.Interrupt()
				}
			}
		}
	}()
	source := strings.Replace(heldPipe, "%%\n", fmt.Sprintf("%%%%\nsignal.Ignore(os.Interrupt)\n_ = os.Mkdir(%q, 0o777)\n", deaf), 1)
	source = strings.Replace(source, "import (\n", "import (\n\t\"os\"\n\t\"os/signal\"\n", 1)
	if a := execute(t, k, source); a.status != "ok" || a.data["text/html"] != "seen" || strings.Contains(a.stderr, "still holds the pipe of displays") {
		t.Errorf("%+v", a)
	}
}

// TestGoFlags: %goflags also holds for a cell whose program is there without them.
func TestGoFlags(t *testing.T) {
	if testing.Short() {
		t.Skip("executes cells; run without -short")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	const cell = "import \"fmt\"\n\nvar v = \"plain\"\n\n%%\nfmt.Println(v)"
	for _, step := range []struct{ flags, want string }{{"", "plain\n"}, {"", "plain\n"}, {"%goflags -ldflags=-X=main.v=set", "set\n"}, {`%goflags ""`, "plain\n"}} {
		if step.flags != "" {
			execute(t, k, step.flags)
		}
		if a := execute(t, k, cell); a.stdout != step.want {
			t.Errorf("after %q: %q, want %q (%s)", step.flags, a.stdout, step.want, a.stderr)
		}
	}
}

// TestGoNBCrash: the death of the real kernel is seen at once.
func TestGoNBCrash(t *testing.T) {
	k := start(t, jupyter.Options{Spec: goNB(t)})
	at := time.Now()
	if _, err := k.Execute("%%bash\nkill -9 $PPID", false, true, true); err != nil {
		t.Fatal(err)
	}
	select {
	case <-k.Dead():
	case <-time.After(5 * time.Second):
		t.Fatal("GoNB lives")
	}
	if d := time.Since(at); d > time.Second {
		t.Errorf("seen after %v", d)
	}
	if err := k.Death(); err.Signal != "killed" || err.Stderr != "" {
		t.Error(err)
	}
}

// TestGoNBInterrupt interrupts a cell that runs; the kernel goes on.
func TestGoNBInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second; run without -short")
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	id, err := k.Execute("import (\"fmt\"; \"time\")\n%%\nfmt.Println(\"runs\")\ntime.Sleep(time.Minute)", false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	await(t, k, id, "stream")
	if err := k.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if lines := collect(t, k, id); !strings.Contains(strings.Join(lines, "\n"), "shell execute_reply error") {
		t.Errorf("%q", lines)
	}
	if a := execute(t, k, "%%\nfmt.Println(1)"); a.stdout != "1\n" {
		t.Errorf("after the interrupt: %+v", a)
	}
}

func ExampleGoNB() {
	spec, err := jupyter.GoNB(context.Background(), root)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.Name, spec.Language, spec.InterruptMode, spec.Env["CGO_ENABLED"], spec.Argv[len(spec.Argv)-1])
	// Output: gonb go message 0 {connection_file}
}

// TestGoNBEmptyEnvironment runs a cell of a kernel whose runner was started with `env -i` and a
// PATH of links to go and git.
func TestGoNBEmptyEnvironment(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second; run without -short")
	}
	goNB(t) // builds, where settings of the environment may be needed to download modules
	bin := t.TempDir()
	for _, name := range []string{"go", "git"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("no %s command on the PATH: install it", name)
		}
		if program, err = filepath.EvalSymlinks(program); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(bin, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"PATH=" + bin, envRunner + "=once"}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the cell said 42") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestGoNBMissingGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := jupyter.GoNB(t.Context(), root)
	if err == nil || !strings.Contains(err.Error(), "find the go command") || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Error(err)
	}
}

// TestGoNBSettings sets what a user may have set of the go command: it holds in the kernel, but for
// what is about other builds than a cell's.
func TestGoNBSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("GOPRIVATE=example.com/private\nGOOS=plan9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"GOFLAGS": "-mod=vendor -tags=mine", "GOWORK": "off", "GOOS": "plan9", "GOPROXY": "https://proxy.example.com", "GONOSUMDB": "example.com", "GOENV": file} {
		t.Setenv(name, value)
	}
	k := start(t, jupyter.Options{Spec: goNB(t)})
	a := execute(t, k, "!go env GOFLAGS GOPROXY GONOSUMDB GOPRIVATE GOOS CGO_ENABLED")
	if want := "-tags=mine -ldflags=-s\nhttps://proxy.example.com\nexample.com\nexample.com/private\n" + runtime.GOOS + "\n0\n"; a.stdout != want {
		t.Errorf("got %q, want %q", a.stdout, want)
	}
	if a := execute(t, k, "import \"fmt\"\n%%\nfmt.Println(2)"); a.stdout != "2\n" {
		t.Errorf("%+v", a)
	}
}

func TestPython(t *testing.T) {
	spec, err := jupyter.FindSpec("python3")
	if err != nil {
		t.Skipf("%v: pip install ipykernel", err)
	}
	k := start(t, jupyter.Options{Spec: spec})
	if a := execute(t, k, "print(6*7)"); a.stdout != "42\n" || a.status != "ok" {
		t.Errorf("%+v", a)
	}
	if a := execute(t, k, "1/0"); a.ename != "ZeroDivisionError" || a.status != "error" {
		t.Errorf("%+v", a)
	}
	id, err := k.Execute("import time; time.sleep(60)", false, true, true)
	if err != nil {
		t.Fatal(err)
	}
	await(t, k, id, "execute_input")
	time.Sleep(200 * time.Millisecond) // into the sleep
	if err := k.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if lines := collect(t, k, id); !strings.Contains(strings.Join(lines, "\n"), "execute_reply error KeyboardInterrupt") {
		t.Errorf("%q", lines)
	}
}

func BenchmarkStart(b *testing.B) {
	spec := goNB(b)
	for b.Loop() {
		k, err := jupyter.Start(b.Context(), jupyter.Options{Spec: spec})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		k.Shutdown(b.Context())
		b.StartTimer()
	}
}

func BenchmarkCell(b *testing.B) {
	k, err := jupyter.Start(b.Context(), jupyter.Options{Spec: goNB(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer k.Shutdown(context.Background())
	for b.Loop() {
		execute(b, k, "import \"fmt\"\n%%\nfmt.Println(1)")
	}
}

// TestGoNBTwice builds with an empty cache in two processes' worth of goroutines at once: one
// builds, and nothing unfinished stays. What somebody then puts in place of a program is not
// executed.
func TestGoNBTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("links the kernel, two seconds; run without -short")
	}
	goNB(t)
	cache := userCache(t)
	specs := make(chan *jupyter.Spec, 2)
	for range 2 {
		go func() {
			spec, err := jupyter.GoNB(context.Background(), root)
			if err != nil {
				t.Error(err)
			}
			specs <- spec
		}()
	}
	a, b := <-specs, <-specs
	if a == nil || b == nil || a.Argv[0] != b.Argv[0] || !strings.HasPrefix(a.Argv[0], cache) {
		t.Fatalf("%+v, %+v", a, b)
	}
	entries, err := filepath.Glob(filepath.Join(cache, "flowbook", "kernel", "*"))
	if err != nil || len(entries) != 2 { // the folder and its sums
		t.Errorf("%v, %v", entries, err)
	}
	k := start(t, jupyter.Options{Spec: a})
	if a := execute(t, k, "import \"fmt\"\n%%\nfmt.Println(3)"); a.stdout != "3\n" {
		t.Errorf("%+v", a)
	}
	for _, name := range []string{"go", "goimports", "real/goimports", "gonb"} {
		program := filepath.Join(filepath.Dir(a.Argv[0]), filepath.FromSlash(name)+exeOf())
		if err := os.WriteFile(program+".new", []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(program+".new", program); err != nil {
			t.Fatal(err)
		}
		goNB(t)
		if after, err := os.ReadFile(program); err != nil || bytes.HasPrefix(after, []byte("#!")) {
			t.Errorf("%s was changed and stayed so: %v", name, err)
		}
	}
}

func exeOf() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// userCache gives the test a cache folder of its own.
func userCache(t *testing.T) string {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
	dir := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	got, err := os.UserCacheDir()
	if err != nil || got != dir {
		t.Skip("the cache folder follows no variable here")
	}
	return dir
}

// TestGoNBNoBuildCache gives a home in which nothing can be made: the build cache is in the
// module's state.
func TestGoNBNoBuildCache(t *testing.T) {
	goNB(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", filepath.Join(file, "below"))
	state := t.TempDir()
	t.Setenv("FLOWBOOK_STATE", state)
	spec, err := jupyter.GoNB(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if got := spec.Env["GOCACHE"]; got != filepath.Join(state, "gocache") {
		t.Errorf("GOCACHE is %s", got)
	}
}
