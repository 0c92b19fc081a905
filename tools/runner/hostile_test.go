package runner_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/runner"
	"flowbook/tools/sandbox"
)

// TestHostile runs cells that attack the machine, each in a sandbox. Whatever they do is contained and
// told, nothing of the host changes, nothing runs on, and the next notebook runs well.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Go kernel for each attack; run without -short")
	}
	if _, err := sandbox.Find(); err != nil {
		t.Skip(err)
	}
	home := t.TempDir()
	secret := filepath.Join(home, ".ssh", "id")
	if err := errors.Join(os.Mkdir(filepath.Dir(secret), 0o700), os.WriteFile(secret, []byte("the key"), 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_TOKEN", "the token")
	folder := t.TempDir()
	stored := filepath.Join(folder, "answer.txt")
	if err := os.WriteFile(stored, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	reached := make(chan bool, 10)
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			conn.Close()
			reached <- true
		}
	}()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := jupyter.GoNB(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	state, err := module.State(root)
	if err != nil {
		t.Fatal(err)
	}
	sentinel := filepath.Join(state, "hostile-test")
	marker := fmt.Sprint("86400.", os.Getpid()) // the argument of the processes that try to live on

	for _, tt := range []struct{ name, cell, want string }{
		{"reads a key", `_, err := os.ReadFile("` + secret + `"); fmt.Println(err)`, "no such file or directory"},
		{"reads the environment", `fmt.Printf("token %q\n", os.Getenv("GITHUB_TOKEN"))`, `token ""`},
		{"writes into the home", `fmt.Println(os.WriteFile("` + filepath.Join(home, "x") + `", nil, 0o644))`, "no such file or directory"},
		{"changes a file beside the notebook", `fmt.Println(os.WriteFile("answer.txt", []byte("theirs"), 0o644))` +
			"\n" + `b, _ := os.ReadFile("answer.txt"); fmt.Println(string(b))`, "theirs"},
		{"replaces a file by a link", `fmt.Println(os.Remove("answer.txt"), os.Symlink("` + secret + `", "answer.txt"))`, "<nil> <nil>"},
		{"tampers with the memo", `fmt.Println(os.WriteFile("` + sentinel + `", nil, 0o644))` + "\n" +
			`m, _ := filepath.Glob("` + state + `/memo/*"); fmt.Println(len(m), "results")`, "0 results"},
		{"changes the toolchain", `_, err := os.Create(filepath.Join(os.Getenv("GOMODCACHE"), "x")); fmt.Println(err)`, "read-only"},
		{"connects to a server", `_, err := net.Dial("tcp", "` + server.Addr().String() + `"); fmt.Println(err)`, "connection refused"},
		{"asks for a name", `_, err := net.LookupHost("example.com"); fmt.Println(err)`, "lookup example.com"},
		{"looks at others' processes", `p, _ := filepath.Glob("/proc/[0-9]*"); fmt.Println(len(p) < 10)`, "true"},
		{"fills the disk", `f, _ := os.Create(filepath.Join(os.TempDir(), "big")); b := make([]byte, 1<<20)` + "\n" +
			`for { if _, err := f.Write(b); err != nil { fmt.Println(err); break } }`, "no space left on device"},
		{"fills the run folder", `b := make([]byte, 1<<20)` + "\n" +
			`for i := 0; ; i++ { if os.WriteFile(filepath.Join(os.TempDir(), fmt.Sprintf("../big%d", i)), b, 0o644) != nil { break } }` + "\n" +
			`time.Sleep(time.Hour)`, "wrote more than 256 MB"},
		{"takes all memory", `var b [][]byte; for { x := make([]byte, 64<<20); for i := range x { x[i] = 1 }; b = append(b, x) }`, "memory; the limit is 2048 MB"},
		{"forks", `for { if exec.Command("sleep", "` + marker + `").Start() != nil { time.Sleep(time.Millisecond) } }`, "processes; the limit is 200"},
		{"leaves a daemon", `fmt.Println(exec.Command("env", "-i", "setsid", "-f", "sleep", "` + marker + `").Run())`, "<nil>"},
		{"never ends", `for { time.Sleep(time.Second) }`, "ran longer than 20s"},
		{"ends before its test", `os.Exit(0)`, "the program ended before its main did"},
		{"would skip its execution", "#skip-execution fmt.Println(\"ran all the same\")", "ran all the same"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tag := ""
			if strings.HasPrefix(tt.cell, "#") {
				tag, tt.cell, _ = strings.Cut(tt.cell, " ")
				tag += " "
			}
			nb := book(t, tag+"import (\"fmt\"; \"net\"; \"os\"; \"os/exec\"; \"path/filepath\"; \"time\")\nvar _, _, _, _, _ = net.Dial, os.Getenv, exec.Command, filepath.Glob, time.Sleep\n%%\n"+tt.cell)
			policy := spec.Policy(folder)
			policy.Limits.Temp, policy.Limits.Memory, policy.Limits.Processes = 256<<20, 2<<30, 200
			res, err := runner.Run(t.Context(), nb, runner.Options{Spec: spec, Dir: folder, Sandbox: &policy, Timeout: 20 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			told := fmt.Sprint(res.Cells[0].Status)
			if e := res.Cells[0].Error; e != nil {
				told += " " + e.Error()
			}
			for _, o := range nb.Cells[0].Outputs {
				told += " " + o.Text + o.EValue
			}
			if !strings.Contains(told, tt.want) {
				t.Errorf("got %s, want %q in it", told, tt.want)
			}
		})
	}
	select {
	case <-reached:
		t.Error("a cell has reached the server")
	default:
	}
	for path, want := range map[string]string{secret: "the key", stored: "mine"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v; want %q", filepath.Base(path), got, err, want)
		}
	}
	for _, path := range []string{sentinel, filepath.Join(home, "x"), filepath.Join(spec.Env["GOMODCACHE"], "x")} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s was made", path)
			os.Remove(path)
		}
	}
	if out, err := os.ReadDir("/proc"); err == nil {
		for _, entry := range out {
			if line, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline")); strings.Contains(string(line), marker) {
				t.Errorf("process %s runs on: %q", entry.Name(), line)
			}
		}
	}
	nb := book(t, "import \"fmt\"\n%%\nfmt.Println(\"well\")")
	policy := spec.Policy(folder)
	res, err := runner.Run(context.Background(), nb, runner.Options{Spec: spec, Dir: folder, Sandbox: &policy})
	if err != nil || res.Status != runner.OK {
		t.Errorf("the next notebook: %v, %v", res, err)
	}
}
